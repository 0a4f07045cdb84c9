"""Intervals hold every value that the numbers in them can make."""

import math
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

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

_NUMBERS = st.floats(-1e9, 1e9)
_OPERATIONS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def holds(interval: Interval, value: float) -> bool:
    return not interval.meet(point(value)).empty


@st.composite
def interval_and_member(draw: st.DrawFn) -> tuple[Interval, float]:
    low, member, high = sorted(draw(st.tuples(_NUMBERS, _NUMBERS, _NUMBERS)))
    return Interval(low, high), member


@given(interval_and_member(), interval_and_member(), st.sampled_from("+-*/"))
def test_arithmetic_never_loses_a_value(
    one: tuple[Interval, float], other: tuple[Interval, float], sign: str
) -> None:
    if sign == "/" and other[1] == 0:
        return
    result = calculated(sign, one[0], other[0])
    assert holds(result, _OPERATIONS[sign](one[1], other[1]))


@given(interval_and_member(), interval_and_member())
def test_selection_and_sign_never_lose_a_value(
    one: tuple[Interval, float], other: tuple[Interval, float]
) -> None:
    assert holds(lowest([one[0], other[0]]), min(one[1], other[1]))
    assert holds(highest([one[0], other[0]]), max(one[1], other[1]))
    assert holds(magnitude(one[0]), abs(one[1]))
    assert holds(negative(one[0]), -one[1])


@given(interval_and_member(), interval_and_member())
def test_what_is_in_both_is_in_the_meeting(
    one: tuple[Interval, float], other: tuple[Interval, float]
) -> None:
    meeting = one[0].meet(other[0])
    for value in (one[1], other[1]):
        both = one[0].low <= value <= one[0].high and other[0].low <= value <= other[0].high
        assert holds(meeting, value) == both


@pytest.mark.parametrize(
    ("sign", "below", "at", "above"),
    [
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
        ("==", False, True, False),
        ("!=", True, True, True),  # not an interval: nothing is claimed
    ],
)
def test_a_comparison_ends_exactly_at_its_limit(
    sign: str, below: bool, at: bool, above: bool
) -> None:
    found = compared(sign, point(60))
    beside = (math.nextafter(60, 0), 60, math.nextafter(60, 100))
    assert [holds(found, value) for value in beside] == [below, at, above]


def test_an_open_end_stays_open_when_intervals_meet() -> None:
    assert Interval(1, 3).meet(Interval(3, 5, low_open=True)).empty
    assert Interval(1, 3, high_open=True).meet(Interval(3, 5)).empty
    assert not Interval(1, 3).meet(Interval(3, 5)).empty


def test_what_cannot_be_bounded_is_anything() -> None:
    assert calculated("/", point(1), Interval(-1, 1)) == ANYTHING
    assert calculated("*", ANYTHING, point(0)) == ANYTHING
    assert calculated("-", ANYTHING, ANYTHING) == ANYTHING
    assert calculated("%", point(1), point(1)) == ANYTHING
    assert holds(calculated("/", point(1), Interval(low=1)), 0.5)
