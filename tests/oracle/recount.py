"""What an expression says of a scan, worked out by walking its tree: the oracle of the recount.

`engine/control/recount.py` writes the same out as Python for the invariants; both must agree.
"""

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from engine.control.program import Program
from engine.inference.image import ProcessImage
from engine.inference.slots import content_of
from engine.language import expression as x
from engine.language.expression import Expression, NameKind
from engine.language.rulebook import Condition, Rulebook, Signal
from engine.values.fact import Quality, Value
from engine.values.moment import DAY_S, Moment
from engine.values.truth import Truth, not_

LARGEST = 1e15
"""A product or quotient beyond it is no measurement: UNKNOWN."""
_COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


@dataclass(slots=True)
class View:
    """What one pass looks at. `outputs` are what names of outputs mean, in the plant's order."""

    image: ProcessImage
    moment: Moment
    outputs: Sequence[Value]
    slots: Sequence[Value | None]
    named: list[Value | None] = field(default_factory=list)
    """Signals and conditions that were worked out in this pass."""


Look = Callable[[View], Value | None]


class Recount:
    """Makes a function of every expression of a program that it is asked about."""

    def __init__(self, program: Program, asked: Iterable[Expression]) -> None:
        """Prepare the signals and conditions that the expressions `asked` read, and no others."""
        book = program.rulebook
        self._slots = program.slots
        self._points = {point.name: place for place, point in enumerate(book.plant.points)}
        self._outputs = {output.name: place for place, output in enumerate(book.plant.outputs)}
        self._named: dict[str, int] = {}
        defined = definitions(book)
        wanted = _read_by(asked, defined)
        self._definitions: list[tuple[Look, bool]] = []
        """With each whether outputs are read by it, also through others."""
        of_outputs: set[str] = set()
        for name, expression in defined.items():  # each reads earlier ones only
            if name in wanted:
                if _reads(expression, of_outputs):
                    of_outputs.add(name)
                self._definitions.append((self.look(expression), name in of_outputs))
                self._named[name] = len(self._named)

    def settle(self, view: View, like: View | None = None) -> View:
        """Work out the signals and conditions of a pass; returns the view.

        `like` is a pass over the same scan with other outputs: what reads none is the same.
        """
        named = view.named
        for definition, of_outputs in self._definitions:
            if like is None or of_outputs:
                named.append(definition(view))
            else:
                named.append(like.named[len(named)])
        return view

    def look(self, expression: Expression) -> Look:  # noqa: PLR0911 - one case a node
        """Return the function that works out an expression, None for UNKNOWN."""
        match expression:
            case x.Number() | x.State() | x.Boolean():
                return _constant(expression)
            case x.Name():
                return self._name(expression)
            case x.Timed():
                return _slot(self._slots.timers[expression.key])
            case x.Window():
                return _slot(self._slots.content[content_of(expression)])
            case x.Age():
                return self._age(expression)
            case x.Known() | x.Not() | x.All() | x.Any():
                return self._logic(expression)
            case x.Comparison():
                return self._comparison(expression)
            case x.Between():
                return _between(expression)
            case x.Arithmetic() | x.Negative() | x.Call():
                return self._computed(expression)
            case _:
                assert_never(expression)

    def _logic(self, node: x.Known | x.Not | x.All | x.Any) -> Look:
        if isinstance(node, x.All | x.Any):
            operands = tuple(self.look(each) for each in node.operands)
            return _joined(operands, decisive=isinstance(node, x.Any))
        operand = self.look(node.operand)
        if isinstance(node, x.Known):
            return lambda view: operand(view) is not None
        return lambda view: not_(truth_of(operand(view)))

    def _name(self, name: x.Name) -> Look:
        """Return the value of a name, in base units if it is a number."""
        factor = 1.0 if name.unit is None else name.unit.factor
        if name.kind is NameKind.POINT:
            point = self._points[name.name]
            return _scaled(lambda view: view.image.values[point], factor)
        if name.kind is NameKind.OUTPUT:
            output = self._outputs[name.name]
            return _scaled(lambda view: view.outputs[output], factor)
        if name.kind is NameKind.CALENDAR:
            return lambda view: _calendar(view.moment, name.name)
        place = self._named.get(name.name)
        if place is None or name.kind is NameKind.DERIVED:
            return _slot(self._slots.number(name.kind, name.name))
        known = place
        return lambda view: view.named[known]

    def _age(self, age: x.Age) -> Look:
        point = self._points[age.point.name]

        def look(view: View) -> Value | None:
            missing = view.image.qualities[point] is Quality.MISSING
            return None if missing else view.moment.monotonic_s - view.image.measured_at_s[point]

        return look

    def _comparison(self, node: x.Comparison) -> Look:
        left, right = self.look(node.left), self.look(node.right)
        compare = _COMPARE[node.operator]

        def look(view: View) -> Value | None:
            one = left(view)
            if one is None:
                return None
            other = right(view)
            return None if other is None else compare(one, other)

        return look

    def _computed(self, node: x.Arithmetic | x.Negative | x.Call) -> Look:
        operands = tuple(self.look(each) for each in x.children(node))
        compute = _function(node)

        def look(view: View) -> Value | None:
            numbers = []
            for operand in operands:
                number = operand(view)
                if number is None:
                    return None
                numbers.append(float(number))
            return compute(numbers)

        return look


def _reads(expression: Expression, of_outputs: set[str]) -> bool:
    """Tell whether an expression reads outputs, or signals and conditions that do."""
    names = (node for node in x.walk(expression) if isinstance(node, x.Name))
    return any(name.kind is NameKind.OUTPUT or name.name in of_outputs for name in names)


def definitions(book: Rulebook) -> dict[str, Expression]:
    """Return the signals and conditions by name; each reads earlier ones only."""
    entries: tuple[Signal | Condition, ...] = (*book.signals, *book.conditions)
    return {each.name: each.expression for each in entries}


def _read_by(asked: Iterable[Expression], defined: dict[str, Expression]) -> set[str]:
    """Return the names of signals and conditions that expressions read, also through others."""
    found: set[str] = set()
    waiting = list(asked)
    while waiting:
        for node in x.walk(waiting.pop()):
            kinds = (NameKind.SIGNAL, NameKind.CONDITION)
            if isinstance(node, x.Name) and node.kind in kinds and node.name not in found:
                found.add(node.name)
                waiting.append(defined[node.name])
    return found


def _joined(operands: Sequence[Look], *, decisive: bool) -> Look:
    """Return `all` (FALSE decides) or `any` (TRUE decides); else UNKNOWN wins over the other."""

    def look(view: View) -> Value | None:
        unknown = False
        for operand in operands:
            value = operand(view)
            if value is None:
                unknown = True
            elif (value is True) is decisive:
                return decisive
        return None if unknown else not decisive

    return look


def truth_of(value: Value | None) -> Truth:
    """Return what a condition was worked out to be, as a truth."""
    return None if value is None else value is True


def _constant(node: x.Number | x.State | x.Boolean) -> Look:
    value = node.value * node.unit.factor if isinstance(node, x.Number) else node.value
    return lambda _: value


def _slot(number: int) -> Look:
    return lambda view: view.slots[number]


def _scaled(look: Look, factor: float) -> Look:
    if factor == 1.0:
        return look

    def scaled(view: View) -> Value | None:
        value = look(view)
        return None if value is None else float(value) * factor

    return scaled


def _function(node: x.Arithmetic | x.Negative | x.Call) -> Callable[[list[float]], float | None]:
    """Return what a node makes of its numbers."""
    if isinstance(node, x.Negative):
        return lambda numbers: -numbers[0]
    name = node.operator if isinstance(node, x.Arithmetic) else node.function
    return _FUNCTIONS[name]


def _bounded(number: float) -> float | None:
    return number if abs(number) <= LARGEST else None


_FUNCTIONS: dict[str, Callable[[list[float]], float | None]] = {
    "+": sum,
    "-": lambda n: n[0] - n[1],
    "*": lambda n: _bounded(n[0] * n[1]),
    "/": lambda n: None if n[1] == 0 else _bounded(n[0] / n[1]),
    "min": min,
    "max": max,
    "abs": lambda n: abs(n[0]),
    "clamp": lambda n: min(max(n[0], n[1]), n[2]),
}


def _between(node: x.Between) -> Look:
    def look(view: View) -> Value | None:
        start_s, end_s = _at(node.start, view.moment), _at(node.end, view.moment)
        if start_s is None or end_s is None or not view.moment.wall_trusted:
            return None
        day_s = view.moment.time_of_day_s
        after, before = day_s >= start_s, day_s < end_s
        return (after and before) if start_s < end_s else (after or before)

    return look


def _calendar(moment: Moment, name: str) -> str | None:
    if not moment.wall_trusted:
        return None
    return moment.weekday if name == "weekday" else moment.month


def _at(end: x.ClockTime, moment: Moment) -> float | None:
    """Return the seconds after midnight that an end of a span means today."""
    suns = {"midnight": 0.0, "sunrise": moment.sunrise_s, "sunset": moment.sunset_s}
    anchor_s = suns[end.anchor]
    return None if anchor_s is None else (anchor_s + end.offset_s) % DAY_S
