"""Bytes become text, or the place of what is not text."""

import pytest

from engine.language.source import MAX_FILE_BYTES, place_of, read_text


@pytest.mark.parametrize(
    ("content", "code", "line", "column"),
    [
        (b"a: b\nc: \xff\n", "not-text", 2, 4),
        ("°\n°".encode() + b"\xb0", "not-text", 2, 2),
        (b"a\r\nb\x00", "not-text", 2, 2),
        ("a".encode("utf-16"), "not-text", 1, 1),
        ("a".encode("utf-32"), "not-text", 1, 1),
        (b"a:\n  \tb: c", "not-yaml", 2, 3),
        (b"x" * (MAX_FILE_BYTES + 1), "limit-exceeded", 1, 1),
    ],
)
def test_what_is_not_text_has_a_place(content: bytes, code: str, line: int, column: int) -> None:
    _, (problem,) = read_text("f", content)
    place = problem.position
    assert (problem.code, place.line, place.column) == (code, line, column)


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfa: b\n", b"a: b\r\n", b"a: b\r"])
def test_line_ends_and_the_mark_of_utf_8_do_not_matter(content: bytes) -> None:
    assert read_text("f", content) == ("a: b\n", ())


def test_a_tab_that_indents_nothing_is_fine() -> None:
    assert read_text("f", b"a: b\t\n\t\n  \t# note\n")[1] == ()


def test_a_place_counts_from_one() -> None:
    assert str(place_of("f", "ab\ncd", 4)) == "f:2:2"
