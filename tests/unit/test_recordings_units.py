"""Units of columns become the unit of their point, or a clear error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.recordings.units import Conversion, UnitError, conversion, convert

POWERS = ["W", "kW", "MW"]


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "expected"),
    [
        (0.29, "kW", "W", 290.0),
        (2.5, "MW", "kW", 2500.0),
        (1500, "Wh", "kWh", 1.5),
        (6.229, "ct/kWh", "EUR/MWh", 62.29),
        (0.3, "EUR/kWh", "ct/kWh", 30.0),
        (0.3, "€/kWh", "ct/kWh", 30.0),
        (293.15, "K", "°C", 20.0),
        (20, "°C", "°C", 20.0),
        (55, "%", "%", 55.0),
        (0.5, "", "%", 50.0),
        (12, "L/min", "l/min", 12.0),
        (1500, "mA", "A", 1.5),
        (400, "V", "V", 400.0),
        (50, "Hz", "Hz", 50.0),
    ],
)
def test_a_number_is_told_in_the_other_unit(
    value: float, from_unit: str, to_unit: str, expected: float
) -> None:
    assert convert(value, from_unit, to_unit) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("from_unit", "to_unit", "why"),
    [
        ("kWh", "W", "`kWh` is energy, `W` is power"),
        ("°C", "W", "`°C` is temperature"),
        ("°C", "K", "`K` is temperature difference"),
        ("kWat", "W", "`kWat` is not a unit"),
        ("W", "Grad", "`Grad` is not a unit"),
        ("V", "A", "`V` is"),
    ],
)
def test_units_that_do_not_fit_are_an_error(from_unit: str, to_unit: str, why: str) -> None:
    with pytest.raises(UnitError, match=why):
        convert(1.0, from_unit, to_unit)


@given(st.floats(-1e9, 1e9), st.sampled_from(POWERS), st.sampled_from(POWERS))
def test_there_and_back_is_the_same(value: float, one: str, other: str) -> None:
    assert convert(convert(value, one, other), other, one) == pytest.approx(value)


def test_the_same_unit_changes_nothing() -> None:
    assert conversion("W", "W").changes_nothing
    assert not conversion("kW", "W").changes_nothing
    assert conversion("kW", "W") == Conversion(times=1000.0)
