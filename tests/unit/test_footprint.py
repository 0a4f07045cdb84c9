"""What a condition reads in the end."""

import pytest

from engine.language.footprint import Footprints
from engine.language.rulebook import Condition, Rulebook
from tests.unit.feasible_plant import PLANT, RULEBOOK, read

FOOTPRINTS = Footprints(RULEBOOK)


def test_signals_and_conditions_are_followed_to_what_they_read() -> None:
    assert FOOTPRINTS.of(read("sunny and top > 50 °C and summer")) == {
        *("fact:pv", "fact:load", "output:miner", "fact:top", "derived fact:summer"),
    }


def test_conditions_defined_by_each_other_come_to_an_end() -> None:
    circular = Rulebook(PLANT, conditions=(Condition("sunny", read("sunny and pump"), ""),))
    assert "fact:pump" in Footprints(circular).of(read("sunny"))


@pytest.mark.parametrize(
    ("text", "precise"),
    [
        ("pv > 3 kW and not (top < 50 °C or pump)", True),
        ("mode is locked and 3 kW < pv", True),
        ("top > -3 °C", True),
        ("surplus > 3 kW", True),
        ("surplus > 3 kW and pv > 2 kW", False),
        ("pv > load", False),
        ("pv - load > 3 kW", False),
        ("sunny", False),
        ("summer", False),
        ("top is known", False),
        ("age(top) > 3 s", False),
    ],
)
def test_intervals_are_precise_for_independent_comparisons_with_constants(
    text: str, precise: bool
) -> None:
    assert FOOTPRINTS.are_precise(read(text)) == precise
