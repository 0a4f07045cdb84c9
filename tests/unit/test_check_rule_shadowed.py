from tests.unit.checking import messages, rule, rules

CODE = "rule-shadowed"


def test_a_rule_that_a_stronger_one_always_overrules_is_reported() -> None:
    text = rules(
        rule("weak", "[top > 60 °C, flowing]", "miner: 1 kW", salience=1),
        rule("strong", "top > 50 °C", "miner: 2 kW", salience=2),
    )
    assert messages(CODE, text) == [
        (
            "warning: rule `weak` never decides anything: whenever it fires, `strong` fires as well"
            " and decides the same outputs"
        )
    ]


def test_two_stronger_rules_may_share_the_outputs() -> None:
    text = rules(
        rule("weak", "top > 60 °C", "miner: 1 kW, pump: off", salience=1),
        rule("strong", "top > 50 °C", "miner: 2 kW", salience=2),
        rule("strict", "top > 40 °C", "pump: on", salience=3),
    )
    (found,) = messages(CODE, text)
    assert "`strong` and `strict` fires" in found


def test_a_rule_that_may_have_its_way_is_left_alone() -> None:
    strong = rule("strong", "top > 50 °C", "miner: 2 kW", salience=2)
    unknown_value = rule("strong", "top > 50 °C", "'miner': 'min(pv, 2 kW)'", salience=2)
    for one, other in (
        (rule("weak", "top > 45 °C", "miner: 1 kW"), strong),
        (rule("weak", "top > 60 °C", "miner: 1 kW, pump: on"), strong),
        (rule("weak", "top > 60 °C", "miner: 1 kW, assert: hot"), strong),
        (rule("weak", "top > 60 °C", "miner: 1 kW", salience=3), strong),
        (rule("weak", "top > 60 °C", "miner: 1 kW"), unknown_value),
    ):
        assert messages(CODE, rules(one, other)) == []
