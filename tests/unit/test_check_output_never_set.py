from tests.unit.checking import messages, rule, rules


def test_an_output_without_a_rule_is_reported() -> None:
    assert messages("output-never-set", rules(rule("a", "flowing", "pump: on, miner: 1 kW"))) == [
        "warning: no rule sets `valve_a`: it stays at its default",
        "warning: no rule sets `valve_b`: it stays at its default",
    ]
