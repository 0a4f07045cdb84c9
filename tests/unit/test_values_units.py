import pytest

from engine.values.units import TEMPERATURE, base_unit_name, parse_unit


@pytest.mark.parametrize(
    ("symbol", "factor", "name"),
    [
        ("W", 1.0, "power"),
        ("kW", 1_000.0, "power"),
        ("kWh", 3.6e6, "energy"),
        ("%", 0.01, "plain number or percentage"),
        ("", 1.0, "plain number or percentage"),
        ("min", 60.0, "duration"),
        ("K", 1.0, "temperature difference"),
        ("ct/kWh", 0.01 / 3.6e6, "price of energy"),
        ("K/min", 1 / 60, "rate of temperature"),
        ("l/min", 1e-3 / 60, "flow"),
    ],
)
def test_units(symbol: str, factor: float, name: str) -> None:
    unit = parse_unit(symbol)
    assert unit is not None
    assert unit.factor == pytest.approx(factor)
    assert base_unit_name(unit.dimension, absolute=unit.absolute) == name


def test_a_temperature_and_a_difference_are_kept_apart() -> None:
    celsius, kelvin = parse_unit("°C"), parse_unit("K")
    assert celsius is not None
    assert kelvin is not None
    assert celsius.dimension == kelvin.dimension == TEMPERATURE
    assert (celsius.absolute, kelvin.absolute) == (True, False)


@pytest.mark.parametrize(
    "symbol", ["kw", "KW", "Watt!", "°C/min", "W W", "x" * 50, "kW/", "1", "nan", "W/NaN"]
)
def test_what_is_no_unit_is_none(symbol: str) -> None:
    assert parse_unit(symbol) is None
