"""YAML becomes a tree of texts; what hides its meaning is refused."""

from engine.language.document import Mapping, Scalar
from engine.language.parse_yaml import MAX_DEPTH, parse_yaml
from engine.language.problem import Problem


def _read(source: str) -> tuple[Mapping | None, list[str]]:
    problems: list[Problem] = []
    return parse_yaml("f", source, problems), [problem.code for problem in problems]


def test_nothing_is_converted() -> None:
    traps = (
        "22:00",
        "no",
        "on",
        "010",
        "1e3",
        "1_000",
        "0x10",
        ".nan",
        ".inf",
        "~",
        "null",
        "1:30",
    )
    document, codes = _read("".join(f"k{n}: {trap}\n" for n, trap in enumerate(traps)))
    assert document is not None
    assert not codes
    assert tuple(v.text for _, v in document.items if isinstance(v, Scalar)) == traps


def test_keys_are_texts_too() -> None:
    document, _ = _read("no: 1\n22:00: 2\n")
    assert document is not None
    assert [key.text for key, _ in document.items] == ["no", "22:00"]


def test_the_last_allowed_depth_is_read_and_one_more_is_not() -> None:
    assert not _read("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))[1]
    assert _read("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH)[1] == ["limit-exceeded"]
    assert _read("? " * 3000)[1] == ["limit-exceeded"]
    assert _read("- " * 3000)[1] == ["limit-exceeded"]


def test_a_laugh_of_nine_levels_is_refused_without_being_walked() -> None:
    levels = "a: &a [x]\n" + "".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert set(_read(levels)[1]) == {"yaml-feature"}


def test_the_first_of_two_equal_keys_is_kept() -> None:
    document, codes = _read("a: 1\na: 2\n")
    assert codes == ["duplicate-key"]
    assert document is not None
    assert [value.text for _, value in document.items if isinstance(value, Scalar)] == ["1"]


def test_a_mapping_as_a_key_is_refused() -> None:
    assert _read("? {a: b}\n: c\n")[1] == ["wrong-shape"]


def test_a_first_document_may_have_its_mark() -> None:
    assert _read("---\na: b\n")[1] == []
