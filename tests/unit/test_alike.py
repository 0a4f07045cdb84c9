"""When two rules fire together and ask the same."""

from engine.language.alike import always_with, outcome, says_the_same
from engine.language.rulebook import Proposal, Rule
from tests.unit.feasible_plant import FEASIBILITY, read


def rule(when: str, *values: str) -> Rule:
    proposals = tuple(Proposal("miner", read(value)) for value in values)
    return Rule(when, read(when), proposals, (), 0, "", "")


def test_a_rule_fires_with_another_that_asks_less() -> None:
    assert always_with(rule("top > 60 °C and pump"), rule("top > 50 °C"), FEASIBILITY)
    assert not always_with(rule("top > 50 °C"), rule("top > 60 °C"), FEASIBILITY)
    assert not always_with(rule("top > 50 °C"), rule("pump"), FEASIBILITY)


def test_a_rule_that_never_fires_fires_with_none() -> None:
    assert not always_with(rule("top > 60 °C and top < 50 °C"), rule("top > 70 °C"), FEASIBILITY)


def test_what_is_asked_is_compared_by_meaning() -> None:
    assert outcome(rule("pump", "3 kW")) == outcome(rule("top > 1 °C", "3000 W"))
    assert outcome(rule("pump", "3 kW")) != outcome(rule("pump", "2 kW"))
    assert says_the_same(rule("pump and sunny"), rule("sunny and pump"))
