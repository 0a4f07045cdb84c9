"""Constants in files."""

import pytest

from engine.language.constants import (
    read_constant,
    read_duration_s,
    read_in_unit,
    read_integer,
    read_number,
    read_rate,
)
from engine.language.plant import Rate
from engine.language.problem import Problem
from engine.language.types import BOOL, EnumType, NumberType
from engine.values.fact import Value
from engine.values.units import PERCENT, Unit, parse_unit
from tests.unit.language_samples import scalar

WATT = parse_unit("W")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.3 kW", 3300.0),
        ("-5W", -5.0),
        ("3.3", None),
        ("5 kWh", None),
        ("a", None),
        ("1 W + 1 W", None),
    ],
)
def test_a_number_is_converted_or_refused(text: str, value: float | None) -> None:
    problems: list[Problem] = []
    assert WATT is not None
    assert read_in_unit(scalar(text), WATT, "x", problems) == value
    assert bool(problems) == (value is None)


def test_conversion_leaves_no_dust() -> None:
    problems: list[Problem] = []
    for percent in range(101):
        assert read_in_unit(scalar(f"{percent} %"), PERCENT, "x", problems) == percent
    per_hour, per_second = parse_unit("K/h"), parse_unit("K/s")
    assert isinstance(per_hour, Unit)
    assert isinstance(per_second, Unit)
    assert read_in_unit(scalar("2 K/s"), per_hour, "x", problems) == 7200
    assert not problems


def test_an_unknown_unit_is_reported_once() -> None:
    problems: list[Problem] = []
    assert read_number(scalar("3 kWx"), problems) is None
    assert [problem.code for problem in problems] == ["unknown-unit"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3 min", 180.0), ("0 s", 0.0), ("500 ms", 0.5), ("1 d", 86400.0), ("-1 s", None), ("3", None),
     ("22:00", None), ("400 d", None)],
)  # fmt: skip
def test_times(text: str, seconds: float | None) -> None:
    problems: list[Problem] = []
    assert read_duration_s(scalar(text), "x", problems) == seconds
    assert bool(problems) == (seconds is None)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("12 per 1 h", Rate(12, 3600)),
        ("3 per d", Rate(3, 86400)),
        ("3 per year", None),
        ("0 per h", None),
        ("3 per 0 s", None),
        ("three per h", None),
        ("3", None),
        ("9" * 500 + " per h", None),
    ],
)
def test_rates(text: str, rate: Rate | None) -> None:
    problems: list[Problem] = []
    assert read_rate(scalar(text), "x", problems) == rate
    assert bool(problems) == (rate is None)


@pytest.mark.parametrize(
    ("text", "number"),
    [("40", 40), ("-40", -40), ("0", 0), ("040", None), ("4.0", None), ("1e3", None), ("0x1", None),
     ("9" * 5000, None), ("yes", None), ("٣", None)],
)  # fmt: skip
def test_whole_numbers(text: str, number: int | None) -> None:
    problems: list[Problem] = []
    assert read_integer(scalar(text), "x", problems) == number
    assert bool(problems) == (number is None)


@pytest.mark.parametrize(
    ("text", "value"),
    [("on", True), ("true", True), ("no", False), ("1", None), ("On", None), ("TRUE", None)],
)
def test_on_and_off(text: str, value: Value | None) -> None:
    problems: list[Problem] = []
    assert read_constant(scalar(text), BOOL, None, "x", problems) is value
    assert bool(problems) == (value is None)


def test_states_and_plain_numbers() -> None:
    problems: list[Problem] = []
    states = EnumType(("on", "auto"))
    assert read_constant(scalar("on"), states, None, "x", problems) == "on"
    assert read_constant(scalar("off"), states, None, "x", problems) is None
    assert read_constant(scalar("5"), NumberType(), None, "x", problems) == 5.0
    assert [problem.code for problem in problems] == ["unknown-state"]
