from tests.unit.checking import messages, problems

CODE = "negation-cycle"


def rules(*when_then: tuple[str, str]) -> str:
    lines = [
        f"  - {{id: r{n}, when: {when}, then: {{assert: {fact}}}, because: It is}}\n"
        for n, (when, fact) in enumerate(when_then, 1)
    ]
    return "ruleset: test\nrules:\n" + "".join(lines)


def test_a_fact_that_needs_its_own_absence_is_an_error() -> None:
    assert messages(CODE, rules(("not hot", "hot"))) == [
        "error: `hot` depends on its own negation: rule `r1` asserts `hot` from not `hot`"
    ]


def test_a_longer_cycle_is_shown_step_by_step() -> None:
    (found,) = problems(CODE, rules(("not cold", "hot"), ("mild", "cold"), ("hot", "mild")))
    assert found.message == (
        "`hot` depends on its own negation: rule `r1` asserts `hot` from not `cold`,"
        " rule `r2` asserts `cold` from `mild`, rule `r3` asserts `mild` from `hot`"
    )
    assert [each.position.line for each in found.related] == [4, 5]


def test_a_cycle_without_a_negation_and_a_negation_without_a_cycle_are_fine() -> None:
    assert messages(CODE, rules(("cold", "mild"), ("mild", "cold"))) == []
    assert messages(CODE, rules(("not hot", "cold"), ("not cold", "mild"))) == []
    assert messages(CODE, rules(("not not hot", "hot"))) == []


def test_two_cycles_are_two_problems_and_one_cycle_is_one() -> None:
    assert len(messages(CODE, rules(("not a", "a"), ("not b", "b")))) == 2
    assert len(messages(CODE, rules(("not b", "a"), ("not a", "b")))) == 1
