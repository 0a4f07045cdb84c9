"""From conditions to evidence: every part with its truth and what it saw."""

import pytest

from engine.inference.timing import Phase
from engine.values.fact import Quality
from engine.workshop.evidence import (
    Checked,
    Compared,
    Derived,
    Evidence,
    Held,
    Joined,
    Named,
    Negated,
    Span,
    Stated,
)
from engine.workshop.sight import sight_of
from engine.workshop.weigh import weigh
from tests.reasons.house import SILENT, Step, program, run

LET = "let:\n  surplus: pv.power - house.load\n  flowing: p3.running and pv.power > 1 kW\n"


def _weighed(when: str, *steps: Step) -> Evidence:
    text = f'{LET}rules:\n  - {{id: one, when: "{when}", then: {{p3.run_target: on}}}}\n'
    running = program(text, unchecked=True)
    sight = sight_of(running, run(running, steps or [Step()]))
    return weigh(sight, running.rulebook.rules[0].when)


@pytest.mark.parametrize(
    ("when", "kind"),
    [
        ("pv.power > 1 kW", Compared),
        ("p3.running", Stated),
        ("true", Stated),
        ("p3.run_target", Stated),
        ("battery.soc is known", Checked),
        ("between 06:00 and sunset", Span),
        ("flowing", Named),
        ("not p3.running", Negated),
        ("p3.running and pv.power > 1 kW", Joined),
        ("p3.running for 1 min", Held),
    ],
)
def test_each_kind_of_condition_has_its_evidence(when: str, kind: type) -> None:
    assert isinstance(_weighed(when), kind)


def test_what_varies_stands_on_the_left() -> None:
    seen = _weighed("3.6 kW < surplus")
    assert isinstance(seen, Compared)
    assert (seen.left_text, seen.operator, seen.right_text) == ("surplus", ">", "3.6 kW")
    assert seen.text == "3.6 kW < surplus"
    assert not seen.right_varies
    assert seen.margin is not None
    assert seen.margin.base == pytest.approx(-400.0)


def test_a_signal_is_read_down_to_its_facts() -> None:
    seen = _weighed("surplus > 3.6 kW", Step(facts={"pv.power": SILENT}))
    assert isinstance(seen, Compared)
    (surplus,) = seen.readings
    assert surplus.formula == "pv.power - house.load"
    assert [part.quality for part in surplus.parts] == [Quality.MISSING, Quality.GOOD]
    assert surplus.value is None
    assert seen.margin is None


def test_a_window_is_read_as_one_with_its_operand() -> None:
    seen = _weighed("average(pv.power, 1 min) > house.load")
    assert isinstance(seen, Compared)
    assert seen.right_varies
    assert [reading.name for reading in seen.readings] == [
        "average(pv.power, 1 min)",
        "house.load",
    ]
    assert seen.readings[0].window_s == 60


def test_a_day_without_a_sun_has_a_span_without_an_end() -> None:
    seen = _weighed("between 06:00 and sunset")
    assert isinstance(seen, Span)
    assert (seen.start_s, seen.end_s, seen.now_s) == (6 * 3600, None, 12 * 3600)
    assert seen.truth is None


def test_a_timer_tells_its_phase_and_what_remains() -> None:
    seen = _weighed("p3.running for 1 min", Step(), Step(20))
    assert isinstance(seen, Held)
    assert (seen.phase, seen.since_s, seen.remaining_s) == (Phase.PENDING, 20, 40)
    assert (seen.label, seen.subject) == ("p3.running for 1 min", "p3.running")
    fresh = _weighed("p3.running for 1 min", Step(facts={"p3.running": False}))
    assert isinstance(fresh, Held)
    assert (fresh.phase, fresh.since_s, fresh.remaining_s) == (Phase.OFF, None, 0)


def test_facts_that_rules_derive_from_each_other_are_unfolded_once() -> None:
    text = (
        "rules:\n"
        "  - {id: one, when: two.is_so, then: {assert: one.is_so}}\n"
        "  - {id: two, when: one.is_so or p3.running, then: {assert: two.is_so}}\n"
    )
    running = program(text, unchecked=True)
    sight = sight_of(running, run(running, [Step()]))
    seen = weigh(sight, running.rulebook.rules[0].when)
    assert isinstance(seen, Derived)
    inner = seen.assertions[0].evidence
    assert isinstance(inner, Joined)
    back = inner.parts[0]
    assert isinstance(back, Derived)
    again = back.assertions[0].evidence
    assert isinstance(again, Derived)
    assert again.assertions[0].evidence is None
