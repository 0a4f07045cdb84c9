"""Each name once."""

import pytest

from engine.language.problem import Problem
from engine.language.registry import Registry
from tests.unit.language_samples import scalar


@pytest.mark.parametrize(
    ("first", "second", "allowed"),
    [
        ("fact", "output", False),
        ("signal", "condition", False),
        ("fact", "derived fact", False),
        ("derived fact", "derived fact", True),
        ("rule", "rule", False),
        ("rule", "trip", True),
        ("rule", "fact", True),
    ],
)
def test_who_may_share_a_name(first: str, second: str, allowed: bool) -> None:
    problems: list[Problem] = []
    registry = Registry(problems)
    assert registry.claim(first, scalar("a"))
    assert registry.claim(second, scalar("a")) is allowed
    assert [problem.code for problem in problems] == ([] if allowed else ["duplicate-id"])


def test_words_of_the_language_are_taken_for_what_expressions_read() -> None:
    problems: list[Problem] = []
    registry = Registry(problems)
    assert not registry.claim("signal", scalar("min"))
    assert registry.claim("rule", scalar("min"))
    assert not registry.claim("rule", scalar("a b"))
    assert not registry.claim("rule", scalar("a" * 81))
    assert [problem.code for problem in problems] == ["bad-name", "bad-name", "limit-exceeded"]
