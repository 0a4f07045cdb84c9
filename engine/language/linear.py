"""An expression as a sum: which quantities it adds up, each times what.

`pv.power - house.load + miner1.power` is 1, -1 and 1 times a point. What is no sum, such as
`min(a, b)`, is one quantity of its own, told apart by its text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.language.expression import (
    Arithmetic,
    Expression,
    Name,
    NameKind,
    Negative,
    Number,
    Window,
)
from engine.language.text import to_canonical_text


@dataclass(frozen=True, slots=True)
class Term:
    """One quantity and its factor."""

    quantity: Expression
    factor: float


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms by the text of their quantity, and a constant in base units."""

    terms: Mapping[str, Term]
    constant: float = 0.0

    def plus(self, other: "Sum", factor: float = 1.0) -> "Sum":
        """Return this sum and `factor` times another; what cancels is left out."""
        terms = dict(self.terms)
        for text, term in other.terms.items():
            before = terms[text].factor if text in terms else 0.0
            terms[text] = Term(term.quantity, before + factor * term.factor)
        kept = {text: term for text, term in terms.items() if abs(term.factor) > _DUST}
        return Sum(kept, self.constant + factor * other.constant)


_DUST = 1e-12
_NOTHING = Sum({})


class Sums:
    """Takes expressions apart; signals are followed."""

    def __init__(self, signals: Mapping[str, Expression]) -> None:
        """Note what the signals mean."""
        self._signals = signals
        self._known: dict[str, Sum] = {}

    def of(  # noqa: PLR0911 - one case for each kind
        self, expression: Expression
    ) -> Sum:
        """Return a number as a sum."""
        match expression:
            case Number(value, unit):
                return Sum({}, value * unit.factor)
            case Name(name=name, kind=NameKind.SIGNAL) if name in self._signals:
                return self._signal(name, expression)
            case Negative(operand):
                return _NOTHING.plus(self.of(operand), -1.0)
            case Arithmetic(operator="+" | "-" as operator):
                sign = 1.0 if operator == "+" else -1.0
                return self.of(expression.left).plus(self.of(expression.right), sign)
            case Arithmetic():
                return self._product(expression)
            case Window(function="average"):
                return self._average(expression)
            case _:
                return _one(expression)

    def _signal(self, name: str, expression: Name) -> Sum:
        if name not in self._known:
            # Entered first, so that signals defined by each other do not go round for ever.
            self._known[name] = _one(expression)
            self._known[name] = self.of(self._signals[name])
        return self._known[name]

    def _product(self, product: Arithmetic) -> Sum:
        left, right = self.of(product.left), self.of(product.right)
        if not right.terms and (product.operator == "*" or right.constant):
            by = right.constant if product.operator == "*" else 1 / right.constant
            return _NOTHING.plus(left, by)
        if not left.terms and product.operator == "*":
            return _NOTHING.plus(right, left.constant)
        return _one(product)

    def _average(self, window: Window) -> Sum:
        """Return the average of a sum as the sum of averages."""
        inner = self.of(window.operand)
        parts = [
            _one(replace(window, operand=each.quantity), each.factor)
            for each in inner.terms.values()
        ]
        whole = Sum({}, inner.constant)
        for part in parts:
            whole = whole.plus(part)
        return whole


def _one(quantity: Expression, factor: float = 1.0) -> Sum:
    return Sum({to_canonical_text(quantity): Term(quantity, factor)})
