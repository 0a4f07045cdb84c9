"""Values for the solver: each a term and whether it is known, so that UNKNOWN is exact.

Numbers are exact reals, not floats: a decimal constant means what was written. Named states are
small bit vectors. Terms of constants are computed at once, so the solver never sees them.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import z3

from engine.inference.source import LARGEST
from engine.language.interval import ANYTHING, Interval, point
from engine.values.fact import Value

TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)
_STATE_BITS = 12
"""A plant has fewer than 4,096 names of states."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, truth or state of one scan. `value` means nothing while not `known`.

    `span` is where a known number surely lies, in its unit.
    """

    value: z3.ExprRef
    known: z3.BoolRef = TRUE
    span: Interval = ANYTHING

    @property
    def is_true(self) -> z3.BoolRef:
        """The term for TRUE."""
        return both(self.value, self.known)

    @property
    def is_false(self) -> z3.BoolRef:
        """The term for FALSE."""
        return both(negated(self.value), self.known)


@dataclass(frozen=True, slots=True)
class States:
    """Numbers for names of states, given out as they are met."""

    codes: dict[str, int] = field(default_factory=dict)

    def term(self, name: str) -> z3.BitVecRef:
        """Return the constant of a state."""
        return z3.BitVecVal(self.codes.setdefault(name, len(self.codes)), _STATE_BITS)

    def name(self, code: int) -> str:
        """Return the state of a code."""
        return next(name for name, each in self.codes.items() if each == code)


def state_variable(name: str) -> z3.BitVecRef:
    """Return a variable that holds a state."""
    return z3.BitVec(name, _STATE_BITS)


def constant(value: Value, states: States) -> z3.ExprRef:
    """Return a value of a point or output as a term."""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return states.term(value) if isinstance(value, str) else real(value)


@functools.cache
def real(value: float | Fraction) -> z3.RatNumRef:
    """Return a number as it was written: 0.1 is a tenth."""
    exact = value if isinstance(value, Fraction) else Fraction(repr(float(value)))
    return z3.RealVal(f"{exact.numerator}/{exact.denominator}")


def fraction(term: z3.ExprRef) -> Fraction | None:
    """Return the number that a term is, None if it is not a constant."""
    return term.as_fraction() if z3.is_rational_value(term) else None


def is_true(term: z3.ExprRef) -> bool:
    """Tell whether a term is the constant TRUE. Equal terms are one object in the solver."""
    return bool(term.ast.value == TRUE.ast.value)


def is_false(term: z3.ExprRef) -> bool:
    """Tell whether a term is the constant FALSE."""
    return bool(term.ast.value == FALSE.ast.value)


def all_of(terms: Iterable[z3.BoolRef]) -> z3.BoolRef:
    """Return the conjunction."""
    kept = [term for term in terms if not is_true(term)]
    if any(is_false(term) for term in kept):
        return FALSE
    return z3.And(kept) if len(kept) > 1 else kept[0] if kept else TRUE


def any_of(terms: Iterable[z3.BoolRef]) -> z3.BoolRef:
    """Return the disjunction."""
    kept = [term for term in terms if not is_false(term)]
    if any(is_true(term) for term in kept):
        return TRUE
    return z3.Or(kept) if len(kept) > 1 else kept[0] if kept else FALSE


def both(one: z3.BoolRef, other: z3.BoolRef) -> z3.BoolRef:
    """Return `one and other`."""
    return all_of((one, other))


def either(one: z3.BoolRef, other: z3.BoolRef) -> z3.BoolRef:
    """Return `one or other`."""
    return any_of((one, other))


def negated(term: z3.BoolRef) -> z3.BoolRef:
    """Return the negation."""
    if is_true(term):
        return FALSE
    if is_false(term):
        return TRUE
    return term.arg(0) if z3.is_not(term) else z3.Not(term)


def choose(condition: z3.BoolRef, yes: z3.ExprRef, no: z3.ExprRef) -> z3.ExprRef:
    """Return `yes` where the condition holds, else `no`."""
    if is_true(condition) or yes.eq(no):
        return yes
    if is_false(condition):
        return no
    if is_true(yes) or is_false(no):
        return (either if is_true(yes) else both)(condition, no if is_true(yes) else yes)
    return z3.If(condition, yes, no)


def equal(one: z3.ExprRef, other: z3.ExprRef) -> z3.BoolRef:
    """Return whether two terms of one sort are the same; constants are told apart at once."""
    if one.eq(other):
        return TRUE
    if _is_constant(one) and _is_constant(other):
        return FALSE
    for term, rest in ((one, other), (other, one)):
        if is_true(term):
            return rest
        if is_false(term):
            return negated(rest)
        if _is_constant(term) and z3.is_app_of(rest, z3.Z3_OP_ITE):
            condition, yes, no = rest.children()
            if _is_constant(yes):  # keeps choices between constants free of arithmetic
                return choose(condition, equal(yes, term), equal(no, term))
    return one == other


def _is_constant(term: z3.ExprRef) -> bool:
    kinds = (z3.is_rational_value, z3.is_bv_value, is_true, is_false)
    return any(kind(term) for kind in kinds)


def compared(  # noqa: PLR0911 - one case an operator
    operator: str, one: z3.ArithRef, other: z3.ArithRef
) -> z3.BoolRef:
    """Return `one operator other` for numbers."""
    left, right = fraction(one), fraction(other)
    if left is not None and right is not None:
        holds = {
            "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right,
            "==": left == right, "!=": left != right,
        }[operator]  # fmt: skip
        return TRUE if holds else FALSE
    match operator:
        case "<":
            return one < other
        case "<=":
            return one <= other
        case ">":
            return one > other
        case ">=":
            return one >= other
        case "==":
            return equal(one, other)
        case _:
            return negated(equal(one, other))


def added(one: z3.ArithRef, other: z3.ArithRef) -> z3.ArithRef:
    """Return the sum."""
    left, right = fraction(one), fraction(other)
    if left is not None and right is not None:
        return real(left + right)
    return other if left == 0 else one if right == 0 else one + other


def times(one: z3.ArithRef, factor: Fraction) -> z3.ArithRef:
    """Return a constant times a number."""
    value = fraction(one)
    if value is not None:
        return real(value * factor)
    return one if factor == 1 else real(factor) * one


def smaller(one: z3.ArithRef, other: z3.ArithRef) -> z3.ArithRef:
    """Return the minimum."""
    return choose(compared("<=", one, other), one, other)


def larger(one: z3.ArithRef, other: z3.ArithRef) -> z3.ArithRef:
    """Return the maximum."""
    return choose(compared(">=", one, other), one, other)


def magnitude(one: z3.ArithRef) -> z3.ArithRef:
    """Return the absolute value."""
    return choose(compared(">=", one, real(0.0)), one, times(one, Fraction(-1)))


def bounded(cell: Cell) -> Cell:
    """Return a number that is UNKNOWN where it is too large to be a measurement."""
    small = cell.span.low >= -LARGEST and cell.span.high <= LARGEST
    if small or not z3.is_arith(cell.value):
        return cell
    limit = real(LARGEST)
    inside = both(cell.value <= limit, cell.value >= -limit)
    return Cell(cell.value, both(cell.known, inside), cell.span.meet(Interval(-LARGEST, LARGEST)))


def number(value: float) -> Cell:
    """Return a constant."""
    return Cell(real(value), TRUE, point(value))
