from tests.unit.checking import codes, messages, rule, rules

CODE = "duplicate-rule"


def test_the_same_said_twice_is_reported_at_the_second() -> None:
    text = rules(
        rule("a", "top > 50 °C and flowing", "pump: on"),
        rule("b", "flowing and 50 °C < top", "pump: on", salience=7),
    )
    assert messages(CODE, text) == ["warning: rule `b` says the same as rule `a`"]


def test_the_same_meant_in_other_words_counts_too() -> None:
    before = "let:\n  surplus: pv - load\n"
    text = rules(
        rule("a", "not (surplus <= 3 kW)", "pump: on"),
        rule("b", "surplus > 3 kW", "pump: on"),
        before=before,
    )
    assert messages(CODE, text) == ["warning: rule `b` says the same as rule `a`"]


def test_a_duplicate_is_not_called_shadowed_as_well() -> None:
    text = rules(rule("a", "top > 50 °C", "pump: on"), rule("b", "top > 50 °C", "pump: on"))
    assert "rule-shadowed" not in codes(text)


def test_another_condition_or_another_outcome_is_another_rule() -> None:
    one = rule("a", "top > 50 °C", "pump: on")
    for other in (rule("b", "top > 51 °C", "pump: on"), rule("b", "top > 50 °C", "miner: 1 kW")):
        assert messages(CODE, rules(one, other)) == []
