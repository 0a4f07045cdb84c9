"""Sums are taken apart: what cancels is gone, what is no sum is one quantity."""

import pytest

from engine.language.linear import Sums
from tests.unit.looping import signals


@pytest.mark.parametrize(
    ("text", "factors", "constant"),
    [
        ("pv.power - house.load", [-1.0, 1.0], 0.0),
        ("pv.power - (house.load - 2 kW)", [-1.0, 1.0], 2000.0),
        ("-pv.power / 4 + 3 * pv.power", [2.75], 0.0),
        ("pv.power + house.load - pv.power", [1.0], 0.0),
        ("other * 2", [-2.0, 2.0], 0.0),
        ("average(other + 1 W, 5 min)", [-1.0, 1.0], 1.0),
        ("min(pv.power, 1 kW) + 1 W", [1.0], 1.0),
        ("pv.power * house.load / 1 W", [1.0], 0.0),
        ("1 kW * 2", [], 2000.0),
        ("pv.power * 0", [], 0.0),
    ],
)
def test_an_expression_is_a_sum(text: str, factors: list[float], constant: float) -> None:
    known = signals(other="pv.power - house.load", it=text)
    found = Sums(known).of(known["it"])
    assert sorted(term.factor for term in found.terms.values()) == factors
    assert found.constant == constant


def test_the_same_quantity_in_two_places_is_one() -> None:
    known = signals(a="max(pv.power, 0 W)", b="max(pv.power, 0 kW)", c="max(pv.power, 1 W)")
    sums = Sums(known)
    assert sums.of(known["a"]).plus(sums.of(known["b"]), -1.0).terms == {}
    assert len(sums.of(known["a"]).plus(sums.of(known["c"]), -1.0).terms) == 2
