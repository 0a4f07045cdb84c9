"""Values that a comma cut into pieces are put together again and reported."""

from engine.language.document import Mapping, Scalar, Sequence
from engine.language.parse_yaml import parse_yaml
from engine.language.problem import Problem


def _value(source: str) -> tuple[list[str], list[str]]:
    problems: list[Problem] = []
    document = parse_yaml("f", source, problems)
    assert document is not None
    node = document.items[0][1]
    texts: list[str] = []
    match node:
        case Mapping(items=items):
            texts = [value.text for _, value in items if isinstance(value, Scalar)]
        case Sequence(items=values):
            texts = [value.text for value in values if isinstance(value, Scalar)]
        case Scalar():
            texts = [node.text]
    return texts, [problem.code for problem in problems]


def test_a_call_in_braces_is_put_together() -> None:
    assert _value("a: {b: min(c, clamp(d, e, f)), g: h}\n") == (
        ["min(c, clamp(d, e, f))", "h"],
        ["flow-comma"],
    )


def test_a_call_in_brackets_is_put_together() -> None:
    assert _value("a: [b, min(c, d) > e, f]\n") == (["b", "min(c, d) > e", "f"], ["flow-comma"])


def test_a_call_over_two_lines_is_put_together() -> None:
    assert _value("a: {b: min(c,\n  d)}\n") == (["min(c, d)"], ["flow-comma"])


def test_what_is_meant_as_it_stands_stays() -> None:
    assert _value("a: {b: '(', c: , d: e}\n") == (["(", "", "e"], [])
    assert _value("a: [(, b]\n") == (["(", "b"], [])
    assert _value("a: [(b, 'c)']\n") == (["(b", "c)"], [])
    assert _value("a: {b}\n") == ([""], [])
