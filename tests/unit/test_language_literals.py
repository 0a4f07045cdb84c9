import pytest

from engine.language.literals import MAX_LITERALS, TooManyAlternativesError, alternatives
from engine.language.load import load
from tests.unit.engine_rig import PLANT, rulebook, scanned


def rules(when: str, facts: int = 0) -> str:
    lines = [f"  - {{id: d{n}, when: x > {n} W, then: {{assert: f.d{n}}}}}" for n in range(facts)]
    rule = f"  - {{id: r, when: {when}, then: {{p: on}}, because: x, salience: 1}}"
    return "\n".join(["rules:", *lines, rule]) + "\n"


def test_parts_without_derived_facts_are_leaves_whatever_they_hold() -> None:
    book = rulebook(rules("[a, {any: [b, x > 1 kW]}]"))
    (only,) = alternatives(book.rules[0].when)
    assert [literal.is_derived for literal in only] == [False, False]


def test_negations_are_pushed_down_to_the_literals() -> None:
    book = rulebook(rules("not (f.d0 or f.d1 and a)", 2))
    found = alternatives(book.rules[-1].when)
    assert [[literal.positive for literal in option] for option in found] == [[False, False]] * 2


def test_more_leaves_than_a_pattern_holds_are_joined() -> None:
    parts = ", ".join([*(f"x > {n} W" for n in range(20)), "f.d0", "not b"])
    text = rules(f"[{parts}]", 1)
    (only,) = alternatives(rulebook(text).rules[-1].when)
    assert len(only) == MAX_LITERALS
    _, results = scanned(
        text,
        {"x": 50.0, "b": False}, {"x": 18.0, "b": False}, {"x": 50.0, "b": True}, {"x": 50.0},
    )  # fmt: skip
    assert [each.trace.rule_truths[-1] for each in results] == [True, False, False, None]


@pytest.mark.parametrize(
    "when",
    [
        "[" + ", ".join(f"{{any: [f.d{2 * n}, f.d{2 * n + 1}]}}" for n in range(6)) + "]",
        "[" + ", ".join(f"f.d{n}" for n in range(MAX_LITERALS + 1)) + "]",
        "[" + ", ".join([*(f"f.d{n}" for n in range(MAX_LITERALS)), "a"]) + "]",
    ],
)
def test_what_no_pattern_can_hold_is_an_error(when: str) -> None:
    text = rules(when, MAX_LITERALS + 1)
    loaded = load({"plant.yaml": PLANT.encode(), "rules.yaml": text.encode()}).rulebook
    with pytest.raises(TooManyAlternativesError):
        alternatives(loaded.rules[-1].when)
