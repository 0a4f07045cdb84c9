from engine.control.decision import Cause, Decision
from tests.unit.engine_rig import scanned

THREE = """
rules:
  - {id: low, when: a, then: {n: 1 kW}, because: x, salience: 1}
  - {id: high, when: b, then: {n: x}, because: x, salience: 3}
  - {id: middle, when: a, then: {n: 2 kW}, because: x, salience: 2}
"""


def decided(rules: str, **facts: bool | float) -> Decision:
    _, (result,) = scanned(rules, facts)
    return next(each for each in result.decisions if each.output == "n")


def test_the_higher_salience_is_heard_and_the_rest_overruled() -> None:
    found = decided(THREE, a=True, b=True, x=1500.0)
    assert (found.value, found.by, found.asked_by) == (1.5, "high", "high")
    assert found.overruled == ("middle", "low")


def test_a_value_that_is_unknown_asks_for_nothing() -> None:
    found = decided(THREE, a=True, b=True)
    assert (found.value, found.by, found.overruled) == (2.0, "middle", ("low",))


def test_without_anybody_asking_the_output_rests() -> None:
    assert decided(THREE, a=False, b=False)[1:6] == (0.0, Cause.DEFAULT, "", 0.0, "")


def test_equal_rules_that_ask_for_the_same_do_not_conflict() -> None:
    rules = """
rules:
  - {id: one, when: a, then: {n: 1 kW}, because: x}
  - {id: two, when: b, then: {n: 1000 W}, because: x}
"""
    found = decided(rules, a=True, b=True)
    assert (found.cause, found.by, found.overruled) == (Cause.RULE, "one", ("two",))
