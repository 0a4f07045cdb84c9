"""Expressions as terms for the solver, three-valued as in `engine/inference/source.py`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import assert_never

import z3

from engine.inference.slots import content_of
from engine.inference.source import harmless
from engine.language import interval
from engine.language.expression import (
    Age,
    All,
    Any,
    Arithmetic,
    Between,
    Boolean,
    Call,
    ClockTime,
    Comparison,
    Expression,
    Known,
    Name,
    NameKind,
    Negative,
    Not,
    Number,
    State,
    Timed,
    Window,
)
from engine.values.moment import DAY_S
from engine.workshop.encode_values import (
    FALSE,
    Cell,
    States,
    added,
    all_of,
    any_of,
    both,
    bounded,
    choose,
    compared,
    either,
    equal,
    fraction,
    larger,
    magnitude,
    negated,
    number,
    real,
    smaller,
    times,
)

_DAY = real(float(DAY_S))


@dataclass(slots=True)
class Sight:
    """What the expressions of one scan can see. Filled from the inside out while encoding.

    `timers` are the truths of Timed conditions by key, `windows` their values by content. Terms
    that need a fresh variable say in `facts` what is true of it. `products` are those of two
    unknown factors, which make a proof hard.
    """

    name: str
    states: States
    definitions: Mapping[str, Expression]
    points: Mapping[str, Cell]
    ages: Mapping[str, Cell]
    calendar: Mapping[str, Cell]
    outputs: Mapping[str, Cell]
    derived: dict[str, Cell] = field(default_factory=dict)
    timers: dict[str, Cell] = field(default_factory=dict)
    windows: dict[object, Cell] = field(default_factory=dict)
    facts: list[z3.BoolRef] = field(default_factory=list)
    products: list[Expression] = field(default_factory=list)
    known: dict[object, Cell] = field(default_factory=dict)
    hair: float = 0.0
    """Numbers that are nearer to each other, and not equal, are not told apart."""

    def fresh(self) -> z3.ArithRef:
        """Return a number of which nothing is known yet."""
        return z3.FreshReal(f"{self.name}.part")

    def defined(self, name: str) -> Cell:
        """Return the value of a signal or condition, computed once."""
        if name not in self.known:
            self.known[name] = bounded(self.value(self.definitions[name]))
        return self.known[name]

    def roughly(self, expression: Expression, deciding: Mapping[str, Cell], hair: float) -> Cell:
        """Return a truth that is UNKNOWN where it hangs by a hair."""
        self.hair = hair
        try:
            return self.value(expression, deciding)
        finally:
            self.hair = 0.0

    def root(self, expression: Expression, deciding: Mapping[str, Cell] | None = None) -> Cell:
        """Return the value of a whole expression; too large a number is UNKNOWN."""
        return bounded(self.value(expression, deciding))

    def value(  # noqa: C901, PLR0911, PLR0912 - one case a node
        self, expression: Expression, deciding: Mapping[str, Cell] | None = None
    ) -> Cell:
        """Return the value; `deciding` are the outputs that interlocks see instead of the last."""
        match expression:
            case Number():
                return number(expression.value * expression.unit.factor)
            case State():
                return Cell(self.states.term(expression.value))
            case Boolean():
                return Cell(z3.BoolVal(expression.value))
            case Name():
                return self._name(expression, deciding)
            case Age():
                return self.ages[expression.point.name]
            case Window():
                return self.windows[content_of(expression)]
            case Timed():
                return self.timers[expression.key]
            case Negative():
                inner = self.value(expression.operand, deciding)
                turned = times(inner.value, Fraction(-1))
                return Cell(turned, inner.known, interval.negative(inner.span))
            case Arithmetic():
                return self._arithmetic(expression, deciding)
            case Call():
                return self._call([self.value(each, deciding) for each in expression.arguments],
                                  expression.function)  # fmt: skip
            case Comparison():
                return self._comparison(expression, deciding)
            case Known():
                return Cell(self.value(expression.operand, deciding).known)
            case Not():
                inner = self.value(expression.operand, deciding)
                return Cell(negated(inner.value), inner.known)
            case All() | Any():
                cells = [self.value(each, deciding) for each in expression.operands]
                return conjunction(cells) if isinstance(expression, All) else disjunction(cells)
            case Between():
                return self._between(expression)
            case _:
                assert_never(expression)

    def _name(self, name: Name, deciding: Mapping[str, Cell] | None) -> Cell:
        match name.kind:
            case NameKind.SIGNAL | NameKind.CONDITION:
                return self.defined(name.name)
            case NameKind.DERIVED:
                return self.derived[name.name]
            case NameKind.CALENDAR:
                return self.calendar[name.name]
            case NameKind.OUTPUT:
                cell = (self.outputs if deciding is None else deciding)[name.name]
            case _:
                cell = self.points[name.name]
        if name.unit is None or name.unit.factor == 1.0:
            return cell
        factor = Fraction(repr(name.unit.factor))
        span = interval.calculated("*", cell.span, interval.point(name.unit.factor))
        return Cell(times(cell.value, factor), cell.known, span)

    def _arithmetic(self, node: Arithmetic, deciding: Mapping[str, Cell] | None) -> Cell:
        left, right = self.value(node.left, deciding), self.value(node.right, deciding)
        known = both(left.known, right.known)
        span = interval.calculated(node.operator, left.span, right.span)
        one, other = fraction(left.value), fraction(right.value)
        match node.operator:
            case "+":
                return Cell(added(left.value, right.value), known, span)
            case "-":
                negative = times(right.value, Fraction(-1))
                return Cell(added(left.value, negative), known, span)
            case "*" if other is not None:
                found = Cell(times(left.value, other), known, span)
            case "*" if one is not None:
                found = Cell(times(right.value, one), known, span)
            case "*":
                self.products.append(node)
                found = Cell(left.value * right.value, known, span)
            case _ if other is not None:
                if other == 0:
                    return Cell(real(0.0), FALSE)
                found = Cell(times(left.value, 1 / other), known, span)
            case _:
                self.products.append(node)
                quotient, divisible = self.fresh(), negated(equal(right.value, real(0.0)))
                self.facts.append(z3.Implies(divisible, quotient * right.value == left.value))
                found = Cell(quotient, both(known, divisible), span)
        return found if harmless(node) else bounded(found)

    def _call(self, cells: list[Cell], function: str) -> Cell:
        known = all_of(cell.known for cell in cells)
        first, *rest = cells
        if function == "abs":
            return Cell(magnitude(first.value), known, interval.magnitude(first.span))
        spans, value = [cell.span for cell in cells], first.value
        if function == "clamp":
            low, high = rest
            span = interval.lowest([interval.highest([first.span, low.span]), high.span])
            return Cell(smaller(larger(value, low.value), high.value), known, span)
        pick, hull = (smaller, interval.lowest) if function == "min" else (larger, interval.highest)
        for cell in rest:
            value = pick(value, cell.value)
        return Cell(value, known, hull(spans))

    def _comparison(self, node: Comparison, deciding: Mapping[str, Cell] | None) -> Cell:
        left, right = self.value(node.left, deciding), self.value(node.right, deciding)
        known = both(left.known, right.known)
        if z3.is_arith(left.value):
            if self.hair:
                apart = magnitude(added(left.value, times(right.value, Fraction(-1))))
                clear = compared(">", apart, real(self.hair))
                known = both(known, either(clear, equal(left.value, right.value)))
            return Cell(compared(node.operator, left.value, right.value), known)
        same = equal(left.value, right.value)
        return Cell(same if node.operator == "==" else negated(same), known)

    def _between(self, node: Between) -> Cell:
        clock = self.calendar["time_of_day"]
        now = clock.value
        start, end = self._clock_time(node.start), self._clock_time(node.end)
        after, before = compared(">=", now, start.value), compared("<", now, end.value)
        straight = compared("<", start.value, end.value)
        inside = choose(straight, both(after, before), any_of((after, before)))
        return Cell(inside, all_of((clock.known, start.known, end.known)))

    def _clock_time(self, end: ClockTime) -> Cell:
        offset_s = end.offset_s % DAY_S
        if end.anchor == "midnight":
            return number(offset_s)
        sun = self.calendar[end.anchor]
        moved = added(sun.value, real(offset_s))
        return Cell(choose(compared(">=", moved, _DAY), moved - _DAY, moved), sun.known)


def conjunction(cells: list[Cell]) -> Cell:
    """Return FALSE if any is FALSE, else UNKNOWN if any is UNKNOWN, else TRUE."""
    true, false = all_of(c.is_true for c in cells), any_of(c.is_false for c in cells)
    return Cell(true, any_of((true, false)))


def disjunction(cells: list[Cell]) -> Cell:
    """Return TRUE if any is TRUE, else UNKNOWN if any is UNKNOWN, else FALSE."""
    true, false = any_of(c.is_true for c in cells), all_of(c.is_false for c in cells)
    return Cell(true, any_of((true, false)))
