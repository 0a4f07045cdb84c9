"""Expressions are read, or there is one problem where they stop making sense."""

import pytest

from engine.language.grammar import MAX_DEPTH, MAX_LENGTH, parse
from engine.language.problem import Problem
from engine.language.text import to_text
from tests.unit.language_samples import scalar, tree


def _problem(text: str) -> Problem:
    problems: list[Problem] = []
    assert parse(scalar(text), problems) is None
    assert len(problems) == 1
    return problems[0]


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("a or b and not c", "a or (b and (not c))"),
        ("not a == b", "not (a == b)"),
        ("a + b * c - d", "(a + (b * c)) - d"),
        ("a and b for 30 s", "(a and b) for 30 s"),
        ("a > 3 for 2 min", "(a > 3) for 2 min"),
        ("a > 5 and x", "(a > 5) and x"),
        ("a until b for 3 s hold 4 s", "(a) until (b) hold 4 s for 3 s"),
        ("3 kW<a<=4 kW", "3 kW < a and a <= 4 kW"),
        ("x is not known", "x is unknown"),
        ("x not in [a, b]", "not (x in [a, b])"),
        ("x in [a]", "x == a"),
        ("5min < x", "5 min < x"),
        ("android > 1", "(android) > 1"),
        ("x\u00a0>\u202f5", "x > 5"),
        ("+5 < -(-x)", "5 < --x"),
        ("between 24:00 and 6:00", "between 00:00 and 06:00"),
    ],
)
def test_two_ways_to_write_the_same(text: str, same_as: str) -> None:
    assert to_text(tree(text)) == to_text(tree(same_as))


@pytest.mark.parametrize(
    ("text", "column"),
    [("a b", 3), ("a > ", 4), ("(a", 3), ("a]", 2), ("a > > b", 5), ("5 kW kW", 6), ("x in a", 6)],
)
def test_an_error_stands_where_it_is_seen(text: str, column: int) -> None:
    problem = _problem(text)
    assert problem.code == "syntax"
    assert problem.position.column == column


def test_hold_is_a_state_and_a_time() -> None:
    assert to_text(tree("mode is hold hold 3 s")) == "mode == hold hold 3 s"


def test_length_and_depth_are_bounded() -> None:
    assert _problem("x" * (MAX_LENGTH + 1)).code == "limit-exceeded"
    assert _problem("not " * 400 + "x").code == "limit-exceeded"
    assert _problem("x+" * 200 + "x").code == "limit-exceeded"
    assert tree("not " * (MAX_DEPTH - 2) + "x")
    assert tree("(" * 900 + "x" + ")" * 900)


def test_every_node_has_its_place() -> None:
    place = tree("  buffer.top + 5 K").position
    assert (place.column, place.end_column) == (3, 19)
