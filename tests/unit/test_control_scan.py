import math

import pytest

from engine.control.decision import Alarm, AlarmKind, Cause, Decision, Restriction, RestrictionKind
from engine.control.round import decide
from engine.control.scan import ClockError, initial, scan
from engine.control.trips import TripState
from engine.inference.image import Override, ProcessImage
from engine.values.moment import Moment
from tests.unit.engine_rig import image, scanned

RULES = """
rules:
  - {id: r, when: a, then: {m: x}, because: x, salience: 1}
  - {id: s, when: b, then: {m: 3 kW}, because: x, salience: 2}
"""


def test_a_clock_that_runs_backwards_is_refused() -> None:
    program, (result,) = scanned(RULES, {})
    seen = image(program.rulebook, {})
    with pytest.raises(ClockError, match="before the last scan"):
        scan(program, result.retained, seen, Moment(-0.1, 0.0))
    assert scan(program, result.retained, seen, Moment(0.0, 0.0)).decisions == result.decisions


def test_a_quiet_output_follows_its_value_and_whoever_comes_after() -> None:
    facts = ({"a": True, "x": 1000.0}, {"a": True, "x": 2000.0}, {"a": True, "x": 2000.0})
    loud = {"a": True, "b": True, "x": 2000.0}
    _, results = scanned(RULES, *facts, loud, facts[-1])
    values = [result.decisions[0].value for result in results]
    assert values == [1000.0, 2000.0, 2000.0, 3000.0, 2000.0]


def test_a_scan_changes_nothing_that_it_was_given() -> None:
    program, (result,) = scanned(RULES, {"a": True, "x": 1000.0})
    seen = image(program.rulebook, {"a": True, "x": 2000.0}, 1.0)
    once = scan(program, result.retained, seen, Moment(1.0, 0.0))
    again = scan(program, result.retained, seen, Moment(1.0, 0.0))
    assert once == again
    assert result.decisions[0].value == 1000.0


def test_the_trace_holds_what_was_given_and_what_came_of_it() -> None:
    program, (first,) = scanned(RULES, {"a": True, "x": 1000.0})
    seen, moment = image(program.rulebook, {"a": True, "x": 2000.0}, 1.0), Moment(1.0, 0.0)
    result = scan(program, first.retained, seen, moment)
    trace = result.trace
    assert (trace.image, trace.moment, trace.decisions) == (seen, moment, result.decisions)
    assert trace.slots[: len(seen.values)] == list(seen.values)


def test_the_first_scan_sees_what_is_not_known() -> None:
    rules = "rules:\n  - {id: r, when: not a is known, then: {p: on}, because: x}\n"
    _, (result,) = scanned(rules, {})
    assert result.decisions[2].value is True


def test_an_override_that_comes_and_goes_leaves_no_trace() -> None:
    program, (result,) = scanned(RULES, {"a": True, "x": 1000.0})
    seen = image(program.rulebook, {"a": True, "x": 1000.0}, 1.0)
    override = Override("o", "m", 500.0, "me", 9.0)
    with_it = ProcessImage(seen.values, seen.qualities, seen.measured_at_s, (override,))
    during = scan(program, result.retained, with_it, Moment(1.0, 0.0))
    after = scan(program, during.retained, seen, Moment(2.0, 0.0))
    assert during.decisions[0].value == 500.0
    assert after.decisions[0] == result.decisions[0]


def test_the_first_scan_starts_from_failsafe() -> None:
    program, _ = scanned(RULES, {})
    assert [state.value for state in initial(program).outputs] == [0.0, 0.0, False]
    assert callable(decide)


def test_an_override_counts_until_its_time_and_no_longer() -> None:
    program, (result,) = scanned(RULES, {})
    override = Override("o", "m", 500.0, "anna", 10.0)
    seen = image(program.rulebook, {})._replace(overrides=(override,))
    for now_s, value in ((9.9, 500.0), (10.0, 0.0)):
        done = scan(program, result.retained, seen, Moment(now_s, 0.0))
        assert done.decisions[0].value == value
        assert done.trace.alarms == ()


def test_an_override_that_ended_or_does_not_fit_stands_in_nobodys_way() -> None:
    program, (result,) = scanned(RULES, {})
    given = (
        Override("over", "m", 700.0, "anna", 1.0),
        Override("high", "m", 9000.0, "anna", 99.0),
        Override("lost", "q", 1.0, "anna", 99.0),
        Override("good", "m", 500.0, "anna", 99.0),
        Override("last", "m", 800.0, "anna", 1.0),
    )
    seen = image(program.rulebook, {})._replace(overrides=given)
    done = scan(program, result.retained, seen, Moment(2.0, 0.0))
    assert done.decisions[0][1:4] == (500.0, Cause.OVERRIDE, "good")
    assert done.trace.alarms == (
        Alarm(AlarmKind.OVERRIDE_REFUSED, "high", "`m` cannot be 9000.0"),
        Alarm(AlarmKind.OVERRIDE_REFUSED, "lost", "`q` cannot be 1.0"),
    )


def test_a_decision_says_whole_what_restricted_it_and_what_was_wanted() -> None:
    rules = """
rules:
  - {id: r, when: a, then: {m: y, n: 2 kW}, because: x, salience: 2}
  - {id: s, when: a, then: {m: 1 kW}, because: x, salience: 1}
trips:
  - {id: t, when: b, latch: true, force: {n: 0 kW}, because: x}
interlocks:
  - {id: k, while: x > 1 kW, limit: {m: {at_most: 1 kW}}, because: x}
"""
    on = {"a": True, "x": 2000.0, "y": 9.0}
    _, results = scanned(rules, {**on, "b": True}, {**on, "b": False})
    held = Decision(
        "m", 1000.0, Cause.INTERLOCK, "k", 9000.0, "r", ("s",),
        (
            Restriction(RestrictionKind.RANGE, "", 3000.0),
            Restriction(RestrictionKind.INTERLOCK, "k", 1000.0),
        ),
    )  # fmt: skip
    tripped = Decision(
        "n", 0.0, Cause.TRIP, "t", 2.0, "r", (), (Restriction(RestrictionKind.TRIP, "t", 0.0),)
    )
    latched = tripped._replace(
        cause=Cause.LATCH, restrictions=(Restriction(RestrictionKind.LATCH, "t", 0.0),)
    )
    assert results[0].decisions[:2] == (held, tripped)
    assert results[1].decisions[:2] == (held, latched)


def test_a_trip_remembers_since_when_it_is_latched() -> None:
    rules = "trips:\n  - {id: t, when: b, latch: true, force: {m: 0 W}, because: x}\n"
    _, results = scanned(rules, {"b": False}, {"b": True}, {"b": False})
    assert [result.retained.trips for result in results] == [
        (TripState(False, -math.inf),),
        (TripState(True, 1.0),),
        (TripState(True, 1.0),),
    ]
