"""A scenario as frozen data: where it starts, what it is told, what is expected of the decisions.

`scenario_file` reads it from text, `scenario_run` plays it into the same `scan` that runs the
plant, `scenario_text` writes it as text again. Times are milliseconds: `at_ms` and its like count
from the first scan, `start_ms` is Unix time. Values are in the declared unit of their point.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.control.shaping import OutputState
from engine.inference.timing import TimerState
from engine.language.expression import Expression
from engine.language.position import NOWHERE, Position
from engine.values.fact import Quality, Value
from engine.values.moment import Moment

MomentAt = Callable[[int], Moment]
"""Unix milliseconds to a moment; both clocks of it run alike, as in every replay."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a fact is from `at_ms` on, until its next piece; the last one stands for ever.

    `value` is None unless the quality is GOOD. With `until_ms` a number moves evenly from `value`
    to `end`, which it has from `until_ms` on.
    """

    at_ms: int
    value: Value | None
    quality: Quality = Quality.GOOD
    until_ms: int | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A fact over time. Before its first piece, and without a series, it is MISSING."""

    point: str
    pieces: tuple[Piece, ...]
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class StartState:
    """What the controller remembers when the first scan comes; nothing: it never ran.

    All times in here are seconds relative to the first scan, so 0 or less; -inf: for ever, or
    never. What is not named is as before the first scan ever.
    """

    outputs: tuple[tuple[str, OutputState], ...] = ()
    latched: tuple[str, ...] = ()
    timers: tuple[tuple[str, TimerState], ...] = ()
    """By key of the timer, as retained state is saved."""
    windows: tuple[tuple[str, float], ...] = ()
    """By key of the window: full, and of this average or rate (base units) in the first scan."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is remembered."""
        return not (self.outputs or self.latched or self.timers or self.windows)


@dataclass(frozen=True, slots=True)
class ResetAction:
    """A person resets a trip; heard by the first scan at or after `at_ms`."""

    at_ms: int
    trip: str


@dataclass(frozen=True, slots=True)
class OverrideAction:
    """A person sets an output by hand, for `lasts_ms`."""

    at_ms: int
    output: str
    value: Value
    lasts_ms: int


@dataclass(frozen=True, slots=True)
class RestartAction:
    """The controller loses power and comes back with what it had saved."""

    at_ms: int


Action = ResetAction | OverrideAction | RestartAction


@dataclass(frozen=True, slots=True)
class OutputClaim:
    """An output has `value`, or is on or off, and `by` had a hand in it.

    `value` None: any; `on` instead asks whether it counts as on. `by` are ids of rules, overrides,
    interlocks, trips and permissives, causes and kinds of restriction; all of them must be found.
    """

    output: str
    value: Value | None = None
    on: bool | None = None
    by: tuple[str, ...] = ()
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TruthClaim:
    """An expression is TRUE, or UNKNOWN. Names of outputs mean what this very scan decided."""

    expression: Expression
    unknown: bool = False
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RuleClaim:
    """The condition of a rule is TRUE (`fires`), or it is not."""

    rule: str
    fires: bool
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AlarmClaim:
    """The alarms are about exactly these trips, interlocks, outputs and overrides."""

    subjects: tuple[str, ...]
    position: Position = field(default=NOWHERE, compare=False)


Claim = OutputClaim | TruthClaim | RuleClaim | AlarmClaim


@dataclass(frozen=True, slots=True)
class Expectation:
    """Claims about every scan from `from_ms` to `to_ms`, both included; never about no scan."""

    from_ms: int
    to_ms: int
    claims: tuple[Claim, ...]
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Never:
    """A condition that must be TRUE in no scan. Names of outputs mean what this scan decided."""

    id: str
    when: Expression
    because: str = ""
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story: scans every `every_ms` from Unix time `start_ms` for `lasts_ms`, end included.

    For `before_ms` beforehand the facts stood as at the first scan and the controller ran.
    """

    name: str
    start_ms: int
    every_ms: int
    lasts_ms: int
    series: tuple[Series, ...] = ()
    state: StartState = StartState()
    before_ms: int = 0
    actions: tuple[Action, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    never: tuple[Never, ...] = ()
    about: str = ""
    position: Position = field(default=NOWHERE, compare=False)
