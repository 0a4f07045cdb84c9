"""Rules."""

import pytest

from engine.language.expression import Name, Number
from engine.language.rulebook import Rule
from tests.unit.language_samples import rules


def _rule(then: str, more: str = "because: b") -> tuple[Rule | None, list[str]]:
    loaded = rules(f"rules:\n  - id: r\n    when: p3.running\n    then: {then}\n    {more}\n")
    found = loaded.rulebook.rules
    return (found[0] if found else None), [problem.code for problem in loaded.problems]


def test_a_rule_proposes_and_asserts() -> None:
    rule, codes = _rule("{miner.power_target: 3 kW, assert: [a, b.c]}", "salience: -7")
    assert codes == ["missing-key"]
    assert rule is not None
    assert rule.asserts == ("a", "b.c")
    assert rule.salience == -7
    (proposal,) = rule.proposals
    assert proposal.output == "miner.power_target"
    assert isinstance(proposal.value, Number)


def test_an_assertion_alone_needs_no_reason() -> None:
    assert _rule("{assert: a}", "about: x")[1] == []


@pytest.mark.parametrize(
    "then", ["{pump.run_target: p4.running}", "{heatpump.sg_ready: heatpump.sg_ready}"]
)
def test_an_output_may_follow_a_fact_or_an_output(then: str) -> None:
    rule, codes = _rule(then)
    assert not codes
    assert rule is not None
    assert isinstance(rule.proposals[0].value, Name)


@pytest.mark.parametrize(
    ("then", "code"),
    [
        ("{}", "missing-key"),
        ("on", "wrong-shape"),
        ("", "missing-key"),
        ("{pump.run_target: }", "syntax"),
        ("{pump.run_target: [on]}", "wrong-shape"),
        ("{pump.run_target: not p4.running}", "not-allowed-here"),
        ("{heatpump.sg_ready: weekday}", "not-allowed-here"),
        ("{heatpump.sg_ready: on}", "unknown-state"),
        ("{miner.power_target: 3301 W}", "value-outside-range"),
        ("{miner.power_target: -1 W}", "value-outside-range"),
        ("{miner.power_target: hold}", "unknown-fact"),
        ("{miner.power_target: battery.mode}", "wrong-type"),
        ("{assert: p4.running}", "duplicate-id"),
        ("{assert: }", "wrong-shape"),
        ("{assert: []}", "wrong-shape"),
    ],
)
def test_what_a_rule_cannot_do(then: str, code: str) -> None:
    assert _rule(then)[1] == [code]


def test_a_rule_needs_an_id_and_a_mapping() -> None:
    assert [p.code for p in rules("rules: [a, {id: [b]}, {id: }]\n").problems][:2] == [
        "wrong-shape", "missing-key",
    ]  # fmt: skip
