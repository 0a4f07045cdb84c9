"""Values are shown in the unit in which the operator thinks of them."""

import pytest

from engine.language.expression import Comparison
from engine.language.types import NumberType
from engine.values.units import CELSIUS, parse_unit
from engine.workshop.quantity import (
    Quantity,
    amount_unit,
    common_unit,
    declared,
    difference,
    unit_of,
    usual,
)
from tests.reasons.house import program

KW, W = parse_unit("kW"), parse_unit("W")


def _shown(when: str) -> str:
    """Return the unit in which both sides of a comparison in a rule are shown."""
    text = f'rules:\n  - {{id: one, when: "{when}", then: {{p3.run_target: on}}}}\n'
    condition = program(text, unchecked=True).rulebook.rules[0].when
    assert isinstance(condition, Comparison)
    unit = common_unit(condition.left, condition.right)
    return "none" if unit is None else unit.symbol


@pytest.mark.parametrize(
    ("when", "symbol"),
    [
        ("pv.power > 3.6 kW", "kW"),
        ("3.6 kW < pv.power", "kW"),
        ("pv.power > 0 W", "W"),
        ("pv.power > house.load", "W"),
        ("pv.power - house.load > miner1.power * 2", "W"),
        ("buffer.top < 60 °C", "°C"),
        ("buffer.top - outside.temperature > 5 K", "K"),
        ("rate(buffer.top, 5 min) > rate(outside.temperature, 5 min)", "K/min"),
        ("age(pv.power) < 10 s", "s"),
        ("average(pv.power, 5 min) > house.load", "W"),
        ("battery.soc > 50 %", "%"),
        ("price.buy < 20 ct/kWh", "ct/kWh"),
        ("pv.power / house.load > 2", ""),
        ("heatpump.sg_ready is locked", "none"),
        ("abs(-pv.power) > house.load", "W"),
    ],
)
def test_both_sides_of_a_comparison_share_a_unit(when: str, symbol: str) -> None:
    assert _shown(when) == symbol


def test_a_quantity_has_its_value_in_its_unit() -> None:
    assert declared(2.4, KW) == Quantity(2400.0, KW)
    assert declared(2.4, KW).value == pytest.approx(2.4)
    assert declared(True, None).value is True
    assert declared("locked", None).value == "locked"


def test_a_difference_of_temperatures_is_in_kelvin_and_of_small_powers_in_watts() -> None:
    found = difference(declared(63.2, CELSIUS), declared(60.0, CELSIUS))
    assert found is not None
    assert found.unit == parse_unit("K")
    found = difference(declared(3.18, KW), declared(3.6, KW))
    assert found is not None
    assert found.unit == W
    assert difference(Quantity(True), Quantity(False)) is None
    assert amount_unit(5000.0, KW) == KW
    assert amount_unit(1.0, None) is None


def test_a_number_without_a_unit_gets_the_usual_one() -> None:
    rulebook = program().rulebook
    surplus = rulebook.signals[0].expression
    assert unit_of(surplus) == W
    sunny = rulebook.rules[0].when
    assert unit_of(sunny) is None
    assert usual(_type_of("battery.soc")).symbol == ""
    assert usual(_type_of("buffer.top")).symbol == "°C"


def _type_of(point: str) -> NumberType:
    kind = next(p.type for p in program().rulebook.plant.points if p.name == point)
    assert isinstance(kind, NumberType)
    return kind
