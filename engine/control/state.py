"""What lives from one scan to the next."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.control.arbiter import Asking
from engine.control.program import Program
from engine.control.round import Round
from engine.control.shaping import OutputState, Shaped, as_if_switched, at_rest, record
from engine.control.trips import TripState
from engine.inference.memory import Working
from engine.inference.timing import AT_START, TimerState
from engine.inference.windows import WindowState
from engine.values.truth import Truth


@dataclass(frozen=True, slots=True)
class LastScan:
    """What the last scan computed. It only saves work: a scan without it decides the same."""

    working: Working
    rule_truths: tuple[Truth, ...]
    asking: Sequence[tuple[Asking, ...]]
    tripping: tuple[Truth, ...]
    """The truths of the trips' conditions; empty after a reset, which is heard once."""
    round: Round


@dataclass(frozen=True, slots=True)
class Retained:
    """Timers, windows, outputs and trips in the order of the program; `at_s` is the last scan."""

    at_s: float
    timers: tuple[TimerState, ...]
    windows: tuple[WindowState | None, ...]
    outputs: tuple[OutputState, ...]
    trips: tuple[TripState, ...]
    last: LastScan | None = None


def initial(program: Program) -> Retained:
    """Return the state before the first scan ever: outputs at failsafe, nothing latched."""
    conditions = program.network.conditions
    return Retained(
        at_s=-math.inf,
        timers=(AT_START,) * len(conditions.timers),
        windows=(None,) * len(conditions.windows),
        outputs=tuple(at_rest(output) for output in program.rulebook.plant.outputs),
        trips=(TripState(False, -math.inf),) * len(program.rulebook.trips),
    )


def at_failsafe(program: Program, retained: Retained, now_s: float) -> Retained:
    """Return the state after every output stood at its failsafe up to now, whatever was decided.

    What is on again after that has started: permissives and minimum off times count anew.
    """
    outputs = tuple(
        record(
            output,
            state,
            Shaped(output.failsafe, output.failsafe, ()),
            output.failsafe,
            state.blocked,
            now_s,
        )
        for output, state in zip(program.rulebook.plant.outputs, retained.outputs, strict=True)
    )
    return replace(retained, outputs=outputs, last=None)


def after_crash(program: Program, retained: Retained, now_s: float) -> Retained:
    """Return the state after a process that did not end in order, saved some time before its end.

    Its outputs fell to their failsafe when it died, and what it switched since it saved is not
    known: each output counts as switched just now, as often as its limits would have let it.
    """
    outputs = tuple(
        as_if_switched(output, state, now_s)
        for output, state in zip(program.rulebook.plant.outputs, retained.outputs, strict=True)
    )
    return replace(retained, outputs=outputs, last=None)


def without_memory(retained: Retained) -> Retained:
    """Return what a restart would find: only what is retained, nothing that merely saves work."""
    return replace(retained, last=None)
