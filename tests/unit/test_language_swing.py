"""How far numbers move when the heater goes from off to full: 3 kW on three of the meters."""

import pytest

from engine.language.linear import Sums
from engine.language.swing import Swing, Swings, span_of
from tests.unit.looping import heater, rulebook, signals


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("pv.power", 0, 0),
        ("house.load", 3000, 3000),
        ("pv.power - house.load", -3000, -3000),
        ("pv.power - house.load + heater.power", 0, 0),
        ("(pv.power - house.load + heater.power) / 3 + 0.1 * pv.power", 0, 0),
        ("average(grid.power, 5 min) / 2", 1500, 1500),
        ("min(pv.power, grid.power)", 0, 3000),
        ("max(1 kW, 0 W - grid.power)", -3000, 0),
        ("clamp(house.load, 0 W, 1 kW)", 0, 3000),
        ("abs(grid.power)", -3000, 3000),
        ("heater.power_target - grid.power", 0, 0),
        ("rate(grid.power, 5 min) * 1 h", 0, 0),
        ("age(grid.power) / 1 s * 1 W", 0, 0),
        ("pv.power * pv.power / 1 W", 0, 0),
    ],
)
def test_a_number_moves(text: str, low: float, high: float) -> None:
    known = signals(it=text)
    found = Swings(heater(), Sums(known)).of(known["it"])
    assert found == Swing(pytest.approx(low), pytest.approx(high))


def test_a_product_that_moves_with_other_facts_is_not_known() -> None:
    known = signals(it="grid.power * pv.power / 1 W", outer="max(1 W, it) + 1 W")
    swings = Swings(heater(), Sums(known))
    assert swings.of(known["it"]) is None
    assert swings.of(known["outer"]) is None


def test_a_span_is_the_width_of_the_range_and_1_for_a_switch() -> None:
    outputs = rulebook("ruleset: empty\n").plant.outputs
    assert [span_of(output) for output in outputs] == [3000.0, 1.0, 1.0]
