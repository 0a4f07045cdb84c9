from engine.inference.matcher import Pattern
from tests.matcher_stress import naive, wrong_evaluations


def test_durable_rules_agrees_with_a_naive_loop() -> None:
    evaluations, wrong = wrong_evaluations(60, seed=3)
    assert evaluations > 1_000
    assert wrong == 0


def test_the_naive_loop_chains() -> None:
    patterns = [Pattern(("a",), "b"), Pattern(("b", "c")), Pattern(("d",))]
    assert naive(patterns, ["a", "c"]) == {0, 1}
