"""Figures are rounded for people, and rounding never lies."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values.units import SECOND, parse_unit
from engine.workshop.figures import Notation, amount, duration, figure, pair, time_of_day
from engine.workshop.quantity import Quantity, declared


def of(value: float, symbol: str) -> Quantity:
    return declared(value, parse_unit(symbol))


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (of(2.4, "kW"), "2.4 kW"),
        (of(2.4678, "kW"), "2.47 kW"),
        (of(2467.8, "W"), "2468 W"),
        (of(48.23, "°C"), "48.2 °C"),
        (of(-0.04, "W"), "-0.04 W"),
        (of(60.0, "°C"), "60 °C"),
        (of(55.43, "%"), "55.4 %"),
        (of(31.25, "ct/kWh"), "31.2 ct/kWh"),
        (of(1234.5, "m³"), "1234 m³"),
        (of(0.0, "kW"), "0 kW"),
        (of(0.0, "m³"), "0 m³"),
        (of(2.0, "h"), "2 h"),
        (Quantity(True), "on"),
        (Quantity(False), "off"),
        (Quantity("locked"), "locked"),
    ],
)
def test_a_figure_has_sensible_digits(quantity: Quantity, text: str) -> None:
    assert figure(quantity) == text


def test_a_language_may_have_its_own_decimal_mark_and_switches() -> None:
    german = Notation(",", "ein", "aus")
    assert figure(of(2.467, "kW"), german) == "2,47 kW"
    assert duration(2.5, german) == "2,5 s"
    assert (figure(Quantity(True), german), figure(Quantity(False), german)) == ("ein", "aus")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.25, "0.3 s"),
        (9, "9 s"),
        (59.2, "1 min"),
        (190, "3 min 10 s"),
        (420, "7 min"),
        (3600, "1 h"),
        (3601, "1 h 1 min"),
        (86_400 + 3 * 3600, "1 d 3 h"),
        (2 * 86_400 - 1, "2 d"),
        (-61, "-1 min 1 s"),
    ],
)
def test_a_duration_shows_its_two_largest_parts(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_time_of_day_is_that_of_a_clock() -> None:
    assert time_of_day(22 * 3600) == "22:00"
    assert time_of_day(6 * 3600 + 59) == "06:00"


def test_two_sides_that_differ_never_look_equal() -> None:
    assert pair(of(59.98, "°C"), of(60.0, "°C")) == ("59.98 °C", "60 °C")
    assert pair(of(49.6, "%"), of(50, "%")) == ("49.6 %", "50 %")
    assert pair(of(20.8, "°C"), of(21.25, "°C")) == ("20.8 °C", "21.25 °C")
    assert pair(Quantity("locked"), Quantity("normal")) == ("locked", "normal")
    assert pair(Quantity(5.0, SECOND), Quantity(60.0, SECOND)) == ("5 s", "1 min")


@given(st.floats(1e-6, 1e6), st.sampled_from(["W", "kW", "°C", "K", "%", "ct/kWh", "A"]))
def test_a_missing_amount_as_shown_is_enough_and_never_nothing(value: float, symbol: str) -> None:
    quantity = of(value, symbol)
    shown = float(amount(quantity).split()[0])
    assert shown > 0
    assert shown >= value * (1 - 1e-6) - 1e-6 or math.isclose(shown, value, rel_tol=1e-3)


def test_an_amount_can_be_a_time_or_a_state() -> None:
    assert amount(Quantity(12.0, SECOND)) == "12 s"
    assert amount(Quantity("locked")) == "locked"
