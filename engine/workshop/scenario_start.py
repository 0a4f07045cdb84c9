"""A start state as retained state: what a scenario says the controller remembers."""

import math
from collections.abc import Callable
from dataclasses import replace

from engine.control.program import Program
from engine.control.scan import Scan
from engine.control.shaping import OutputState
from engine.control.state import Retained
from engine.control.trips import TripState
from engine.inference.timing import TimerState
from engine.inference.windows import PARTS, Part, WindowState
from engine.workshop.scenario import StartState

Look = Callable[[Retained], Scan]
"""The first scan as it would be with that retained state."""


def retained_from(
    program: Program,
    before: Retained,
    state: StartState,
    first_s: float,
    every_s: float,
    look: Look,
) -> Retained:
    """Return `before` with what `state` says instead, ready for a scan at `first_s` (monotonic)."""
    outputs, timers = dict(state.outputs), dict(state.timers)
    kept = replace(
        before,
        at_s=first_s - every_s,
        outputs=tuple(
            _output(outputs[output.name], first_s) if output.name in outputs else old
            for output, old in zip(program.rulebook.plant.outputs, before.outputs, strict=True)
        ),
        timers=tuple(
            _timer(timers[step.timed.key], first_s) if step.timed.key in timers else old
            for step, old in zip(program.network.conditions.timers, before.timers, strict=True)
        ),
        trips=tuple(
            TripState(True, -math.inf) if trip.id in state.latched else old
            for trip, old in zip(program.rulebook.trips, before.trips, strict=True)
        ),
        last=None,
    )
    for function in ("average", "rate"):  # an average needs no look, and a rate may be of one
        kept = _with_windows(program, kept, state, first_s, function, look)
    return kept


def _output(state: OutputState, first_s: float) -> OutputState:
    return state._replace(
        switched_at_s=first_s + state.switched_at_s,
        changed_at_s=first_s + state.changed_at_s,
        starts_s=tuple(first_s + ago for ago in state.starts_s),
        changes_s=tuple(first_s + ago for ago in state.changes_s),
    )


def _timer(state: TimerState, first_s: float) -> TimerState:
    return state._replace(since_s=first_s + state.since_s)


def _with_windows(
    program: Program,
    retained: Retained,
    state: StartState,
    first_s: float,
    function: str,
    look: Look,
) -> Retained:
    """Return the state with full windows of one function that yield what was asked for."""
    wanted = dict(state.windows)
    windows = list(retained.windows)
    for index, step in enumerate(program.network.conditions.windows):
        if step.key not in wanted or step.window.function != function:
            continue
        value, slope, length_s = wanted[step.key], 0.0, step.window.window_s
        if function == "rate":
            operand = look(replace(retained, windows=tuple(windows))).trace.slots[step.operand]
            if not isinstance(operand, float):
                continue  # of an unknown number there is no rate, whatever was before
            value, slope = operand, wanted[step.key]
        windows[index] = _full(value, slope, first_s, length_s)
    return replace(retained, windows=tuple(windows))


def _full(value: float, slope: float, now_s: float, length_s: float) -> WindowState:
    """Return a window whose operand moved by `slope` a second up to `value` now."""
    begin_s = now_s - length_s
    first = value - slope * length_s
    parts: list[Part] = []
    for index in range(PARTS):
        elapsed_s = index * length_s / PARTS
        at_s = begin_s + elapsed_s
        total = first * elapsed_s + slope * elapsed_s * elapsed_s / 2
        number = int(at_s * PARTS // length_s)
        if not parts or number != parts[-1].number:
            parts.append(Part(number, at_s, first + slope * elapsed_s, total))
    total = first * length_s + slope * length_s * length_s / 2
    return WindowState(begin_s, tuple(parts), total, now_s, value)
