from tests.unit.checking import messages, problems, rule, rules

CODE = "conflicting-salience"


def test_two_rules_that_can_both_fire_are_reported_with_both_places() -> None:
    text = rules(
        rule("sun", "pv > 3 kW", "miner: 3 kW"), rule("cold", "top < 40 °C", "miner: 2 kW")
    )
    (found,) = problems(CODE, text)
    assert found.message == (
        "rules `sun` and `cold` can both fire with salience 0 and ask different values of `miner`"
    )
    assert (found.position.line, found.related[0].position.line) == (4, 3)


def test_the_fourth_rule_of_a_kind_is_reported_once() -> None:
    each = [rule(f"r{n}", f"pv > {n} kW", f"miner: {n} kW") for n in (1, 2, 3)]
    assert len(messages(CODE, rules(*each))) == 2


def test_rules_that_exclude_each_other_do_not_conflict() -> None:
    pairs = [
        ("pv > 3 kW", "pv <= 3 kW"),
        ("sunny", "not sunny"),
        ("mode is locked", "mode is forced"),
        ("flowing and top > 40 °C", "not flowing"),
        ("pv - load > 1 kW", "pv - load < 0 W"),
        ("between 06:00 and 22:00", "between 22:00 and 06:00"),
    ]
    before = "conditions:\n  sunny: {when: pv > 3 kW, until: pv < 2 kW, for: 3 min}\n"
    for one, other in pairs:
        both = (rule("a", one, "miner: 3 kW"), rule("b", other, "miner: 2 kW"))
        assert messages(CODE, rules(*both, before=before)) == []


def test_rules_of_other_salience_or_of_one_value_do_not_conflict() -> None:
    other_salience = rule("b", "top < 40 °C", "miner: 2 kW", salience=5)
    same_value = rule("b", "top < 40 °C", "miner: 3000 W")
    for other in (other_salience, same_value):
        assert messages(CODE, rules(rule("a", "pv > 3 kW", "miner: 3 kW"), other)) == []
