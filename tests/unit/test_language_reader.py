"""Conditions and outputs, as every part of the loader reads them."""

from engine.language.expression import NameKind
from engine.language.placement import CONDITION
from engine.language.problem import Problem
from engine.language.reader import Reader
from engine.language.registry import Registry
from engine.language.scope import Entry, Scope
from tests.unit.language_samples import scalar


def _reader(problems: list[Problem], *, complete: bool = True) -> Reader:
    entries = {"broken": Entry(NameKind.OUTPUT, None)}
    return Reader(Scope(entries, complete), Registry(problems), {}, problems)


def test_an_unknown_output_is_reported_and_a_broken_one_is_not_again() -> None:
    problems: list[Problem] = []
    reader = _reader(problems)
    assert reader.output(scalar("broken")) is None
    assert not problems
    assert reader.output(scalar("other")) is None
    assert [problem.code for problem in problems] == ["unknown-output"]


def test_nothing_is_unknown_while_a_file_could_not_be_read() -> None:
    problems: list[Problem] = []
    reader = _reader(problems, complete=False)
    assert reader.output(scalar("other")) is None
    assert reader.condition(scalar("some.thing > 3 W"), "rule:r", CONDITION) is None
    assert not problems


def test_a_condition_without_a_tree_is_none() -> None:
    problems: list[Problem] = []
    assert _reader(problems).condition(scalar("a >"), "rule:r", CONDITION) is None
    assert [problem.code for problem in problems] == ["syntax"]
