"""The parser's complaints in the operator's words."""

import pytest

from engine.language.parse_yaml import parse_yaml
from engine.language.problem import Problem


@pytest.mark.parametrize(
    ("source", "words", "place"),
    [
        ("a: b: c\n", "`:` too many", "f:1:5"),
        ("a: %\n", "cannot start with this", "f:1:4"),
        ("a: 'b\nc: d\n", "never closed", "f:1:4"),
        ("a: [b\nc: d\n", "is not closed", "f:2:2"),
        ("a: >5\n  b\n", "does not fit", "f:2:3"),
        ("a: b\n c: d\n", "`:` too many", "f:2:3"),
        ("a:\n  - b\n c: d\n", "does not fit", "f:3:2"),
        ('a: "\\x"\n', "this is not YAML", "f:1:7"),
    ],
)
def test_an_error_has_words_and_a_place(source: str, words: str, place: str) -> None:
    problems: list[Problem] = []
    assert parse_yaml("f", source, problems) is None
    (problem,) = problems
    assert problem.code == "not-yaml"
    assert words in problem.message
    assert str(problem.position) == place
