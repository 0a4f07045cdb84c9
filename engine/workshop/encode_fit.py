"""Range, step and off gap of an output, as terms: the constants of `control/shaping.py`."""

from collections.abc import Callable
from fractions import Fraction

import z3

from engine.control.shaping import GRID, lowest_on
from engine.language.plant import Output
from engine.language.types import EnumType, NumberType
from engine.workshop.encode_values import (
    TRUE,
    States,
    added,
    all_of,
    any_of,
    both,
    choose,
    compared,
    equal,
    fraction,
    larger,
    magnitude,
    negated,
    real,
    smaller,
    times,
)

ZERO = real(0.0)
_MINUS = Fraction(-1)


def fit(output: Output, value: z3.ExprRef) -> z3.ExprRef:
    """Bring a number into range, onto the step and out of the off gap."""
    if not isinstance(output.type, NumberType):
        return value
    return over_choices(value, lambda each: _fit_number(output, each))


def over_choices(value: z3.ArithRef, function: Callable[[z3.ArithRef], z3.ArithRef]) -> z3.ArithRef:
    """Apply a function inside of choices, so that it meets constants where there are some."""
    if z3.is_app_of(value, z3.Z3_OP_ITE):
        condition, yes, no = value.children()
        if fraction(yes) is not None or fraction(no) is not None:
            return choose(condition, over_choices(yes, function), over_choices(no, function))
    return function(value)


def _fit_number(output: Output, value: z3.ArithRef) -> z3.ArithRef:
    if output.low is not None:
        value = larger(value, real(output.low))
    if output.high is not None:
        value = smaller(value, real(output.high))
    if output.step:
        stepped = step_down(output, value)
        value = choose(_holds(output, stepped), stepped, value)
    if output.off_below:
        gap = both(negated(equal(value, ZERO)), in_gap(output, value))
        value = choose(gap, ZERO if output.holds(0.0) else lowest_like(output, value), value)
    return value


def in_gap(output: Output, value: z3.ArithRef) -> z3.BoolRef:
    """Return whether a number is smaller than the output can run at."""
    return compared("<", magnitude(value), real(output.off_below))


def step_down(output: Output, value: z3.ArithRef) -> z3.ArithRef:
    """Return the nearest multiple of the step that is no further from zero."""
    if not output.step:
        return value
    step = Fraction(repr(output.step))
    steps = added(times(magnitude(value), 1 / step), real(GRID))
    known = fraction(steps)
    whole = real(Fraction(known // 1)) if known is not None else z3.ToReal(z3.ToInt(steps))
    size = times(whole, step)
    return choose(compared("<", value, ZERO), times(size, _MINUS), size)


def lowest_like(output: Output, value: z3.ArithRef) -> z3.ArithRef:
    """Return the smallest number above the off gap with the sign of `value`."""
    lowest = lowest_on(output)
    return choose(compared("<", value, ZERO), real(-lowest), real(lowest))


def _holds(output: Output, value: z3.ArithRef) -> z3.BoolRef:
    low = TRUE if output.low is None else compared(">=", value, real(output.low))
    return low if output.high is None else both(low, compared("<=", value, real(output.high)))


def holds(output: Output, value: z3.ExprRef, states: States) -> z3.BoolRef:
    """Return whether a value is one that the output takes."""
    match output.type:
        case NumberType():
            return _holds(output, value)
        case EnumType(values=values):
            return any_of(equal(value, states.term(each)) for each in values)
        case _:
            return TRUE


def is_on(output: Output, value: z3.ExprRef, states: States) -> z3.BoolRef:
    """Return whether a value counts as on."""
    match output.type:
        case NumberType():
            return negated(equal(value, ZERO))
        case EnumType(values=values):
            on = [each for each in values if output.is_on(each)]
            return any_of(equal(value, states.term(each)) for each in on)
        case _:
            return value


def none_of(value: z3.ExprRef, others: list[z3.ExprRef]) -> z3.BoolRef:
    """Return whether a value differs from all the others."""
    return all_of(negated(equal(value, other)) for other in others)
