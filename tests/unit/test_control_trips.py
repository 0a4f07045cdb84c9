from dataclasses import replace

import pytest

from engine.control.decision import Alarm, AlarmKind, Cause
from engine.control.trips import TripResult, TripState, evaluate, forced
from engine.inference.image import Reset
from engine.language.expression import Boolean
from engine.language.position import NOWHERE
from engine.language.rulebook import Latch, Trip
from engine.language.types import BOOL

ANY = Boolean(True, NOWHERE, BOOL)
RESET = (Reset("t", "me"),)


def trip(latch: Latch = Latch.YES, name: str = "t", value: float = 0.0) -> Trip:
    return Trip(name, ANY, latch, (("o", value),), "because")


@pytest.mark.parametrize(
    ("truth", "latch", "was", "reset", "cause", "latched"),
    [
        (True, Latch.YES, False, False, Cause.TRIP, True),
        (True, Latch.YES, True, True, Cause.TRIP, True),
        (True, Latch.NO, False, False, Cause.TRIP, False),
        (True, Latch.ON_TRUE, False, False, Cause.TRIP, True),
        (None, Latch.YES, False, False, Cause.TRIP, True),
        (None, Latch.YES, True, True, Cause.TRIP, True),
        (None, Latch.NO, False, False, Cause.TRIP, False),
        (None, Latch.ON_TRUE, False, False, Cause.TRIP, False),
        (None, Latch.ON_TRUE, True, True, Cause.TRIP, True),
        (False, Latch.YES, False, False, None, False),
        (False, Latch.YES, False, True, None, False),
        (False, Latch.YES, True, False, Cause.LATCH, True),
        (False, Latch.YES, True, True, None, False),
        (False, Latch.NO, True, False, Cause.LATCH, True),  # the file was edited meanwhile
    ],
)
def test_the_table(  # noqa: PLR0917, RUF100
    truth: bool | None, latch: Latch, was: bool, reset: bool, cause: Cause | None, latched: bool
) -> None:
    resets = RESET if reset else (Reset("another", "me"),)
    found = evaluate(trip(latch), TripState(was, 0.0), truth, resets, 9.0)
    assert (found.cause, found.state.latched) == (cause, latched)
    assert found.released is (was and not latched)
    refused = AlarmKind.RESET_REFUSED in [alarm.kind for alarm in found.alarms]
    assert refused is (reset and truth is not False)


def test_a_latch_remembers_since_when() -> None:
    first = evaluate(trip(), TripState(False, -1.0), True, (), 5.0)
    later = evaluate(trip(), first.state, True, (), 6.0)
    assert (first.state.since_s, later.state.since_s) == (5.0, 5.0)


def test_an_alarm_says_that_a_trip_could_not_be_evaluated() -> None:
    found = evaluate(trip(), TripState(False, 0.0), None, (), 0.0)
    assert found.alarms[0].text == "because (cannot be evaluated)"


def test_two_trips_that_force_different_values_leave_the_failsafe() -> None:
    trips = (trip(value=1.0, name="one"), trip(value=2.0, name="two"), trip(value=2.0, name="off"))
    held = evaluate(trips[0], TripState(True, 0.0), False, (), 0.0)
    tripped = evaluate(trips[1], TripState(False, 0.0), True, (), 0.0)
    idle = evaluate(trips[2], TripState(False, 0.0), False, (), 0.0)
    found = forced(trips, (held, tripped, idle), {"o": 7.0})
    assert found["o"][0] == 7.0
    assert forced(trips, (idle, tripped, idle), {"o": 7.0})["o"][:3] == (2.0, Cause.TRIP, "two")


def test_every_alarm_says_what_it_is_about_in_whole_words() -> None:
    tripped = evaluate(trip(), TripState(False, 0.0), True, RESET, 1.0)
    assert tripped.alarms == (
        Alarm(AlarmKind.TRIPPED, "t", "because"),
        Alarm(AlarmKind.RESET_REFUSED, "t", "reset refused: the cause still lasts"),
    )
    latched = evaluate(trip(), tripped.state, False, (), 2.0)
    assert latched.alarms == (Alarm(AlarmKind.LATCHED, "t", "because"),)


def test_a_release_remembers_when_it_was() -> None:
    released = evaluate(trip(), TripState(True, 1.0), False, RESET, 9.0)
    assert released == TripResult(TripState(False, 9.0), None, True, ())


def test_results_of_another_number_of_trips_are_no_results() -> None:
    idle = evaluate(trip(), TripState(False, 0.0), False, (), 0.0)
    with pytest.raises(ValueError, match="shorter"):
        forced((trip(), trip(name="u")), (idle,), {})


def test_a_trip_without_a_reason_is_told_by_its_id() -> None:
    found = evaluate(replace(trip(), because=""), TripState(False, 0.0), True, (), 1.0)
    assert found.alarms[0].text == "t"
