"""Why an output has its value: a frozen tree of data. `wording` and `outline` make it words."""

from dataclasses import dataclass

from engine.control.decision import Alarm, Cause, RestrictionKind
from engine.language.plant import Rate
from engine.language.position import Position
from engine.values.moment import Moment
from engine.values.truth import Truth
from engine.workshop.evidence import Evidence
from engine.workshop.lack import Lack
from engine.workshop.quantity import Quantity


@dataclass(frozen=True, slots=True)
class RuleReason:
    """One rule and what it saw.

    `asks` is what it proposes (or would propose) for the output that is explained, None while that
    is unknown or if it proposes nothing; `asks_text` as written. `lack` is what is missing for it
    to fire, None if it fires.
    """

    id: str
    ruleset: str
    salience: int
    because: str
    truth: Truth
    asks: Quantity | None
    asks_text: str
    evidence: Evidence
    lack: Lack | None
    position: Position


@dataclass(frozen=True, slots=True)
class OverrideReason:
    """An operator's value: whose, and for how many seconds more."""

    id: str
    by: str
    value: Quantity
    remaining_s: float


@dataclass(frozen=True, slots=True)
class Restraint:
    """What kept the output from being what was wanted: one step from `before` to `after`.

    `by` names a permissive, interlock or trip; `evidence` is what its condition saw and `lack` what
    must come before it lets go. `limit` is the declared figure behind a shaping step: the size of a
    step, a duration, a number of starts. `remaining_s` is how long a timer still runs.
    """

    kind: RestrictionKind
    by: str
    before: Quantity
    after: Quantity
    remaining_s: float | None = None
    limit: Quantity | Rate | None = None
    because: str = ""
    evidence: Evidence | None = None
    lack: Lack | None = None

    @property
    def changed(self) -> bool:
        """Whether it altered the value."""
        return self.before.base != self.after.base


@dataclass(frozen=True, slots=True)
class Countdown:
    """A timer of the output that still runs, whether or not it restricts anything now."""

    kind: RestrictionKind
    remaining_s: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """One output's decision with everything behind it.

    `deciding` are the rules behind what was wanted (several if they disagree), `overruled` fire but
    stand lower, `passed_over` fire but wait for a new demand or ask for something unknown, `silent`
    do not fire. `default` is the value at rest.
    """

    output: str
    about: str
    at: Moment
    value: Quantity
    wanted: Quantity
    default: Quantity
    cause: Cause
    by: str
    deciding: tuple[RuleReason, ...]
    overruled: tuple[RuleReason, ...]
    passed_over: tuple[RuleReason, ...]
    silent: tuple[RuleReason, ...]
    override: OverrideReason | None
    restraints: tuple[Restraint, ...]
    countdowns: tuple[Countdown, ...]
    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one proposal of a rule: the output's own explanation, and who stands above.

    `effective` tells whether the output has what the rule asks for. `above` are the rules that
    overrule it. `barriers` are permissives that would keep the output from starting.
    """

    asks: Quantity | None
    asks_text: str
    effective: bool
    above: tuple[RuleReason, ...]
    barriers: tuple[Restraint, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a rule does not fire, or what became of it if it does."""

    at: Moment
    rule: RuleReason
    asserts: tuple[str, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class WhyNotValue:
    """Why an output does not have a value (None: is not on).

    `reached` tells that it has it after all; `rules` are those that would ask for it, the nearest
    first.
    """

    at: Moment
    asked: Quantity | None
    reached: bool
    explanation: Explanation
    rules: tuple[RuleReason, ...]
    barriers: tuple[Restraint, ...]
