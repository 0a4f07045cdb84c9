"""What one scan decides, and why: plain data, cheap to make, complete enough to explain.

A decision names the rules that won, what they overruled and what restricted it. The values those
rules saw stand in the trace of the same scan; `engine/workshop/explain.py` joins both into words.
"""

from collections.abc import Sequence
from enum import Enum, StrEnum
from typing import NamedTuple

from engine.inference.image import ProcessImage
from engine.values.fact import Value
from engine.values.moment import Moment
from engine.values.truth import Truth


class Cause(Enum):
    """Who decided the value in the end."""

    DEFAULT = "default"
    """No rule asked for anything: the output is at rest (law 3)."""
    RULE = "rule"
    OVERRIDE = "override"
    CONFLICT = "conflict"
    """Equal rules disagreed, so the output takes its failsafe (law 10)."""
    INTERLOCK = "interlock"
    LATCH = "latch"
    """A trip whose cause may be gone, but which nobody has reset."""
    TRIP = "trip"


class RestrictionKind(Enum):
    """What kept a decision from being what was wanted, in the order in which they apply."""

    RANGE = "range"
    OFF_BELOW = "off_below"
    STEP = "step"
    NEW_DEMAND = "new_demand"
    """The demand is older than the last reset; it counts again after it went away once (law 7)."""
    PERMISSIVE = "permissive"
    MIN_OFF = "min_off"
    MAX_STARTS = "max_starts"
    MIN_ON = "min_on"
    SETTLE = "settle"
    MAX_CHANGES = "max_changes"
    RAMP = "ramp"
    INTERLOCK = "interlock"
    LATCH = "latch"
    TRIP = "trip"


class Restriction(NamedTuple):
    """One step between what was wanted and what was decided.

    `by` is the id of the permissive, interlock or trip, else empty. `value` is the value after it,
    in the output's unit. `until_s` is the monotonic time at which a timer lets go, else None.
    """

    kind: RestrictionKind
    by: str
    value: Value
    until_s: float | None = None


class Decision(NamedTuple):
    """The value of one output for this scan.

    `value` and `wanted` are in the output's unit. `by` names the rule, override, interlock or trip
    behind `cause`; for a CONFLICT all the rules that disagree, joined by a comma. `asked_by` is
    the rule or override that won the arbitration ("" for the default), `overruled` the ids of the
    lower ones.
    """

    output: str
    value: Value
    cause: Cause
    by: str
    wanted: Value
    asked_by: str
    overruled: tuple[str, ...]
    restrictions: tuple[Restriction, ...]


class AlarmKind(Enum):
    """What a person should look at."""

    TRIPPED = "tripped"
    LATCHED = "latched"
    CONFLICT = "conflict"
    INTERLOCK = "interlock"
    """An interlock that cannot be evaluated, or that its own force does not cure."""
    OVERRIDE_REFUSED = "override_refused"
    RESET_REFUSED = "reset_refused"
    CONTROLLER = "controller"
    """About the controller itself; no scan raises it, whoever runs the scans does."""


class AlarmText(StrEnum):
    """What an interlock's alarm says, and what is added where a trip cannot be evaluated."""

    UNCURED = "still violated: its outputs go to failsafe"
    RESTLESS = "do not settle: failsafe"
    UNKNOWN = "cannot be evaluated, so it holds"
    TRIP_UNKNOWN = " (cannot be evaluated)"


class Alarm(NamedTuple):
    """One thing that is wrong now. `subject` is the id of a trip, interlock, output or override."""

    kind: AlarmKind
    subject: str
    text: str


class Trace(NamedTuple):
    """Everything one scan saw, enough to explain any decision of it afterwards.

    `slots` are all computed values by slot number (see `engine/inference/slots.py`), `rule_truths`
    one truth per rule in the order of the rulebook.
    """

    moment: Moment
    image: ProcessImage
    slots: Sequence[Value | None]
    rule_truths: tuple[Truth, ...]
    decisions: tuple[Decision, ...]
    alarms: tuple[Alarm, ...]
