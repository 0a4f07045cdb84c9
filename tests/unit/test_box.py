"""A box only shrinks, a copy shrinks alone, and what is left over is a contradiction."""

import pytest

from engine.language.box import Box, Contradiction, Vocabulary, holds
from engine.language.expression import Comparison, Expression
from engine.language.interval import Interval
from tests.unit.feasible_plant import read

VOCABULARY = Vocabulary({"fact:pv": Interval(0, 20_000)}, {})


def sides(text: str) -> tuple[Expression, str, Expression]:
    comparison = read(text)
    assert isinstance(comparison, Comparison)
    return comparison.left, comparison.operator, comparison.right


def test_a_box_narrows_down_to_a_contradiction() -> None:
    box = Box(VOCABULARY)
    box.compare(*sides("pv > 3 kW"))
    box.settle()
    with pytest.raises(Contradiction):
        box.compare(*sides("pv < 2 kW"))


def test_a_copy_is_independent() -> None:
    box = Box(VOCABULARY)
    copy = box.copy()
    copy.choose("fact:mode", frozenset({"locked"}))
    copy.know("fact:pv", known=False)
    copy.compare(*sides("pv > 3 kW"))
    assert box == Box(VOCABULARY)


def test_choices_and_knowledge_contradict_too() -> None:
    box = Box(VOCABULARY)
    box.choose("fact:mode", frozenset({"locked", "normal"}))
    box.know("fact:pv", known=True)
    with pytest.raises(Contradiction):
        box.choose("fact:mode", frozenset({"forced"}))
    with pytest.raises(Contradiction):
        box.know("fact:pv", known=False)


def test_the_declared_range_counts_when_conclusions_are_drawn() -> None:
    box = Box(VOCABULARY)
    box.compare(*sides("pv >= 20 kW"))
    box.settle()
    assert box.numbers["fact:pv"] == Interval(20_000, 20_000)


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
@pytest.mark.parametrize("left", [1.0, 2.0, 3.0])
def test_constants_are_compared_as_everywhere(left: float, operator: str) -> None:
    python = {
        "<": left < 2,
        "<=": left <= 2,
        ">": left > 2,
        ">=": left >= 2,
        "==": left == 2,
        "!=": left != 2,
    }
    assert holds(left, operator, 2.0) == python[operator]
