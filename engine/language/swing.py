"""How far a number moves when an output goes from off, or the lowest of its range, to its most.

Worked out from what the output acts on (`acts_on` in the plant), everything else standing still,
once windows have filled. A sum that counts the output's own load back in does not move.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.language.expression import (
    Age,
    Arithmetic,
    Call,
    Expression,
    Name,
    NameKind,
    Window,
)
from engine.language.linear import Sums
from engine.language.plant import Output

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Swing:
    """From the least to the most that a number rises, in base units."""

    low: float = 0.0
    high: float = 0.0

    def plus(self, other: "Swing", factor: float) -> "Swing":
        """Return this and `factor` times another together."""
        ends = sorted((other.low * factor, other.high * factor))
        return Swing(self.low + ends[0], self.high + ends[1])

    def cleaned(self, size: float) -> "Swing":
        """Return it without what is only rounding beside `size`."""
        ends = (0.0 if abs(end) <= size * _ROUNDING else end for end in (self.low, self.high))
        return Swing(*ends)


STILL = Swing()


class Swings:
    """What one output does to numbers."""

    def __init__(
        self, output: Output, sums: Sums, amounts: Mapping[str, float] | None = None
    ) -> None:
        """Note what `output` acts on: all of it, or `amounts` by fact, in base units."""
        self._output = output
        self._sums = sums
        whole = {each.point: each.amount for each in output.acts_on}
        self._amounts = whole if amounts is None else amounts

    def of(self, expression: Expression) -> Swing | None:
        """Return how far a number moves; None if that depends on more than the output."""
        whole, size = STILL, 0.0
        for term in self._sums.of(expression).terms.values():
            swing = self._of_quantity(term.quantity)
            if swing is None:
                return None
            size += abs(term.factor) * max(abs(swing.low), abs(swing.high))
            whole = whole.plus(swing, term.factor)
        return whole.cleaned(size)

    def _of_quantity(  # noqa: PLR0911 - one case for each kind
        self, quantity: Expression
    ) -> Swing | None:
        match quantity:
            case Name(name=name, kind=NameKind.POINT):
                amount = self._amounts.get(name, 0.0)
                return Swing(amount, amount)
            case Name(name=name, kind=NameKind.OUTPUT) if name == self._output.name:
                span = span_of(self._output)
                return Swing(span, span)
            case Window(function="average"):
                return self.of(quantity.operand)
            case Window() | Age() | Name():
                return STILL
            case Call():
                return self._of_call(quantity)
            case Arithmetic():
                both = (self.of(quantity.left), self.of(quantity.right))
                return STILL if both == (STILL, STILL) else None
            case _:
                return STILL

    def _of_call(self, call: Call) -> Swing | None:
        """Return the least and most of the arguments: one of them is the result."""
        swings = [self.of(argument) for argument in call.arguments]
        known = [swing for swing in swings if swing is not None]
        if len(known) < len(swings):
            return None
        if call.function == "abs":
            most = max(abs(known[0].low), abs(known[0].high))
            return Swing(-most, most)
        return Swing(min(each.low for each in known), max(each.high for each in known))


def span_of(output: Output) -> float:
    """Return the width of a number's range in base units; 1 for what is only on or off."""
    if output.unit is None or output.low is None or output.high is None:
        return 1.0
    return (output.high - output.low) * output.unit.factor
