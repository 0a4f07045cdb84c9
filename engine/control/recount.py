"""What an expression says of a scan, worked out a second time from its tree: for the invariants.

Nothing of the compiled conditions is used, so that a mistake there does not excuse itself here.
What remembers (`for`, windows, derived facts) cannot be worked out from one scan: its slot says
what it was. Nothing is remembered from one scan to the next either.

Trees are written out as Python, a line for each node, the same node once:

    when: [x > 2 kW, not b]         n1 = values[0]
                                    c2 = 2000.0
                                    n3 = None if n1 is None else n1 > c2
                                    n4 = values[3]
                                    n5 = None if n4 is None else n4 is not True
                                    n6 = True if n3 is True and n5 is True else …

`tests/oracle/recount.py` works the same out by walking the tree, so slowly that it can be read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, assert_never

from engine.control.program import Program
from engine.inference.image import ProcessImage
from engine.inference.slots import Slots, content_of
from engine.language import expression as x
from engine.language.expression import Expression, NameKind
from engine.language.rulebook import Condition, Rulebook, Signal
from engine.values.fact import Quality, Value
from engine.values.moment import DAY_S, Moment

LARGEST = 1e15
"""A product or quotient beyond it is no measurement: UNKNOWN."""
_CONSTANT = "c"


class View(NamedTuple):
    """What is looked at. `outputs` are what names of outputs mean, in the plant's order."""

    image: ProcessImage
    moment: Moment
    outputs: Sequence[Value]
    slots: Sequence[Value | None]


Looks = Callable[[View], tuple[Value | None, ...]]
"""Works expressions out, one value each, None for UNKNOWN."""


class Recount:
    """Makes functions of the expressions of one program."""

    def __init__(self, program: Program) -> None:
        """Know where points, outputs and what remembers stand."""
        book = program.rulebook
        self._slots = program.slots
        self._points = {point.name: place for place, point in enumerate(book.plant.points)}
        self._outputs = {output.name: place for place, output in enumerate(book.plant.outputs)}
        self._definitions = definitions(book)

    def looks(self, expressions: Sequence[Expression]) -> Looks:
        """Return the function that works expressions out, with all that they read by name."""
        writer = _Writer(self._slots, self._points, self._outputs, self._definitions)
        found = [writer.write(expression) for expression in expressions]
        return writer.function(found)


@dataclass(slots=True)
class _Writer:
    """One function as it is written."""

    slots: Slots
    points: dict[str, int]
    outputs: dict[str, int]
    definitions: dict[str, Expression]
    known: dict[str, str] = field(default_factory=dict)
    """By its text the name of each line."""
    named: dict[str, str] = field(default_factory=dict)
    """What holds a signal or a condition that is written already."""

    def line(self, text: str) -> str:
        """Return the name that holds what `text` says."""
        return self.known.setdefault(text, f"n{len(self.known) + 1}")

    def constant(self, value: Value) -> str:
        """Return the name that holds a constant, which is never UNKNOWN."""
        return self.known.setdefault(repr(value), f"{_CONSTANT}{len(self.known) + 1}")

    def strict(self, operands: Sequence[str], text: str) -> str:
        """Return the name of what is UNKNOWN if one of its operands is."""
        variables = [name for name in operands if not name.startswith(_CONSTANT)]
        unknown = " or ".join(f"{name} is None" for name in variables)
        return self.line(f"None if {unknown} else {text}" if unknown else text)

    def function(self, results: Sequence[str]) -> Looks:
        """Return the function whose results have these names."""
        lines = [f"{name} = {text}" for text, name in self.known.items()]
        lines.append(f"return ({''.join(f'{name}, ' for name in results)})")
        given = ["image, moment, outputs, slots = view", "values = image.values"]
        body = "\n    ".join([*given, *lines])
        source = f"def looks(view):\n    {body}\n"
        namespace = dict(_NAMESPACE)
        exec(compile(source, "<recount>", "exec"), namespace)  # noqa: S102 - our own source
        looks = namespace["looks"]
        assert callable(looks)  # noqa: S101 - the line above defines it
        return looks

    def write(self, expression: Expression) -> str:  # noqa: PLR0911 - one case a node
        """Write an expression out; returns the name of its value, or a constant."""
        match expression:
            case x.Number():
                return self.constant(expression.value * expression.unit.factor)
            case x.State() | x.Boolean():
                return self.constant(expression.value)
            case x.Name():
                return self.name(expression)
            case x.Timed() | x.Window():
                return self.remembered(expression)
            case x.Age():
                return self.age(expression)
            case x.Known() | x.Not() | x.All() | x.Any():
                return self.logic(expression)
            case x.Comparison():
                left, right = self.write(expression.left), self.write(expression.right)
                return self.strict((left, right), f"{left} {expression.operator} {right}")
            case x.Between():
                return self.between(expression)
            case x.Arithmetic() | x.Negative() | x.Call():
                return self.computed(expression)
            case _:
                assert_never(expression)

    def name(self, name: x.Name) -> str:
        """Write the value of a name, in base units if it is a number."""
        match name.kind:
            case NameKind.POINT:
                return self.scaled(f"values[{self.points[name.name]}]", name)
            case NameKind.OUTPUT:
                return self.scaled(f"outputs[{self.outputs[name.name]}]", name)
            case NameKind.CALENDAR:
                return self.line(f"_calendar(moment, {name.name!r})")
            case NameKind.SIGNAL | NameKind.CONDITION:
                if name.name not in self.named:
                    self.named[name.name] = self.write(self.definitions[name.name])
                return self.named[name.name]
            case _:
                return self.line(f"slots[{self.slots.number(name.kind, name.name)}]")

    def scaled(self, text: str, name: x.Name) -> str:
        """Write a value that is kept in its declared unit."""
        value, factor = self.line(text), 1.0 if name.unit is None else name.unit.factor
        return value if factor == 1.0 else self.strict((value,), f"{value} * {factor!r}")

    def remembered(self, node: x.Timed | x.Window) -> str:
        """Write what a slot says of earlier scans."""
        if isinstance(node, x.Timed):
            return self.line(f"slots[{self.slots.timers[node.key]}]")
        return self.line(f"slots[{self.slots.content[content_of(node)]}]")

    def age(self, age: x.Age) -> str:
        """Write how old a point is."""
        point = self.points[age.point.name]
        missing = f"image.qualities[{point}] is _MISSING"
        return self.line(
            f"None if {missing} else moment.monotonic_s - image.measured_at_s[{point}]"
        )

    def logic(self, node: x.Known | x.Not | x.All | x.Any) -> str:
        """Write what is made of truths."""
        if isinstance(node, x.All | x.Any):
            operands = [self.write(each) for each in node.operands]
            true = [f"{name} is True" for name in operands]
            unknown = [f"{name} is None" for name in operands]
            if isinstance(node, x.Any):
                return self.line(
                    f"True if {' or '.join(true)} else None if {' or '.join(unknown)} else False"
                )
            either = [f"({one} or {other})" for one, other in zip(true, unknown, strict=True)]
            return self.line(
                f"True if {' and '.join(true)} else None if {' and '.join(either)} else False"
            )
        operand = self.write(node.operand)
        if isinstance(node, x.Known):
            return self.line(f"{operand} is not None")
        return self.strict((operand,), f"{operand} is not True")

    def between(self, node: x.Between) -> str:
        """Write whether it is a time of the day."""
        ends = [f"({end.anchor!r}, {end.offset_s!r})" for end in (node.start, node.end)]
        return self.line(f"_between(moment, {ends[0]}, {ends[1]})")

    def computed(self, node: x.Arithmetic | x.Negative | x.Call) -> str:
        """Write what is made of numbers."""
        operands = [self.write(each) for each in x.children(node)]
        if isinstance(node, x.Negative):
            return self.strict(operands, f"-{operands[0]}")
        if isinstance(node, x.Arithmetic) and node.operator in "+-":
            return self.strict(operands, f"{operands[0]} {node.operator} {operands[1]}")
        function = node.operator if isinstance(node, x.Arithmetic) else node.function
        return self.strict(operands, f"{_FUNCTIONS[function]}({', '.join(operands)})")


def definitions(book: Rulebook) -> dict[str, Expression]:
    """Return the signals and conditions by name; each reads earlier ones only."""
    entries: tuple[Signal | Condition, ...] = (*book.signals, *book.conditions)
    return {each.name: each.expression for each in entries}


def _bounded(number: float) -> float | None:
    return number if abs(number) <= LARGEST else None


def _product(one: float, other: float) -> float | None:
    return _bounded(one * other)


def _quotient(one: float, other: float) -> float | None:
    return None if other == 0 else _bounded(one / other)


def _clamp(number: float, low: float, high: float) -> float:
    return min(max(number, low), high)


_FUNCTIONS = {
    "*": "_product", "/": "_quotient", "clamp": "_clamp", "min": "min", "max": "max", "abs": "abs",
}  # fmt: skip


_End = tuple[str, float]
"""An end of a span: the anchor of the day, and seconds after it."""


def _between(moment: Moment, start: _End, end: _End) -> bool | None:
    start_s, end_s = _at(start, moment), _at(end, moment)
    if start_s is None or end_s is None or not moment.wall_trusted:
        return None
    day_s = moment.time_of_day_s
    after, before = day_s >= start_s, day_s < end_s
    return (after and before) if start_s < end_s else (after or before)


def _calendar(moment: Moment, name: str) -> str | None:
    if not moment.wall_trusted:
        return None
    return moment.weekday if name == "weekday" else moment.month


def _at(end: _End, moment: Moment) -> float | None:
    """Return the seconds after midnight that an end of a span means today."""
    suns = {"midnight": 0.0, "sunrise": moment.sunrise_s, "sunset": moment.sunset_s}
    anchor_s = suns[end[0]]
    return None if anchor_s is None else (anchor_s + end[1]) % DAY_S


_NAMESPACE: dict[str, object] = {
    "_MISSING": Quality.MISSING, "_between": _between, "_calendar": _calendar,
    "_product": _product, "_quotient": _quotient, "_clamp": _clamp,
}  # fmt: skip
