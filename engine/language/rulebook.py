"""Rules as frozen data: what a folder of checked files means.

Every expression in here is resolved (see `expression`). Values of outputs are in the output's unit.
"""

from dataclasses import dataclass
from enum import Enum

from engine.language.expression import Expression
from engine.language.plant import Plant
from engine.language.position import NOWHERE, Position
from engine.values.fact import Value


@dataclass(frozen=True, slots=True)
class Signal:
    """A number, truth or state computed every scan; may read points, outputs, earlier signals."""

    name: str
    expression: Expression
    ruleset: str
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Condition:
    """A named condition; Timed if it has `until`, `for`, `hold` or `rest`."""

    name: str
    expression: Expression
    ruleset: str
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a rule asks of one output: a value of the output's type, in base units if a number."""

    output: str
    value: Expression
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Rule:
    """One when-then. A higher salience wins; `asserts` are derived facts."""

    id: str
    when: Expression
    proposals: tuple[Proposal, ...]
    asserts: tuple[str, ...]
    salience: int
    because: str
    ruleset: str
    position: Position = NOWHERE


class Latch(Enum):
    """When a trip latches: never, whenever it trips, or only when its condition was seen TRUE."""

    NO = "no"
    YES = "yes"
    ON_TRUE = "on_true"


@dataclass(frozen=True, slots=True)
class Trip:
    """Forces outputs to given values at once, also while its condition is UNKNOWN."""

    id: str
    when: Expression
    latch: Latch
    force: tuple[tuple[str, Value], ...]
    because: str
    position: Position = NOWHERE


class Bound(Enum):
    """How a limit holds an output."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


@dataclass(frozen=True, slots=True)
class Limit:
    """An interlock's bound on one numeric output; `value` in base units. UNKNOWN means failsafe."""

    output: str
    bound: Bound
    value: Expression
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Interlock:
    """While `condition` is TRUE or UNKNOWN: force values, apply limits.

    Names of outputs in it mean the values being decided in this scan. `never` marks one that was
    written `never: … else: …`: its force must make the condition FALSE, or its outputs fail safe.
    """

    id: str
    condition: Expression
    force: tuple[tuple[str, Value], ...]
    limits: tuple[Limit, ...]
    because: str
    position: Position = NOWHERE
    never: bool = False


@dataclass(frozen=True, slots=True)
class Permissive:
    """`needs` must be TRUE for `output` to start (to go from off to on)."""

    id: str
    output: str
    needs: Expression
    because: str
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A plant and all its rules. The order is that of the files by name, then of the lines."""

    plant: Plant
    signals: tuple[Signal, ...] = ()
    conditions: tuple[Condition, ...] = ()
    rules: tuple[Rule, ...] = ()
    trips: tuple[Trip, ...] = ()
    interlocks: tuple[Interlock, ...] = ()
    permissives: tuple[Permissive, ...] = ()
