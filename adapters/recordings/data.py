"""What a recording is made of, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.values.fact import Quality, Value

Json = None | bool | int | float | str | Sequence["Json"] | dict[str, "Json"]
"""What JSON can say."""

Change = tuple[int, str, Value | None, Quality]
"""`(at_ms, point, value, quality)`: from this moment on, until the point's next change.

`at_ms` is UTC in milliseconds since 1970. The value is None unless the quality is GOOD. A plain
tuple, because a year of them passes through a dry-run.
"""

State = tuple[Value | None, Quality]
"""A point's value and quality at one moment."""

MISSING_STATE: State = (None, Quality.MISSING)

PointKind = Literal["fact", "output", "signal"]
PointType = Literal["number", "bool", "enum"]


class RecordingError(Exception):
    """A file cannot be used as a recording, or not written: says which file and what to do."""

    def __init__(self, path: Path | str, message: str, help_text: str = "") -> None:
        """Keep the facts as attributes: the file, what is wrong, what to do."""
        super().__init__(path, message, help_text)
        self.path = Path(path)
        self.message = message
        self.help = help_text

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" + (f"; {self.help}" if self.help else "")


@dataclass(frozen=True, slots=True)
class PointInfo:
    """A point as a recording knows it. `low` and `high` are in `unit`; None: no bound.

    `values` are the named states of an enum, empty if they are not declared.
    """

    name: str
    type: PointType = "number"
    unit: str = ""
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    kind: PointKind = "fact"
    about: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start_ms` up to, not including, `end_ms` (UTC)."""

    start_ms: int
    end_ms: int

    @property
    def seconds(self) -> float:
        """How long it is, in seconds."""
        return (self.end_ms - self.start_ms) / 1000


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision: from `at_ms` on the output has `value`.

    `cause` names the kind of law that decided (trip, interlock, override, rule, default), `by` the
    rule or interlock, `wanted` what was asked for before it was restricted. `reasons` is what
    `why` tells, as JSON.
    """

    at_ms: int
    output: str
    value: Value | None
    cause: str
    by: str = ""
    wanted: Value | None = None
    reasons: Json = None


CLOCK = "clock"
"""The kind of the events that tell from when on the wall clock was trusted, or not."""
TRUSTED = {True: "trusted", False: "not trusted"}


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened once: an alarm, a trip, a reset, a rule file loaded."""

    at_ms: int
    kind: str
    id: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The controller's retained state after the scan at `at_ms`, and which rules it is of."""

    at_ms: int
    rules: str
    retained: bytes


@dataclass(frozen=True, slots=True)
class ScanRun:
    """Scans `step_ms` apart on all clocks; the first at `at_ms` of the recording's time line.

    `wall_ms` is what the wall clock said: the time line goes on where that was set back.
    """

    at_ms: int
    wall_ms: int
    monotonic_ms: int
    step_ms: int = 0
    count: int = 1

    def longer(self, at_ms: int, wall_ms: int, monotonic_ms: int) -> "ScanRun | None":
        """Return the run with one scan more, None if that one does not keep the step."""
        step_ms = self.step_ms if self.count > 1 else at_ms - self.at_ms
        ahead_ms = step_ms * self.count
        due = (self.at_ms + ahead_ms, self.wall_ms + ahead_ms, self.monotonic_ms + ahead_ms)
        if due != (at_ms, wall_ms, monotonic_ms):
            return None
        return ScanRun(self.at_ms, self.wall_ms, self.monotonic_ms, step_ms, self.count + 1)


@dataclass(frozen=True, slots=True)
class RequestRow:
    """The overrides that stand from `at_ms` on, and the resets that this one scan heard.

    An override is `[id, output, value, by, until_s]`, a reset `[trip, by]`.
    """

    at_ms: int
    overrides: Sequence[Sequence[Value]] = ()
    resets: Sequence[Sequence[str]] = ()
