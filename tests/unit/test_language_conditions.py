"""Conditions as YAML."""

import pytest

from engine.language.expression import Timed
from engine.language.text import to_text
from tests.unit.language_samples import resolved, rules, when


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("[p3.running, p4.running]", "p3.running and p4.running"),
        ("{any: [p3.running, p4.running]}", "p3.running or p4.running"),
        ("{all: [p3.running, {any: [p4.running]}]}", "p3.running and p4.running"),
        ("{not: p3.running}", "not p3.running"),
        ("{not: [p3.running, p4.running]}", "not (p3.running and p4.running)"),
        ("{any: p3.running}", "p3.running"),
        ("[p3.running, not: p4.running]", "p3.running and not p4.running"),
        ("{condition: p3.running}", "p3.running"),
        ("{condition: p3.running, for: 30 s}", "p3.running for 30 s"),
        (
            "{condition: [p3.running, p4.running], until: not p3.running, hold: 1 h, rest: 1 min}",
            "p3.running and p4.running until not p3.running hold 1 h rest 1 min",
        ),
    ],
)
def test_a_structure_says_the_same_as_an_expression(text: str, same_as: str) -> None:
    assert to_text(resolved(text)) == to_text(resolved(same_as))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{any: }", "missing-key"),
        ("{any: []}", "wrong-shape"),
        ("{either: [p3.running]}", "unknown-key"),
        ("{until: p3.running}", "missing-key"),
        ("{condition: p3.running, fro: 3 s}", "unknown-key"),
        ("{condition: p3.running, for: 3}", "wrong-dimension"),
        ("{condition: p3.running, for: }", "missing-key"),
        ("{condition: , for: 3 s}", "missing-key"),
        ("{any: [p3.running], all: [p4.running]}", "wrong-shape"),
        ("{}", "missing-key"),
        ("[p3.running, [a b]]", "syntax"),
        ("", "missing-key"),
    ],
)
def test_what_is_no_condition(text: str, code: str) -> None:
    assert [problem.code for problem in when(text).problems] == [code]


def test_a_named_condition_has_its_own_form() -> None:
    loaded = rules(
        "conditions:\n  a: {when: p3.running, for: 3 s, about: x}\n  b: [a, p4.running]\n"
        "  c: {any: [a, b]}\n  d: not a\n"
    )
    assert loaded.ok, loaded.problems
    assert isinstance(loaded.rulebook.conditions[0].expression, Timed)
    assert len(loaded.rulebook.conditions) == 4


def test_a_list_is_bounded() -> None:
    assert [p.code for p in when(f"[{', '.join(['p3.running'] * 201)}]").problems] == [
        "wrong-shape"
    ]
