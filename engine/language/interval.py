"""Intervals of numbers, for saying what a value can be. They always hold at least the truth.

A comparison is exact: `x > 3` is the open interval from 3. Arithmetic on floating-point numbers
rounds, so its results are widened by far more than it can round; nothing is claimed on the edge.
"""

import math
from dataclasses import dataclass

_MARGIN = 1e-9
"""Relative; a double rounds by 1e-16 an operation."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers from `low` to `high`, without an end that is open."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    @property
    def empty(self) -> bool:
        """Tell whether no number is in it."""
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def meet(self, other: "Interval") -> "Interval":
        """Return what is in both."""
        if other is ANYTHING or self is other:
            return self
        if self is ANYTHING:
            return other
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        if self.high == other.high:
            high, high_open = self.high, self.high_open or other.high_open
        else:
            nearer = self if self.high < other.high else other
            high, high_open = nearer.high, nearer.high_open
        return Interval(low, high, low_open, high_open)


ANYTHING = Interval()


def point(value: float) -> Interval:
    """Return the interval of one number."""
    return Interval(value, value)


def compared(operator: str, limit: Interval) -> Interval:
    """Return the numbers that can stand in `number operator limit`."""
    match operator:
        case "<":
            return Interval(high=limit.high, high_open=True)
        case "<=":
            return Interval(high=limit.high, high_open=limit.high_open)
        case ">":
            return Interval(low=limit.low, low_open=True)
        case ">=":
            return Interval(low=limit.low, low_open=limit.low_open)
        case "==":
            return limit
        case _:
            return ANYTHING


def negative(a: Interval) -> Interval:
    """Return -a."""
    return Interval(-a.high, -a.low, a.high_open, a.low_open)


def calculated(operator: str, a: Interval, b: Interval) -> Interval:
    """Return `a operator b`, rounded outward."""
    match operator:
        case "+":
            return _widened(a.low + b.low, a.high + b.high, a, b)
        case "-":
            return _widened(a.low - b.high, a.high - b.low, a, b)
        case "*":
            return _product(a, b)
        case "/" if not (b.low <= 0 <= b.high):
            return _product(a, Interval(_inverse(b.high), _inverse(b.low)))
        case _:
            return ANYTHING


def lowest(parts: list[Interval]) -> Interval:
    """Return what the smallest of the parts can be."""
    return Interval(min(each.low for each in parts), min(each.high for each in parts))


def highest(parts: list[Interval]) -> Interval:
    """Return what the largest of the parts can be."""
    return Interval(max(each.low for each in parts), max(each.high for each in parts))


def magnitude(a: Interval) -> Interval:
    """Return what |a| can be."""
    low = 0.0 if a.low <= 0 <= a.high else min(abs(a.low), abs(a.high))
    return Interval(low, max(abs(a.low), abs(a.high)))


def _product(a: Interval, b: Interval) -> Interval:
    ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    if any(math.isnan(end) for end in ends):
        return ANYTHING
    return _widened(min(ends), max(ends), point(min(ends)), point(max(ends)))


def _inverse(value: float) -> float:
    return 0.0 if math.isinf(value) else 1 / value


def _widened(low: float, high: float, *operands: Interval) -> Interval:
    margin = 0.0
    for each in operands:
        for end in (each.low, each.high):
            if math.isfinite(end):
                margin += abs(end) * _MARGIN
    return Interval(
        -math.inf if math.isnan(low) else low - margin,
        math.inf if math.isnan(high) else high + margin,
    )
