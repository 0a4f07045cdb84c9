"""The parts of the format: tokens, columns, lines, spacing, roles."""

import pytest

from adapters.editor.schemas import schemas
from engine.language.document import Scalar
from engine.language.grammar import lexemes
from engine.language.parse_yaml import parse_yaml
from engine.language.position import NOWHERE
from engine.workshop.editor.columns import paddings
from engine.workshop.editor.layout import laid_out
from engine.workshop.editor.lines import Lines
from engine.workshop.editor.pieces import pieces
from engine.workshop.editor.role import Role
from engine.workshop.editor.spacing import spaced, spaced_scalar
from engine.workshop.editor.tokens import UnusualError, comments, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not(a>3.6kW and b is hold)or c in[x,y] for 3min",
         "not (a > 3.6 kW and b is hold) or c in [x, y] for 3 min"),
        ("-a+min( b,-3 W )*2", "-a + min(b, -3 W) * 2"),
        ("between sunset-1 h and 06:00", "between sunset - 1 h and 06:00"),
        ("a - -b", "a - -b"),
        ("a >", "a >"),
        ("a && b", "a && b"),
        ("", ""),
    ],
)  # fmt: skip
def test_an_expression_has_one_space_around_its_operators(text: str, expected: str) -> None:
    assert spaced(text) == expected
    assert spaced(expected) == expected


@pytest.mark.parametrize(
    ("raw", "text", "style", "is_constant", "expected"),
    [
        ("a>b", "a>b", "", False, "a > b"),
        ('"a>b"', "a>b", '"', False, '"a > b"'),
        ("'it''s'", "it's", "'", False, "'it''s'"),
        ("a\n  >b", "a >b", "", False, "a\n  >b"),
        ("a-b", "a-b", "", True, "a-b"),
        ("2026-1-5", "2026-1-5", "", True, "2026-1-5"),
        ("3kW", "3kW", "", True, "3 kW"),
        ("2K/s", "2K/s", "", True, "2 K/s"),
        ("5%", "5%", "", True, "5 %"),
        ("20°C", "20°C", "", True, "20 °C"),
    ],
)
def test_a_scalar_keeps_its_quotes(
    raw: str, text: str, style: str, is_constant: bool, expected: str
) -> None:
    scalar = Scalar(text, style, NOWHERE, raw)
    assert spaced_scalar(scalar, is_constant=is_constant) == expected


def test_a_beginning_says_what_may_follow() -> None:
    assert lexemes("a > 3 kW").is_whole
    found = lexemes("battery.mode is ")
    assert not found.is_whole
    assert {"NAME", "NOT", "KNOWN"} <= found.may_follow
    assert [each[1] for each in found.tokens] == ["battery.mode", "is"]
    assert not lexemes("a b").may_follow
    assert not lexemes("a" * 3_000).tokens


def test_every_comment_is_found_also_beside_a_block() -> None:
    source = "# one\na: | # two\n  # no comment\n# three\nb: {c: d, # four\n  e: f}\n"
    assert comments(source) == ["# one", "# two", "# three", "# four"]


def test_an_explicit_key_is_unusual() -> None:
    with pytest.raises(UnusualError, match=r"\?"):
        list(tokens("? a\n: b\n"))


def test_only_neighbours_stand_in_a_column() -> None:
    found = paddings(tuple(tokens("a: {b: c}\nlong: {\n  b: c}\n\nx: {b: c}\ny: d\n")))
    assert sorted(found.values()) == [0, 0, 3]


def test_comments_of_neighbouring_lines_stand_in_a_column() -> None:
    lines = Lines()
    for code, comment in (("a: b", "# one"), ("long: c", "# two"), ("d: e", "")):
        lines.begin(0)
        lines.add(code)
        lines.end(comment)
    assert lines.written() == "a: b     # one\nlong: c  # two\nd: e\n"


def test_other_words_are_written_where_they_are_given() -> None:
    assert laid_out("a:   b\n", {5: "c"}) == "a: c\n"


def test_every_text_has_its_role() -> None:
    source = """ruleset: mine
let: {surplus: pv - load}
conditions:
  sunny: {when: surplus > 1 W, for: 3 min}
rules:
  - id: one
    when: [sunny, {any: [a, {not: b}]}]
    then: {out.put: surplus, assert: [c, d]}
    because: So.
trips: [{id: t, when: sunny, force: {out.put: 0 W}}]
interlocks: [{id: i, while: sunny, limit: {out.put: {at_most: 3 W}}}]
permissives: [{id: p, output: out.put, needs: sunny}]
"""
    document = parse_yaml("rules.yaml", source, [])
    assert document is not None
    found = [(each.scalar.text, each.role) for each in pieces(schemas({})["rules"], document)]
    assert found == [
        ("mine", Role.RULESET),
        ("surplus", Role.SIGNAL),
        ("pv - load", Role.NUMBER),
        ("sunny", Role.CONDITION),
        ("surplus > 1 W", Role.TRUTH),
        ("3 min", Role.CONSTANT),
        ("one", Role.RULE),
        ("sunny", Role.TRUTH),
        ("a", Role.TRUTH),
        ("b", Role.TRUTH),
        ("out.put", Role.OUTPUT_USED),
        ("surplus", Role.VALUE),
        ("c", Role.DERIVED),
        ("d", Role.DERIVED),
        ("So.", Role.PROSE),
        ("t", Role.TRIP),
        ("sunny", Role.TRUTH),
        ("out.put", Role.OUTPUT_USED),
        ("0 W", Role.CONSTANT),
        ("i", Role.INTERLOCK),
        ("sunny", Role.TRUTH),
        ("out.put", Role.OUTPUT_USED),
        ("3 W", Role.VALUE),
        ("p", Role.PERMISSIVE),
        ("out.put", Role.OUTPUT_USED),
        ("sunny", Role.TRUTH),
    ]
