"""The tree of an expression. Frozen data; each node knows its place and, once resolved, its type.

The grammar builds trees whose `type` is None and whose names have kind UNRESOLVED; `resolve`
returns the same tree with types, kinds and units filled in, and only such trees are compiled.
Numbers are computed in base units (W, s, J, K; °C for absolute temperatures; 0.5 for 50 %).
"""

from dataclasses import dataclass
from enum import Enum

from engine.language.position import Position
from engine.language.types import Type
from engine.values.units import Unit


class NameKind(Enum):
    """What a name stands for."""

    UNRESOLVED = "unresolved"
    POINT = "fact"
    OUTPUT = "output"
    """In rules the value decided in the last scan, in interlocks the one being decided now."""
    SIGNAL = "signal"
    CONDITION = "condition"
    DERIVED = "derived fact"
    """A symbol that rules assert. Allowed in a rule's `when` alone."""
    CALENDAR = "calendar"
    """`weekday` or `month`, of the site's local time."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written; `value × unit.factor` is the base value."""

    value: float
    unit: Unit
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class State:
    """A named state of an enum point: `locked`, `sat`."""

    value: str
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Boolean:
    """`true`/`on` or `false`/`off`."""

    value: bool
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """A point, output, signal, condition, derived fact or calendar value; `unit` for numbers."""

    name: str
    position: Position
    kind: NameKind = NameKind.UNRESOLVED
    type: Type | None = None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left operator right`, operator one of `+ - * /`. Division by zero is UNKNOWN."""

    operator: str
    left: "Expression"
    right: "Expression"
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Negative:
    """`- operand`."""

    operand: "Expression"
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """`min(a, …)`, `max(a, …)`, `abs(x)`, `clamp(x, low, high)`. UNKNOWN if any argument is."""

    function: str
    arguments: tuple["Expression", ...]
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Age:
    """`age(point)`: seconds since its measurement; UNKNOWN while it is missing."""

    point: Name
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """`rate(x, 5 min)` or `average(x, 5 min)`; UNKNOWN until x was known that long unbroken."""

    function: str
    operand: "Expression"
    window_s: float
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`, operator one of `< <= > >= == !=`."""

    operator: str
    left: "Expression"
    right: "Expression"
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """`x is known`: TRUE or FALSE, never UNKNOWN."""

    operand: "Expression"
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class ClockTime:
    """An end of a daily span: `22:00` (anchor `midnight`), `sunrise + 30 min`, `sunset`."""

    anchor: str
    offset_s: float
    position: Position


@dataclass(frozen=True, slots=True)
class Between:
    """`between 22:00 and 06:00`: start ≤ local time < end, across midnight if end ≤ start.

    UNKNOWN when an end is a sunrise or sunset that the moment does not have.
    """

    start: ClockTime
    end: ClockTime
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """`not x`; UNKNOWN stays UNKNOWN."""

    operand: "Expression"
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class All:
    """`a and b`, and a list under `when:`."""

    operands: tuple["Expression", ...]
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Any:
    """`a or b`, and a list under `any:`."""

    operands: tuple["Expression", ...]
    position: Position
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Timed:
    """A condition with memory; see `engine/inference/timing.py` for its states.

    `until` makes a hysteresis: once TRUE it stays so until `until` is TRUE. `for_s` is how long the
    result must hold before it counts, `hold_s` how long it then stays TRUE at least, `rest_s` how
    long it stays FALSE at least afterwards. `key` names the retained state: the owner's id and
    a digest of the content (law 13).
    """

    when: "Expression"
    until: "Expression | None"
    for_s: float
    hold_s: float
    rest_s: float
    key: str
    position: Position
    type: Type | None = None


Expression = (
    Number | State | Boolean | Name | Arithmetic | Negative | Call | Age | Window
    | Comparison | Known | Between | Not | All | Any | Timed
)  # fmt: skip


def children(expression: Expression) -> tuple[Expression, ...]:  # noqa: PLR0911 - one a node
    """Return the direct operands, left to right."""
    match expression:
        case Number() | State() | Boolean() | Name() | Between():
            return ()
        case Arithmetic() | Comparison():
            return (expression.left, expression.right)
        case Negative() | Known() | Not() | Window():
            return (expression.operand,)
        case Age():
            return (expression.point,)
        case Call():
            return expression.arguments
        case All() | Any():
            return expression.operands
        case Timed():
            return (expression.when,) if expression.until is None else (
                expression.when, expression.until,
            )  # fmt: skip


def walk(expression: Expression) -> list[Expression]:
    """Return the expression and everything below it, each node before its operands."""
    found = [expression]
    for child in children(expression):
        found.extend(walk(child))
    return found


def names(expression: Expression, kind: NameKind) -> tuple[str, ...]:
    """Return the names of one kind that the expression reads, each once, in order."""
    found = (node.name for node in walk(expression) if isinstance(node, Name) and node.kind is kind)
    return tuple(dict.fromkeys(found))
