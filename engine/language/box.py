"""What is assumed about a plant's values at one moment, and what follows from it.

A box holds an interval for every number, the values left for every named state, and the truths
left for every condition. Assumptions make it smaller; when nothing is left, they contradict each
other. What it holds is never smaller than the truth, so a contradiction is certain, while its
absence proves nothing.

Numbers are narrowed along the tree of their expression, from the operands up and from the result
down (constraint propagation over intervals, known as HC4-revise; Benhamou, Goualard, Granvilliers
and Puget, "Revising hull and box consistency", ICLP 1999).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from engine.language.expression import (
    Age,
    All,
    Any,
    Arithmetic,
    Between,
    Boolean,
    Call,
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
from engine.language.identity import identity
from engine.language.interval import (
    ANYTHING,
    Interval,
    calculated,
    compared,
    highest,
    lowest,
    magnitude,
    negative,
    point,
)
from engine.language.types import NumberType
from engine.values.fact import Value
from engine.values.moment import DAY_S

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

_ROUNDS = 4
"""How often numbers are narrowed; a fixed point is usually reached in two."""


class Contradiction(Exception):  # noqa: N818 - not an error: an answer that ends the search
    """The assumptions cannot hold together."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What names can be at all: the declared ranges, and what each signal computes."""

    ranges: Mapping[str, Interval]
    signals: Mapping[str, Expression]
    _identities: dict[int, tuple[Expression, str]] = field(default_factory=dict)

    def identity_of(self, expression: Expression) -> str:
        """Return `identity(expression)`, computed once for each node."""
        found = self._identities.get(id(expression))
        if found is None:
            # The node is kept beside its text: an address is reused once its object is gone.
            found = self._identities[id(expression)] = (expression, identity(expression))
        return found[1]


@dataclass(slots=True)
class Box:
    """The values that are still possible."""

    vocabulary: Vocabulary
    numbers: dict[str, Interval] = field(default_factory=dict)
    choices: dict[str, frozenset[Value | None]] = field(default_factory=dict)
    known: dict[str, bool] = field(default_factory=dict)
    unequal: list[tuple[str, float]] = field(default_factory=list)
    ordered: list[tuple[Expression, str, Expression]] = field(default_factory=list)
    spans: list[tuple[Between, bool]] = field(default_factory=list)
    compared: list[Expression] = field(default_factory=list)

    def copy(self) -> "Box":
        """Return an independent copy."""
        return replace(
            self,
            numbers=dict(self.numbers),
            choices=dict(self.choices),
            known=dict(self.known),
            unequal=list(self.unequal),
            ordered=list(self.ordered),
            spans=list(self.spans),
            compared=list(self.compared),
        )

    def choose(self, name: str, allowed: frozenset[Value | None]) -> None:
        """Assume that `name` has one of the allowed values."""
        left = self.choices.get(name, allowed) & allowed
        if not left:
            raise Contradiction
        self.choices[name] = left

    def know(self, name: str, known: bool) -> None:
        """Assume that the point or signal `name` is known, or that it is not."""
        if self.known.setdefault(name, known) is not known:
            raise Contradiction

    def compare(self, left: Expression, operator: str, right: Expression) -> None:
        """Assume `left operator right` of two numbers."""
        if _constant(left) is not None:
            left, operator, right = right, _MIRRORED[operator], left
        limit = _constant(right)
        if limit is None:
            self.ordered.append((left, operator, right))
            self.compared += (left, right)
            self._compare_difference(left, operator, right)
            return
        fixed = _constant(left)
        if fixed is not None:
            if not holds(fixed, operator, limit):
                raise Contradiction
            return
        key = self.vocabulary.identity_of(left)
        if operator == "!=":
            self.unequal.append((key, limit))
        else:
            self._narrow(key, compared(operator, point(limit)))
        self.compared.append(left)

    def keep_span(self, between: Between, inside: bool) -> None:
        """Assume that the time of day lies in a span between two clock times, or outside it."""
        self.spans.append((between, inside))

    def settle(self) -> None:
        """Draw the conclusions; raises `Contradiction` when nothing is left."""
        by_itself = all(
            isinstance(each, Name) and each.kind is not NameKind.SIGNAL for each in self.compared
        )
        for _ in range(1 if by_itself and not self.ordered else _ROUNDS):
            before = dict(self.numbers)
            seen: set[str] = set()
            for expression in self.compared:
                self._revise(expression, ANYTHING, seen)
            for left, operator, right in self.ordered:
                self._order(left, operator, right)
            if self.numbers == before:
                break
        for key, value in self.unequal:
            if self.numbers.get(key, ANYTHING) == point(value):
                raise Contradiction
        self._settle_time_of_day()

    def _settle_time_of_day(self) -> None:
        ends = {end.offset_s for span, _ in self.spans for end in (span.start, span.end)}
        # Spans begin at their start and end before their end: what holds, holds from some end on.
        if self.spans and not any(
            all(_contains(span, at_s) is inside for span, inside in self.spans)
            for at_s in {0.0, *ends}
        ):
            raise Contradiction

    def _compare_difference(self, left: Expression, operator: str, right: Expression) -> None:
        """Remember how two expressions compare, whichever of them is written first."""
        first, second = self.vocabulary.identity_of(left), self.vocabulary.identity_of(right)
        if first == second:
            key, allowed = "same", point(0.0)
        else:
            key, allowed = f"{min(first, second)} - {max(first, second)}", ANYTHING
        wanted = compared(operator, point(0.0))
        if operator == "!=":
            self.unequal.append((key, 0.0))
        self._narrow(key, allowed.meet(wanted if first <= second else negative(wanted)))

    def _order(self, left: Expression, operator: str, right: Expression) -> None:
        if operator == "!=":
            return
        self._revise(left, compared(operator, self._range_of(right, set())), set())
        self._revise(right, compared(_MIRRORED[operator], self._range_of(left, set())), set())

    def _narrow(self, key: str, to: Interval) -> Interval:
        left = self.numbers.get(key, ANYTHING).meet(to)
        if left.empty:
            raise Contradiction
        self.numbers[key] = left
        return left

    def _range_of(  # noqa: PLR0911 - one case for each kind of node
        self, expression: Expression, seen: set[str]
    ) -> Interval:
        """Return what an expression can be; `seen` are the signals already followed."""
        key = self.vocabulary.identity_of(expression)
        held = self.numbers.get(key, ANYTHING)
        match expression:
            case Number():
                return point(expression.value * expression.unit.factor)
            case Name(kind=NameKind.SIGNAL) if expression.name not in seen:
                signal = self.vocabulary.signals.get(expression.name)
                if signal is None or not is_number(signal):
                    return held
                seen.add(expression.name)
                return self._narrow(key, self._range_of(signal, seen))
            case Name():
                return held.meet(self.vocabulary.ranges.get(_place(expression), ANYTHING))
            case Negative():
                return held.meet(negative(self._range_of(expression.operand, seen)))
            case Arithmetic():
                left = self._range_of(expression.left, seen)
                right = self._range_of(expression.right, seen)
                return held.meet(calculated(expression.operator, left, right))
            case Call():
                parts = [self._range_of(each, seen) for each in expression.arguments]
                return held.meet(_called(expression.function, parts))
            case (
                State() | Boolean() | Age() | Window() | Comparison() | Known() | Between()
                | Not() | All() | Any() | Timed()
            ):  # fmt: skip
                return held
            case _:
                assert_never(expression)

    def _revise(  # noqa: C901 - one case for each kind of node
        self, expression: Expression, to: Interval, seen: set[str]
    ) -> None:
        """Narrow an expression to `to`, and its operands to what can still make it so."""
        if isinstance(expression, Number):
            if to.meet(point(expression.value * expression.unit.factor)).empty:
                raise Contradiction
            return
        key = self.vocabulary.identity_of(expression)
        reach = self._narrow(key, self._range_of(expression, set()).meet(to))
        match expression:
            case Name(kind=NameKind.SIGNAL) if expression.name not in seen:
                seen.add(expression.name)
                signal = self.vocabulary.signals.get(expression.name)
                if signal is not None and is_number(signal):
                    self._revise(signal, reach, seen)
            case Negative():
                self._revise(expression.operand, negative(reach), seen)
            case Arithmetic():
                self._revise_operands(expression, reach, seen)
            case Call(function="min"):
                at_least = Interval(reach.low, low_open=reach.low_open)
                for each in expression.arguments:
                    self._revise(each, at_least, seen)
            case Call(function="max"):
                at_most = Interval(high=reach.high, high_open=reach.high_open)
                for each in expression.arguments:
                    self._revise(each, at_most, seen)
            case _:
                pass  # nothing follows for the operands

    def _revise_operands(self, node: Arithmetic, reach: Interval, seen: set[str]) -> None:
        left, right = self._range_of(node.left, set()), self._range_of(node.right, set())
        match node.operator:
            case "+":
                self._revise(node.left, calculated("-", reach, right), seen)
                self._revise(node.right, calculated("-", reach, left), seen)
            case "-":
                self._revise(node.left, calculated("+", reach, right), seen)
                self._revise(node.right, calculated("-", left, reach), seen)
            case "*":
                self._revise(node.left, calculated("/", reach, right), seen)
                self._revise(node.right, calculated("/", reach, left), seen)
            case _:
                self._revise(node.left, calculated("*", reach, right), seen)


def holds(left: float, operator: str, right: float) -> bool:
    """Tell whether a comparison of two constants is TRUE."""
    if operator == "!=":
        return left != right
    return not point(left).meet(compared(operator, point(right))).empty


def _called(function: str, parts: list[Interval]) -> Interval:
    match function:
        case "min":
            return lowest(parts)
        case "max":
            return highest(parts)
        case "abs":
            return magnitude(parts[0])
        case "clamp":
            value, low, high = parts
            if low.high > high.low:  # which bound then wins is not claimed to be known
                return Interval(lowest(parts).low, highest(parts).high)
            return lowest([highest([value, low]), high])
        case _:
            return ANYTHING


def _constant(expression: Expression) -> float | None:
    match expression:
        case Number():
            return expression.value * expression.unit.factor
        case Negative(operand=Number() as number):
            return -number.value * number.unit.factor
        case _:
            return None


def is_number(expression: Expression) -> bool:
    """Tell whether a resolved expression has a number for its value."""
    return isinstance(expression.type, NumberType)


def _place(name: Name) -> str:
    return f"{name.kind.value}:{name.name}"


def _contains(span: Between, at_s: float) -> bool:
    start, end, at = span.start.offset_s % DAY_S, span.end.offset_s % DAY_S, at_s % DAY_S
    if end <= start:
        return at >= start or at < end
    return start <= at < end
