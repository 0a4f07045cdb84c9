from tests.unit.checking import messages, problems, rule, rules

CODE = "rule-never-fires"


def test_the_parts_that_exclude_each_other_are_named_and_no_others() -> None:
    text = rules(rule("a", "[flowing, top > 60 °C, pv > 1 kW, top < 50 °C]", "pump: on"))
    (found,) = problems(CODE, text)
    assert found.message == (
        "rule `a` can never fire: `top > 60 °C` and `top < 50 °C` exclude each other"
    )
    assert len(found.related) == 1


def test_a_single_impossible_part_is_named() -> None:
    text = rules(rule("a", "[flowing, pv - load > 21 kW]", "pump: on"))
    assert messages(CODE, text) == [
        "warning: rule `a` can never fire: `pv - load > 21 kW` is impossible"
    ]


def test_a_condition_is_blamed_instead_of_its_rules() -> None:
    before = "conditions:\n  odd: {when: 'top > 60 °C and top < 50 °C', for: 1 min}\n"
    text = rules(rule("a", "[odd, flowing]", "pump: on"), before=before)
    assert messages(CODE, text) == [
        (
            "warning: condition `odd` can never be TRUE:"
            " `top > 60 °C` and `top < 50 °C` exclude each other"
        )
    ]


def test_a_rule_that_can_fire_is_left_alone() -> None:
    before = "conditions:\n  sunny: {when: pv > 3 kW, until: pv < 2 kW}\n"
    text = rules(rule("a", "[sunny, pv < 2.5 kW]", "pump: on"), before=before)
    assert messages(CODE, text) == []
