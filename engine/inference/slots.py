"""Where each value of a scan lies: one flat list, a slot per point, signal, condition and rule.

Layout, low to high: points · ages · calendar · outputs as last decided · outputs being decided ·
everything computed. Conditions are compiled to code over slot numbers, so a scan looks nothing up
by name. A slot holds the value in the point's or output's declared unit, computed numbers in base
units, truths as True, False or None; None always means UNKNOWN.
"""

from dataclasses import dataclass, field

from engine.language.expression import Age, Expression, Name, NameKind, walk
from engine.language.plant import Plant
from engine.language.rulebook import Rulebook

CALENDAR = ("weekday", "month", "time_of_day", "sunrise", "sunset")


@dataclass(slots=True)
class Slots:
    """Slot numbers by name, and by content for what has no name. Grows while compiling only."""

    count: int = 0
    named: dict[tuple[NameKind, str], int] = field(default_factory=dict)
    ages: dict[str, int] = field(default_factory=dict)
    deciding: dict[str, int] = field(default_factory=dict)
    """Outputs being decided in this scan, which only interlocks read."""
    content: dict[object, int] = field(default_factory=dict)
    timers: dict[str, int] = field(default_factory=dict)
    """Result slots of Timed conditions by their key."""
    rules: dict[str, int] = field(default_factory=dict)

    def new(self) -> int:
        """Return the number of a fresh slot."""
        self.count += 1
        return self.count - 1

    def number(self, kind: NameKind, name: str) -> int:
        """Return the slot of a name that the rulebook knows."""
        return self.named[kind, name]


def lay_out(rulebook: Rulebook, expressions: list[Expression]) -> Slots:
    """Return the slots that hold what a scan is given; computed ones follow while compiling."""
    slots = Slots()
    plant: Plant = rulebook.plant
    for point in plant.points:
        slots.named[NameKind.POINT, point.name] = slots.new()
    for expression in expressions:
        for node in walk(expression):
            if isinstance(node, Age) and node.point.name not in slots.ages:
                slots.ages[node.point.name] = slots.new()
    for name in CALENDAR:
        slots.named[NameKind.CALENDAR, name] = slots.new()
    for output in plant.outputs:
        slots.named[NameKind.OUTPUT, output.name] = slots.new()
    for output in plant.outputs:
        slots.deciding[output.name] = slots.new()
    return slots


def content_of(expression: Expression) -> object:
    """Return a hashable value that is equal for expressions of the same meaning anywhere."""
    if isinstance(expression, Name):
        return (expression.kind, expression.name)
    parts: list[object] = [type(expression).__name__]
    for name in expression.__dataclass_fields__:
        if name in ("position", "type"):
            continue
        value = getattr(expression, name)
        parts.append(_content(value))
    return tuple(parts)


def _content(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_content(item) for item in value)
    if hasattr(value, "position") and hasattr(value, "__dataclass_fields__"):
        return content_of(value)  # type: ignore[arg-type] # every node with a position is a node
    return value
