"""What is left of a condition when an interlock has forced its outputs."""

import pytest

from engine.language.identity import identity
from engine.language.substitute import substitute
from tests.unit.feasible_plant import read


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("miner > 1 kW and pump", "2 kW > 1 kW and pump"),
        ("not (miner + pv > 1 kW)", "not (2 kW + pv > 1 kW)"),
        ("-(miner + pv) > 1 kW", "-(2 kW + pv) > 1 kW"),
        ("max(miner, pv) > 1 kW", "max(2 kW, pv) > 1 kW"),
        ("average(miner, 5 min) > 1 kW", "average(miner, 5 min) > 1 kW"),
        ("pv > 1 kW or miner is known", "pv > 1 kW or 2 kW is known"),
    ],
)
def test_outputs_are_replaced_where_they_mean_now(text: str, left: str) -> None:
    found = identity(substitute(read(text), {"miner": 2000.0}))
    if "2 kW is known" in left:
        assert found == "any(<(1000.0,fact:pv),known(2000.0))"
    else:
        assert found == identity(read(left))


def test_states_and_truths_take_their_place_as_such() -> None:
    condition = read("miner > 1 kW")
    assert "true" in identity(substitute(condition, {"miner": True}))
    assert "'locked'" in identity(substitute(condition, {"miner": "locked"}))
