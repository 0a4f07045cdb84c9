"""The memory of a condition: hysteresis side, `for`, `hold` and `rest`, as one table.

In this file: the state of one Timed condition and its transitions, nothing else. Nothing else
changes that state.

Hysteresis: the *side* turns on when `when` is TRUE and `until` is not, and off when `until` is
TRUE. Without `until` the side is `when` itself. The input of the table is the side, or UNKNOWN when
what could change it is. To look twice at the same inputs changes nothing.

    phase     input           after       next
    OFF       TRUE            at once     PENDING
    PENDING   TRUE            `for`       ON
    PENDING   FALSE, UNKNOWN  at once     OFF
    ON        FALSE           `hold`      RESTING
    ON        UNKNOWN         at once     RESTING
    RESTING   any             `rest`      OFF

Several rows may apply in one scan: with no `for`, TRUE leads from OFF to ON at once. The result is
UNKNOWN while the input is, else TRUE in phase ON, else FALSE.
"""

import math
from enum import Enum
from typing import NamedTuple

from engine.language.expression import Timed
from engine.values.truth import Truth, all_, not_


class Phase(Enum):
    """Where a condition stands."""

    OFF = "off"
    PENDING = "pending"
    ON = "on"
    RESTING = "resting"


class TimerState(NamedTuple):
    """What one Timed condition remembers. `since_s` is when the phase began, monotonic."""

    side: bool
    phase: Phase
    since_s: float


class Advanced(NamedTuple):
    """The state after a scan, the truth it yields, and when it moves by itself (inf: never)."""

    state: TimerState
    truth: Truth
    due_s: float


AT_START = TimerState(False, Phase.OFF, -math.inf)

_NEXT: dict[tuple[Phase, Truth], tuple[str, Phase]] = {
    (Phase.OFF, True): ("", Phase.PENDING),
    (Phase.PENDING, True): ("for_s", Phase.ON),
    (Phase.PENDING, False): ("", Phase.OFF),
    (Phase.PENDING, None): ("", Phase.OFF),
    (Phase.ON, False): ("hold_s", Phase.RESTING),
    (Phase.ON, None): ("", Phase.RESTING),
    (Phase.RESTING, True): ("rest_s", Phase.OFF),
    (Phase.RESTING, False): ("rest_s", Phase.OFF),
    (Phase.RESTING, None): ("rest_s", Phase.OFF),
}


def advance(timed: Timed, state: TimerState, when: Truth, until: Truth, now_s: float) -> Advanced:
    """Return the condition's state in this scan; `until` counts only if the condition has one."""
    side, given = _side(timed, state.side, when, until)
    phase, since_s = state.phase, state.since_s
    while (row := _NEXT.get((phase, given))) is not None:
        wait, following = row
        due_s = since_s + getattr(timed, wait) if wait else now_s
        if now_s < due_s:
            break
        phase, since_s = following, now_s
    else:
        due_s = math.inf
    truth = None if given is None else phase is Phase.ON
    return Advanced(TimerState(side, phase, since_s), truth, due_s)


def _side(timed: Timed, side: bool, when: Truth, until: Truth) -> tuple[bool, Truth]:
    """Return the side after this scan, and the table's input."""
    if timed.until is None:
        return bool(when), when
    if side:
        return (True, None) if until is None else (not until, not until)
    turns_on = all_((when, not_(until)))
    return turns_on is True, turns_on
