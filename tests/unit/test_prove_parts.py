"""The parts of a proof: what is asked, how an example is made plain, how it becomes real."""

import pytest
import z3

from engine.control.program import compile_program
from engine.workshop.encode_memory import start
from engine.workshop.encode_scan import book_of, encode
from engine.workshop.prove_claims import HAIR, claim_properties
from engine.workshop.prove_example import examples
from engine.workshop.prove_interlocks import interlock_properties
from engine.workshop.prove_plan import plan
from engine.workshop.prove_rules import conflict_properties, rule_properties
from engine.workshop.prove_scenario import every_of
from engine.workshop.prove_tidy import clear_times, lasting, tidy, usual_sun
from engine.workshop.prove_trips import (
    permissive_properties,
    range_properties,
    trip_properties,
)
from tests.making.proving import claims_of, moment_at, rulebook_of

RULES = """
conditions:
  warm: {when: tank > 40 °C, for: 5 min}
rules:
  - {id: heat, when: [warm, sun > 1 kW], then: {heater: sun}, because: Sun.}
  - {id: rest, when: "average(load, 10 min) > 2 kW", then: {heater: 0 W}, salience: 1, because: No.}
trips:
  - {id: hot, when: tank > 90 °C, latch: true, force: {heater: 0 W}, because: Hot.}
  - {id: dry, when: not flows, latch: false, force: {heater: 0 W, pump: on}, because: Dry.}
interlocks:
  - {id: flow, never: [heater > 0 W, pump is off], else: {pump: on}, because: Flow.}
  - {id: fuse, while: load > 8 kW, limit: {heater: {at_most: 1 kW}}, because: Fuse.}
permissives:
  - {id: ready, output: heater, needs: flows, because: Ready.}
"""


def test_every_part_of_a_rulebook_is_asked_about() -> None:
    rulebook = rulebook_of(RULES)
    claims = claims_of(rulebook, f"never: [{{id: x, when: heater > {3_000 + HAIR} W}}]")
    asked = {
        claim_properties: ["never:x"],
        interlock_properties: ["interlock:flow", "limit:fuse"],
        trip_properties: ["trip:hot", "latch:hot", "trip:dry"],
        permissive_properties: ["permissive:ready"],
        range_properties: ["range:heater", "range:pump", "range:lamp"],
        conflict_properties: ["decided:heater", "decided:pump", "decided:lamp"],
        rule_properties: ["fires:heat", "heard:heat", "fires:rest", "heard:rest"],
    }
    for make, names in asked.items():
        found = make(claims if make is claim_properties else rulebook)  # type: ignore[operator] # each takes its own
        assert [each.name for each in found] == names


def test_interlocks_that_move_each_other_need_more_passes() -> None:
    assert plan(rulebook_of("")).passes == (0,)
    chain = """
interlocks:
  - {id: c, while: heater > 500 W, force: {pump: on}, because: C.}
  - {id: b, while: lamp, force: {heater: 1 kW}, because: B.}
  - {id: a, while: flows, force: {lamp: on}, because: A.}
"""
    assert plan(rulebook_of(chain)).passes == (3,)


@pytest.mark.parametrize("hour", [3, 12, 20])
def test_an_example_is_plain_real_and_on_its_date(hour: int) -> None:
    rulebook = rulebook_of(RULES)
    book, program = book_of(rulebook, plan(rulebook)), compile_program(rulebook)
    memory, facts = start(rulebook, book.expressions, book.states)
    scan = encode(book, memory, 1)
    calendar = scan.given.calendar
    solver = z3.Solver()
    solver.add(*facts, *scan.facts, *lasting([scan]))
    solver.add(usual_sun(scan, book.states, moment_at), *clear_times(rulebook, book.timed, [scan]))
    solver.add(scan.rules["heat"].is_true, scan.rules["rest"].is_true)
    solver.add(calendar["time_of_day"].value == hour * 3_600)
    solver.add(calendar["weekday"].value == book.states.term("tue"))
    solver.add(calendar["month"].value == book.states.term("feb"))
    assert solver.check() == z3.sat
    model = tidy(solver, rulebook, [scan], book.states)
    example, *_ = examples(book, program, model, [scan], moment_at)
    (seen,) = example.run()
    assert seen.scan.trace.rule_truths == (True, True)
    moment = example.told[0].moment
    assert (moment.weekday, moment.month, moment.time_of_day_s) == ("tue", "feb", hour * 3_600)
    assert not seen.scan.trace.image.overrides
    assert not any(state.latched for state in example.retained.trips)
    assert every_of(example) == 10_000
    assert dict(zip(("sun", "load"), seen.scan.trace.image.values, strict=False))["load"] == 0.0
