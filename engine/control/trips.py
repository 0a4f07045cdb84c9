"""Trips and latches: the way to the safe state, and the only way back.

In this file: the state of one trip and its transitions, nothing else.

    condition        latch   reset   tripped  latched afterwards
    TRUE             yes     any     yes      yes
    TRUE             no      any     yes      no
    UNKNOWN          yes     any     yes      yes
    UNKNOWN          on_true any     yes      as before
    FALSE            any     no      as latched, as latched
    FALSE            any     yes     no       no

A reset is refused while the cause lasts. What it releases starts nothing: the demands that stand at
that moment are blocked until each went away once (law 7).
"""

from typing import NamedTuple

from engine.control.decision import Alarm, AlarmKind, AlarmText, Cause
from engine.inference.image import Reset
from engine.language.rulebook import Latch, Trip
from engine.values.fact import Value
from engine.values.truth import Truth


class TripState(NamedTuple):
    """What one trip remembers: whether it is latched, and since when (monotonic, -inf: never)."""

    latched: bool
    since_s: float


class TripResult(NamedTuple):
    """One trip in one scan: `cause` is TRIP or LATCH while it forces, else None."""

    state: TripState
    cause: Cause | None
    released: bool
    alarms: tuple[Alarm, ...]


def evaluate(
    trip: Trip, state: TripState, truth: Truth, resets: tuple[Reset, ...], now_s: float
) -> TripResult:
    """Return what the trip does in this scan (laws 4, 5 and 6)."""
    asked = any(reset.trip == trip.id for reset in resets)
    if truth is False:
        if not state.latched:
            return TripResult(state, None, False, ())
        if asked:
            return TripResult(TripState(False, now_s), None, True, ())
        return TripResult(state, Cause.LATCH, False, (_alarm(AlarmKind.LATCHED, trip),))
    latches = trip.latch is Latch.YES or (trip.latch is Latch.ON_TRUE and truth is True)
    if latches and not state.latched:
        state = TripState(True, now_s)
    alarms = [_alarm(AlarmKind.TRIPPED, trip, unknown=truth is None)]
    if asked:
        text = "reset refused: the cause still lasts"
        alarms.append(Alarm(AlarmKind.RESET_REFUSED, trip.id, text))
    return TripResult(state, Cause.TRIP, False, tuple(alarms))


def _alarm(kind: AlarmKind, trip: Trip, *, unknown: bool = False) -> Alarm:
    because = trip.because or trip.id
    return Alarm(kind, trip.id, f"{because}{AlarmText.TRIP_UNKNOWN}" if unknown else because)


class Forced(NamedTuple):
    """What a trip makes of one output; `by` is the trip's id."""

    value: Value
    cause: Cause
    by: str


class Tripped(NamedTuple):
    """What all trips come to in one scan."""

    states: tuple[TripState, ...]
    forced: dict[str, Forced]
    released: frozenset[str]
    """The outputs of trips that were reset in this scan."""
    alarms: tuple[Alarm, ...]


def combine(
    trips: tuple[Trip, ...], results: tuple[TripResult, ...], failsafe: dict[str, Value]
) -> Tripped:
    """Return what the results of all trips come to."""
    return Tripped(
        tuple(result.state for result in results),
        forced(trips, results, failsafe),
        frozenset(
            output
            for trip, result in zip(trips, results, strict=True)
            if result.released
            for output, _ in trip.force
        ),
        tuple(alarm for result in results for alarm in result.alarms),
    )


def forced(
    trips: tuple[Trip, ...], results: tuple[TripResult, ...], failsafe: dict[str, Value]
) -> dict[str, Forced]:
    """Return the outputs that trips force; where two disagree, the failsafe counts."""
    found: dict[str, Forced] = {}
    for trip, result in zip(trips, results, strict=True):
        if result.cause is None:
            continue
        for output, value in trip.force:
            known = found.get(output)
            if known is None:
                found[output] = Forced(value, result.cause, trip.id)
            elif known.value != value:
                found[output] = known._replace(value=failsafe[output])
    return found
