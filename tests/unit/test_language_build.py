"""The parser's tree becomes the language's own."""

import pytest

from engine.language.build import UNREADABLE
from engine.language.expression import Between, Comparison, Number, Timed, Window
from engine.language.grammar import parse
from engine.language.problem import Problem
from tests.unit.language_samples import scalar, tree


def test_a_sign_belongs_to_its_number() -> None:
    number = tree("-5 °C")
    assert isinstance(number, Number)
    assert (number.value, number.unit.symbol) == (-5.0, "°C")
    zero = tree("-0")
    assert isinstance(zero, Number)
    assert str(zero.value) == "0.0"


def test_times_are_in_seconds() -> None:
    timed = tree("a until b for 3 min hold 1 h rest 500 ms")
    assert isinstance(timed, Timed)
    assert (timed.for_s, timed.hold_s, timed.rest_s) == (180.0, 3600.0, 0.5)
    window = tree("average(a, 24 h)")
    assert isinstance(window, Window)
    assert window.window_s == 86_400


def test_clocks_are_seconds_after_midnight_or_beside_the_sun() -> None:
    span = tree("between 22:30 and sunrise - 15 min")
    assert isinstance(span, Between)
    assert (span.start.anchor, span.start.offset_s) == ("midnight", 81_000.0)
    assert (span.end.anchor, span.end.offset_s) == ("sunrise", -900.0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("between 24:01 and 06:00", "syntax"),
        ("between 22:60 and 06:00", "syntax"),
        ("between sunset and sunrise + 13 h", "limit-exceeded"),
        ("rate(a, 0 s) > 1", "syntax"),
        ("rate(a, b) > 1", "syntax"),
        ("rate(a, 5) > 1", "syntax"),
        ("age() > 1", "syntax"),
        ("min(a) > 1", "syntax"),
        ("a == b == c", "syntax"),
        ("a < b > c", "syntax"),
        ("a for 3 W", "wrong-dimension"),
        ("a for 3 foo", "unknown-unit"),
        ("a until b until c", "syntax"),
        ("a > 1000000000 MWh", "limit-exceeded"),
    ],
)
def test_what_makes_no_sense_is_refused(text: str, code: str) -> None:
    problems: list[Problem] = []
    assert parse(scalar(text), problems) is None
    assert [problem.code for problem in problems] == [code]


def test_an_unknown_unit_lets_the_rest_be_read() -> None:
    problems: list[Problem] = []
    found = parse(scalar("a > 3 kWx"), problems)
    assert isinstance(found, Comparison)
    assert isinstance(found.right, Number)
    assert found.right.unit is UNREADABLE
    assert [problem.code for problem in problems] == ["unknown-unit"]
