"""A mapping with known keys."""

from engine.language.document import Mapping, Scalar, Sequence
from engine.language.form import as_mapping, as_scalar, as_sequence, open_form
from engine.language.problem import Problem
from tests.unit.language_samples import START, scalar

EMPTY = Scalar("", "", START)


def test_known_keys_are_read_and_unknown_ones_reported() -> None:
    problems: list[Problem] = []
    node = Mapping(
        ((scalar("about"), scalar("two\n words")), (scalar("whem"), EMPTY), (scalar("id"), EMPTY)),
        START,
    )
    form = open_form(node, "a rule", ("about", "when", "id"), problems)
    assert form is not None
    assert form.text("about") == "two words"
    assert form.text("when") == ""
    assert form.node("id") is None
    assert [(p.code, p.help) for p in problems] == [("unknown-key", "did you mean `when`?")]


def test_a_key_that_is_needed_may_be_neither_absent_nor_empty() -> None:
    problems: list[Problem] = []
    form = open_form(Mapping(((scalar("id"), EMPTY),), START), "a rule", ("id", "when"), problems)
    assert form is not None
    assert form.scalar("id", needed=True) is None
    assert form.node("when", needed=True, advice="say when") is None
    assert [(p.message, p.help) for p in problems] == [
        ("a rule needs `id`", ""),
        ("a rule needs `when`", "say when"),
    ]


def test_each_shape_is_told_from_the_others() -> None:
    problems: list[Problem] = []
    text, listed, mapping = scalar("a"), Sequence((), START), Mapping((), START)
    assert as_scalar(text, "x", problems) is text
    assert as_sequence(listed, "x", problems) is listed
    assert as_mapping(mapping, "x", problems) is mapping
    assert not problems
    assert as_scalar(listed, "x", problems) is None
    assert as_sequence(mapping, "x", problems) is None
    assert as_mapping(text, "x", problems) is None
    assert {problem.code for problem in problems} == {"wrong-shape"}
    assert open_form(listed, "x", (), problems) is None
