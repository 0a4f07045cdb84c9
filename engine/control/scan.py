"""The scan: the one step of ThermIQ. Pure.

Program, retained state, image and moment go in; decisions, new state and the trace come out:

    conditions -> chain -> demands -> shaping -> trips and interlocks -> one decision per output

A trip that is seen acts in this very scan (law 5). What is computed before the interlocks can only
be restricted by them (law 4).
"""

from collections.abc import Sequence
from typing import NamedTuple

from engine.control import arbiter, trips
from engine.control.arbiter import Asking
from engine.control.decision import Decision, Trace
from engine.control.program import Program
from engine.control.round import decide
from engine.control.state import LastScan, Retained, initial
from engine.control.trips import Tripped
from engine.control.wishes import Given
from engine.inference import memory
from engine.inference.image import ProcessImage, Reset
from engine.inference.memory import Working
from engine.values.moment import Moment
from engine.values.truth import Truth

__all__ = ["Scan", "initial", "scan"]


class Scan(NamedTuple):
    """What one scan yields: a decision per output in the plant's order, state, and the trace."""

    decisions: tuple[Decision, ...]
    retained: Retained
    trace: Trace


class ClockError(ValueError):
    """Monotonic time ran backwards, which nothing here can survive."""


_LONG_S = 3600.0
"""A scan that comes later than this after the last one ramps as after no time at all."""


def scan(program: Program, retained: Retained, image: ProcessImage, moment: Moment) -> Scan:
    """Decide every output. Raises ClockError if `moment` lies before the last scan."""
    now_s = moment.monotonic_s
    if now_s < retained.at_s:
        raise ClockError(f"monotonic time {now_s} is before the last scan at {retained.at_s}")
    last, network = retained.last, program.network
    working = _working(program, retained)
    outputs = [state.value for state in retained.outputs]
    mask = memory.infer(network, working, image, outputs, moment, fresh=last is None)
    asking, truths = _heard(program, working, last)
    tripping = program.pick_trips(working.slots)
    tripped = _tripped(program, retained, tripping, image.resets, now_s)
    elapsed_s = now_s - retained.at_s
    given = Given(
        working.slots,
        asking,
        tripped,
        image.overrides,
        now_s,
        elapsed_s if elapsed_s < _LONG_S else 0.0,
        bool(mask & network.interlock_bits),
    )
    decided = decide(program, retained.outputs, None if last is None else last.round, given)
    kept = Retained(
        now_s,
        tuple(working.timers),
        tuple(working.windows),
        decided.states,
        tripped.states,
        LastScan(working, truths, asking, () if image.resets else tripping, decided.round),
    )
    decisions = decided.decisions
    trace = Trace(moment, image, working.slots, truths, decisions, decided.alarms)
    return Scan(decisions, kept, trace)


def _tripped(
    program: Program,
    retained: Retained,
    tripping: tuple[Truth, ...],
    resets: tuple[Reset, ...],
    now_s: float,
) -> Tripped:
    """Return what the trips do, given the truths of their conditions."""
    last = retained.last
    if last is not None and not resets and tripping == last.tripping:
        return last.round.tripped  # the same cause again changes nothing
    all_trips = program.rulebook.trips
    results = tuple(
        trips.evaluate(trip, state, truth, resets, now_s)
        for trip, state, truth in zip(all_trips, retained.trips, tripping, strict=True)
    )
    return trips.combine(all_trips, results, program.failsafe)


def _heard(
    program: Program, working: Working, last: LastScan | None
) -> tuple[Sequence[tuple[Asking, ...]], tuple[Truth, ...]]:
    """Return who asks for each output, and the truth of every rule."""
    if last is not None and not working.changed:
        return last.asking, last.rule_truths
    truths = program.pick_rules(working.slots)
    if last is None:
        return [arbiter.active(found, working.slots) for found in program.candidates], truths
    asking = list(last.asking)
    for slot in working.changed:
        for index in program.asked.get(slot, ()):
            asking[index] = arbiter.active(program.candidates[index], working.slots)
    return asking, truths


def _working(program: Program, retained: Retained) -> Working:
    """Return a working memory of our own: a copy of the last scan's, or an empty one."""
    last = retained.last
    if last is None:
        return memory.remember(program.network, list(retained.timers), list(retained.windows))
    old = last.working
    return Working(
        old.slots.copy(), old.timers.copy(), old.windows.copy(), old.dues.copy(), old.next_due_s
    )
