"""The parts of a proof: what is asked, how an example is made plain, how it becomes real."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import z3

from engine.control.decision import Cause
from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.control.trips import TripState
from engine.inference.image import ProcessImage
from engine.values.fact import Quality
from engine.workshop.encode_memory import start
from engine.workshop.encode_scan import book_of, encode
from engine.workshop.prove_claims import HAIR, claim_properties
from engine.workshop.prove_example import examples
from engine.workshop.prove_interlocks import interlock_properties
from engine.workshop.prove_plan import plan
from engine.workshop.prove_properties import properties
from engine.workshop.prove_property import Seen, Verdict
from engine.workshop.prove_rules import conflict_properties, rule_properties
from engine.workshop.prove_run import Limits, prover, too_hard
from engine.workshop.prove_scenario import as_scenarios, every_of
from engine.workshop.prove_steady import windows_of_facts
from engine.workshop.prove_tidy import clear_times, lasting, still_windows, tidy, usual_sun
from engine.workshop.prove_trips import (
    permissive_properties,
    range_properties,
    trip_properties,
)
from engine.workshop.scenario_file import load_scenarios
from engine.workshop.scenario_run import run
from tests.making.proving import claims_of, moment_at, proof_of, rulebook_of

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
    encoded = encode(book, memory, 1)
    calendar = encoded.given.calendar
    solver = z3.Solver()
    solver.add(*facts, *encoded.facts, *lasting([encoded]))
    solver.add(
        usual_sun(encoded, book.states, moment_at), *clear_times(rulebook, book.timed, [encoded])
    )
    solver.add(encoded.rules["heat"].is_true, encoded.rules["rest"].is_true)
    solver.add(calendar["time_of_day"].value == hour * 3_600)
    solver.add(calendar["weekday"].value == book.states.term("tue"))
    solver.add(calendar["month"].value == book.states.term("feb"))
    assert solver.check() == z3.sat
    model = tidy(solver, rulebook, [encoded], book.states)
    example, *_ = examples(book, program, model, [encoded], moment_at)
    (seen,) = example.run()
    assert seen.scan.trace.rule_truths == (True, True)
    moment = example.told[0].moment
    assert (moment.weekday, moment.month, moment.time_of_day_s) == ("tue", "feb", hour * 3_600)
    assert not seen.scan.trace.image.overrides
    assert not any(state.latched for state in example.retained.trips)
    assert every_of(example) == 10_000
    assert dict(zip(("sun", "load"), seen.scan.trace.image.values, strict=False))["load"] == 0.0


def test_an_average_of_an_example_does_not_jump_between_scans() -> None:
    rulebook = rulebook_of(RULES)
    ready = prover(rulebook, Limits(20.0), moment_at)
    scans, solver = ready.encoded(3), ready.solver(3)
    rests = [scan.rules["rest"].is_true for scan in scans]
    jumps = z3.And(rests[0], z3.Not(rests[1]))
    assert solver.check(jumps) == z3.sat
    solver.add(*still_windows(windows_of_facts(ready.book), scans))
    assert solver.check(jumps) == z3.unsat
    assert solver.check(*rests) == z3.sat


def seen_with(heater: float | str, cause: Cause = Cause.RULE, **facts: float | bool) -> Seen:
    """Return a scan in which the heater was decided so, whatever the rules say."""
    rulebook = rulebook_of(RULES)
    program, moment = compile_program(rulebook), moment_at(1_770_000_000_000)
    values = tuple(facts.get(point.name) for point in rulebook.plant.points)
    image = ProcessImage(values, (Quality.GOOD,) * len(values), (moment.monotonic_s,) * len(values))
    latched = tuple(TripState(True, 0.0) for _ in rulebook.trips)
    before = replace(initial(program), trips=latched)
    result = scan(program, before, image, moment)
    decided = tuple(
        each._replace(value=heater, cause=cause) if each.output == "heater" else each
        for each in result.decisions
    )
    return Seen(program, before, result._replace(decisions=decided))


COLD = {"sun": 0.0, "load": 9_000.0, "tank": 20.0, "flows": False}
HOT = {"sun": 0.0, "load": 0.0, "tank": 95.0, "flows": True}


@pytest.mark.parametrize(
    ("name", "seen", "value"),
    [
        ("limit:fuse", seen_with(3_000.0, **COLD), 1_000.0),
        ("trip:dry", seen_with(3_000.0, **COLD), 0.0),
        ("trip:hot", seen_with(3_000.0, **HOT), 0.0),
        ("latch:hot", seen_with(3_000.0, **COLD), 0.0),
        ("permissive:ready", seen_with(3_000.0, **COLD), 0.0),
        ("range:heater", seen_with(4_000.0, **COLD), 0.0),
        ("steady:heater", seen_with(3_000.0, **COLD), 0.0),
    ],
)
def test_a_real_scan_that_violates_a_property_is_recognised(
    name: str, seen: Seen, value: float
) -> None:
    wanted = next(each for each in properties(seen.program.rulebook) if each.name == name)
    assert wanted.shows(seen)
    assert wanted.hope(seen).outputs[0] == ("heater", value)
    calm = {"sun": 0.0, "load": 0.0, "tank": 20.0, "flows": True}
    assert not wanted.shows(seen_with(0.0, **calm))


def test_what_a_trip_holds_is_no_matter_of_an_interlock() -> None:
    seen = seen_with(3_000.0, Cause.TRIP, **COLD)
    wanted = {each.name: each for each in properties(seen.program.rulebook)}
    assert not wanted["limit:fuse"].shows(seen)
    assert not wanted["permissive:ready"].shows(seen)


def test_a_person_and_a_latch_stand_in_the_scenario() -> None:
    rulebook = rulebook_of(RULES)
    claims = claims_of(rulebook, "never: [{id: lit, when: [lamp, pump, heater == 0 W]}]")
    proof = proof_of(rulebook, "never:lit", claims, Limits(20.0, scans=1))
    assert proof.verdict is Verdict.REFUTED
    assert proof.example is not None
    text = as_scenarios([(proof.property, proof.example)])
    assert "override: {lamp: " in text
    loaded = load_scenarios({"x.test.yaml": text.encode()}, proof.example.program, _to_ms)
    assert loaded.ok
    assert not run(proof.example.program, loaded.scenarios[0], moment_at).passed


def _to_ms(local: datetime) -> int:
    return round(local.replace(tzinfo=UTC).timestamp() * 1000)


def test_what_is_too_hard_names_the_fact_that_lacks_a_range() -> None:
    plain = rulebook_of(
        "let: {area: sun * load / 1 W}\n"
        "rules: [{id: big, when: area > 2 kW, then: {lamp: on}, because: Big.}]\n"
    )
    points = tuple(
        replace(each, high=None) if each.name == "sun" else each for each in plain.plant.points
    )
    for rulebook, words in (
        (replace(plain, plant=replace(plain.plant, points=points)), "give a `range` to `sun`"),
        (plain, "product or quotient of `load`, `sun`"),
    ):
        ready = prover(rulebook, Limits(), moment_at)
        assert words in too_hard(ready, ready.encoded(1))
    simple = prover(rulebook_of(RULES), Limits(), moment_at)
    assert "longer --timeout" in too_hard(simple, simple.encoded(1))
