"""A part of a scalar has its place in the file, whatever the style."""

import pytest

from engine.language.document import Mapping, Ruler, Scalar
from engine.language.parse_yaml import parse_yaml
from engine.language.problem import Problem


def _scalar(source: str) -> Scalar:
    problems: list[Problem] = []
    document = parse_yaml("f", source, problems)
    assert isinstance(document, Mapping), problems
    value = document.items[0][1]
    assert isinstance(value, Scalar)
    return value


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("k: one mark\n", 1, 8),
        ("k: 'one mark'\n", 1, 9),
        ('k: "one mark"\n', 1, 9),
        ("k: 'it''s one mark'\n", 1, 15),
        ("k: one\n  two mark\n", 2, 7),
        ("k: >\n  one\n  two mark\n", 3, 7),
        ("k: >-\n\n  one\n\n  mark\n", 5, 3),
        ("k: |\n  one\n    mark\n", 3, 5),
        ('k: "one\n  mark"\n', 2, 3),
        ('k: "\\u00b0 mark"\n', 1, 4),
    ],
)
def test_the_word_mark_is_found(source: str, line: int, column: int) -> None:
    scalar = _scalar(source)
    start = scalar.text.index("mark")
    place = Ruler(scalar).at(start, start + 4)
    assert (place.line, place.column) == (line, column)


def test_a_span_ends_with_its_line() -> None:
    scalar = _scalar("k: >\n  one\n  two\n")
    place = Ruler(scalar).at(0, 7)
    assert (place.line, place.column, place.end_column) == (2, 3, 6)


def test_the_end_of_a_text_has_a_place() -> None:
    for source in ("k: one\n", "k: |\n  one\n", "k: 'o''ne'\n"):
        scalar = _scalar(source)
        assert Ruler(scalar).at(len(scalar.text), len(scalar.text) + 1).column >= 4


def test_only_nothing_is_empty() -> None:
    assert _scalar("k:\n").is_empty
    assert not _scalar("k: ''\n").is_empty
