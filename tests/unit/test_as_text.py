"""The caret stands under exactly the span, whatever the line is made of."""

import pytest

from engine.language.position import NOWHERE, Position
from engine.language.problem import Problem, Related, Severity
from engine.language.render.as_text import as_text, pieces, summary


def problem(line: int, column: int, end: int, **more: str) -> Problem:
    place = Position("rules/a.yaml", line, column, end)
    return Problem("unknown-fact", Severity.ERROR, "nothing is called `x`", place, **more)


def excerpt(source: str, column: int, end: int) -> list[str]:
    text = as_text([problem(1, column, end)], {"rules/a.yaml": source}, 1)
    return [line[8:] for line in text.splitlines()[1:3]]


def test_a_problem_shows_its_place_its_line_and_what_to_do() -> None:
    found = problem(2, 9, 19, help="did you mean `buffer.top`?")
    text = as_text([found], {"rules/a.yaml": "rules:\n  when: buffer.tpo < 60 °C\n"}, 4)
    assert text == (
        "rules/a.yaml:2:9: error[unknown-fact]: nothing is called `x`\n"
        "    2 |   when: buffer.tpo < 60 °C\n"
        "      |         ^^^^^^^^^^\n"
        "       help: did you mean `buffer.top`?\n"
        "\n"
        "1 error in 4 files\n"
    )


def test_a_second_place_is_shown_with_its_own_line() -> None:
    first = Related(Position("rules/b.yaml", 1, 1, 3), "the first stands here")
    place = Position("rules/a.yaml", 1, 3, 5)
    found = Problem("duplicate-id", Severity.WARNING, "twice", place, "", (first,))
    text = as_text([found], {"rules/a.yaml": "- id", "rules/b.yaml": "id"}, 2)
    assert text == (
        "rules/a.yaml:1:3: warning[duplicate-id]: twice\n"
        "    1 | - id\n"
        "      |   ^^\n"
        "       rules/b.yaml:1:1: the first stands here\n"
        "    1 | id\n"
        "      | ^^\n"
        "\n"
        "1 warning in 2 files\n"
    )


@pytest.mark.parametrize(
    ("source", "column", "end", "shown", "carets"),
    [
        ("a: 60 °C < x", 12, 13, "a: 60 °C < x", "           ^"),
        ("\ta: x", 5, 6, "\ta: x", "\t   ^"),
        ("温度: x", 5, 6, "温度: x", "      ^"),
        ("温度: x", 1, 3, "温度: x", "^^^^"),
        ("cafe\u0301: x", 8, 9, "cafe\u0301: x", "      ^"),
        ("a: \x1b[31m", 4, 5, "a: ␛[31m", "   ^"),
        ("a: \u202eb", 4, 6, "a: �b", "   ^^"),
        ("a: \x7f", 4, 5, "a: ␡", "   ^"),
        ("a: x\r", 4, 5, "a: x", "   ^"),
        ("abc", 2, 0, "abc", " ^"),
        ("abc", 9, 12, "abc", "   ^"),
        ("abc", 2, 99, "abc", " ^^"),
        ("\n", 1, 1, "", "^"),
    ],
)
def test_the_caret_stands_under_the_span(
    source: str, column: int, end: int, shown: str, carets: str
) -> None:
    assert excerpt(source, column, end) == [shown, carets]


def test_a_very_long_line_is_cut_around_the_span() -> None:
    line, carets = excerpt("x" * 5000 + "HERE" + "y" * 5000, 5001, 5005)
    assert line.startswith("…xxx")
    assert line.endswith("yyy…")
    assert len(line) < 170
    start = carets.index("^")
    assert line[start : start + carets.count("^")] == "HERE"


def test_a_span_wider_than_what_is_shown_is_cut_with_it() -> None:
    line, carets = excerpt("x" * 5000, 1, 5001)
    assert len(carets) <= len(line)


def test_a_place_without_a_line_or_a_file_shows_none() -> None:
    whole_file = Problem("a", Severity.ERROR, "is a folder", Position("rules/x.yaml", 0, 0))
    nowhere = Problem("b", Severity.ERROR, "is\nnowhere", NOWHERE)
    gone = Problem("c", Severity.ERROR, "is past the end", Position("rules/x.yaml", 9, 1, 2))
    assert as_text([whole_file, nowhere, gone], {"rules/x.yaml": "x"}, 1).splitlines() == [
        "rules/x.yaml: error[a]: is a folder",
        "",
        "error[b]: is␊nowhere",
        "",
        "rules/x.yaml:9:1: error[c]: is past the end",
        "",
        "3 errors in 1 file",
    ]


def test_a_file_that_is_empty_or_was_not_read_shows_no_line() -> None:
    text = as_text([problem(1, 1, 2)], {"rules/a.yaml": ""}, 1)
    assert text.splitlines()[1:] == ["", "1 error in 1 file"]


def test_the_summary_counts_in_words() -> None:
    warning = Problem("a", Severity.WARNING, "", NOWHERE)
    error = Problem("a", Severity.ERROR, "", NOWHERE)
    assert summary([], 1) == "no problems in 1 file"
    assert summary([warning, error, error], 4) == "2 errors, 1 warning in 4 files"


def test_the_pieces_are_the_text() -> None:
    found = [problem(1, 1, 2, help="so")]
    sources = {"rules/a.yaml": "x"}
    assert "".join(text for text, _ in pieces(found, sources, 1)) == as_text(found, sources, 1)
