"""What lives from one scan to the next."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.control.arbiter import Asking
from engine.control.program import Program
from engine.control.round import Wish
from engine.control.shaping import OutputState, at_rest
from engine.control.trips import TripResult, TripState
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
    wishes: tuple[Wish, ...]
    tripping: tuple[Truth, ...]
    """The truths of the trips' conditions; empty after a reset, which is heard once."""
    tripped: tuple[TripResult, ...]


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


def without_memory(retained: Retained) -> Retained:
    """Return what a restart would find: only what is retained, nothing that merely saves work."""
    return replace(retained, last=None)
