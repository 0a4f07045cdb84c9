"""Whether numbers go together: their dimensions, bare numbers, and what constants come to."""

import math
from dataclasses import dataclass, replace

from engine.language.build import MAX_NUMBER
from engine.language.check import (
    limit_exceeded,
    value_outside_range,
    wrong_dimension,
    wrong_type,
)
from engine.language.dimension import PLAIN, product_type, rate_type, sum_type
from engine.language.expression import (
    Arithmetic,
    Call,
    Comparison,
    Expression,
    Name,
    Negative,
    Number,
    Window,
)
from engine.language.problem import Problem
from engine.language.scope import Scope
from engine.language.text import number_to_text, shortened
from engine.language.types import NumberType, Type
from engine.values.units import NUMBER, PERCENT, Unit


@dataclass(frozen=True, slots=True)
class Numbers:
    """Checks nodes whose operands are resolved and gives them their type."""

    scope: Scope
    problems: list[Problem]

    def arithmetic(self, node: Arithmetic) -> Expression | None:
        """Give `a + b` its type."""
        left, right = self._type(node.left), self._type(node.right)
        if left is None or right is None:
            return None
        if node.operator in "+-":
            if not self._go_together((node.left, node.right)):
                return None
            kind = sum_type(node.operator, left, right)
        else:
            kind = product_type(node.operator, left, right)
        if kind is None:
            self._no_such_sum(node, left, right)
            return None
        if node.operator == "/" and constant(node.right) == 0:
            message = f"`{shortened(node)}` divides by zero"
            self.problems.append(value_outside_range.plain(message, node.position))
            return None
        return self._bounded(replace(node, type=kind))

    def negative(self, node: Negative) -> Expression | None:
        """Give `-a` its type; a temperature in °C has no opposite."""
        kind = self._type(node.operand)
        if kind is None or not self._no_celsius(node, kind, "has no opposite"):
            return None
        return replace(node, type=kind)

    def call(self, node: Call) -> Expression | None:
        """Give `min(a, b)` its type: that of its arguments, which must be the same."""
        kinds = [self._type(argument) for argument in node.arguments]
        first = kinds[0]
        if first is None or None in kinds:
            return None
        if node.function == "abs" and not self._no_celsius(node, first, "has no absolute value"):
            return None
        if not self._go_together(node.arguments):
            return None
        for argument, kind in zip(node.arguments, kinds, strict=True):
            if kind is not None and kind != first:
                self._clash(
                    node, node.arguments[0], argument, f"stand together in `{node.function}`"
                )
                return None
        return replace(node, type=first)

    def window(self, node: Window) -> Expression | None:
        """Give `rate(x, 5 min)` and `average(x, 5 min)` their type."""
        kind = self._type(node.operand)
        if kind is None:
            return None
        return replace(node, type=rate_type(kind) if node.function == "rate" else kind)

    def comparison(self, node: Comparison) -> Expression | None:
        """Check `a < b` of two numbers, and a constant against the range of the other side."""
        if not self._go_together((node.left, node.right)):
            return None
        if node.left.type != node.right.type:
            self._clash(node, node.left, node.right, "be compared")
            return None
        in_range = self._in_range(node.left, node.right) and self._in_range(node.right, node.left)
        return node if in_range else None

    def shown_unit(self, node: Expression) -> Unit | None:  # noqa: PLR0911 - one a node
        """Return the unit in which people think of a value, if that is clear."""
        match node:
            case Number():
                return node.unit
            case Name():
                entry = self.scope.entries.get(node.name)
                return entry.shown if entry else None
            case Negative():
                return self.shown_unit(node.operand)
            case Arithmetic(operator="+" | "-"):
                left = self.shown_unit(node.left)
                return left if node.type == node.left.type else None
            case Call():
                return self.shown_unit(node.arguments[0])
            case Window(function="average"):
                return self.shown_unit(node.operand)
            case _:
                return None

    def fits(self, value: Expression, kind: NumberType, unit: Unit | None, what: str) -> bool:
        """Tell whether `value` can be assigned to `what`, which has a type and a unit."""
        if value.type == kind and not (unit is PERCENT and _is_bare(value)):
            return True
        if _is_bare(value):
            self._needs_unit(value, what, unit)
            return False
        message = f"`{what}` is {_a(kind)}, and `{shortened(value)}` is {_a(value.type)}"
        advice = _advice(kind, value.type)
        self.problems.append(wrong_dimension.problem(message, value.position, advice))
        return False

    def _type(self, node: Expression) -> NumberType | None:
        if isinstance(node.type, NumberType):
            return node.type
        message = f"a number is expected, and `{shortened(node)}` is none"
        self.problems.append(wrong_type.problem(message, node.position))
        return None

    def _go_together(self, operands: tuple[Expression, ...]) -> bool:
        """Refuse a bare number beside a value that has a unit; 20 beside a percentage is 2000 %."""
        for operand in operands:
            other = next((o for o in operands if not _is_bare(o) and self._has_unit(o)), None)
            if other is not None and _is_bare(operand):
                self._needs_unit(operand, shortened(other), self.shown_unit(other))
                return False
        return True

    def _has_unit(self, node: Expression) -> bool:
        return node.type != PLAIN or self.shown_unit(node) is PERCENT

    def _needs_unit(self, number: Expression, other: str, unit: Unit | None) -> None:
        message = f"`{shortened(number)}` has no unit, and `{other}` has one"
        symbol = unit.symbol if unit else "kW"
        advice = f"write `{shortened(number)} {symbol}`" if unit else "write it with its unit"
        self.problems.append(wrong_dimension.problem(message, number.position, advice))

    def _no_celsius(self, node: Expression, kind: NumberType, why: str) -> bool:
        if not kind.absolute:
            return True
        message = f"a temperature in °C {why}"
        advice = "a difference of two temperatures, in K, has one"
        self.problems.append(wrong_dimension.problem(message, node.position, advice))
        return False

    def _no_such_sum(self, node: Arithmetic, left: NumberType, right: NumberType) -> None:
        if node.operator in "+-" and left.dimension != right.dimension:
            word = "be added" if node.operator == "+" else "be subtracted"
            self._clash(node, node.left, node.right, word)
            return
        message = {
            "+": "two temperatures in °C cannot be added",
            "-": "a temperature in °C cannot be subtracted from a difference in K",
        }.get(node.operator, "a temperature in °C cannot be multiplied or divided")
        advice = "differences of temperatures are in K: `buffer.top + 5 K`"
        self.problems.append(wrong_dimension.problem(message, node.position, advice))

    def _clash(self, node: Expression, one: Expression, other: Expression, what: str) -> None:
        kinds = f"`{shortened(one)}` is {_a(one.type)}, `{shortened(other)}` is {_a(other.type)}"
        message = f"these cannot {what}: {kinds}"
        advice = _advice(one.type, other.type)
        self.problems.append(wrong_dimension.problem(message, node.position, advice))

    def _in_range(self, name: Expression, value: Expression) -> bool:
        """Refuse a constant that the compared point can never reach."""
        number = constant(value)
        if not isinstance(name, Name) or name.unit is None or number is None:
            return True
        entry = self.scope.entries[name.name]
        own = number / name.unit.factor
        low = -math.inf if entry.low is None else entry.low
        high = math.inf if entry.high is None else entry.high
        slack = 1e-9 * max(1.0, abs(own))
        if low - slack <= own <= high + slack:
            return True
        limits = range_text(entry.low, entry.high, name.unit)
        what = f"`{shortened(value)}`"
        self.problems.append(
            value_outside_range.problem(what, name.name, limits, value.position, entry.position)
        )
        return False

    def _bounded(self, node: Arithmetic) -> Expression | None:
        number = constant(node)
        if number is None or abs(number) <= MAX_NUMBER:
            return node
        self.problems.append(limit_exceeded.problem("the number is larger", "1e15", node.position))
        return None


def _is_bare(node: Expression) -> bool:
    return isinstance(node, Number) and node.unit == NUMBER


def _a(kind: Type | None) -> str:
    text = str(kind)
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"


def _advice(one: object, other: object) -> str:
    kinds = (one, other)
    if all(isinstance(kind, NumberType) for kind in kinds):
        names = {str(kind) for kind in kinds}
        if names == {"power", "energy"}:
            return "power is in W or kW; energy, in Wh or kWh, is power times time"
        if names == {"temperature", "temperature difference"}:
            return "°C is a temperature, K the difference of two"
    return ""


def constant(node: Expression) -> float | None:  # noqa: PLR0911 - one a node
    """Return the value of a constant in base units, or None for what is computed while running."""
    match node:
        case Number():
            return node.value * node.unit.factor
        case Negative():
            operand = constant(node.operand)
            return None if operand is None else -operand
        case Arithmetic():
            left, right = constant(node.left), constant(node.right)
            if left is None or right is None:
                return None
            match node.operator:
                case "+":
                    return left + right
                case "-":
                    return left - right
                case "*":
                    return left * right
                case _:
                    return left / right if right else None
        case _:
            return None


def range_text(low: float | None, high: float | None, unit: Unit) -> str:
    """Return a range as text: `0 to 100 %`."""
    lower = "…" if low is None else number_to_text(low)
    upper = "…" if high is None else number_to_text(high)
    return f"{lower} to {upper} {unit.symbol}".strip()
