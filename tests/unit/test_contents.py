from textwrap import dedent

from engine.language.checked import check_files
from engine.language.contents import expressions, names_read, parts, proposals_by_output
from engine.language.expression import NameKind
from engine.language.text import to_text
from tests.unit.checking import PLANT

RULES = """
ruleset: test
let: {surplus: pv - load}
conditions: {sunny: surplus > 3 kW}
rules:
  - {id: a, when: sunny and hot, then: {miner: pv}, because: x}
  - {id: b, when: top > 1 °C, then: {assert: hot}, because: x}
trips: [{id: t, when: top > 2 °C}]
interlocks: [{id: i, while: top > 3 °C, limit: {miner: {at_most: load}}}]
permissives: [{id: p, output: pump, needs: top > 4 °C}]
"""
RULEBOOK = check_files(
    {"plant.yaml": dedent(PLANT).encode(), "rules.yaml": RULES.encode()}
).rulebook


def test_every_place_where_an_expression_can_stand_is_walked() -> None:
    assert [to_text(each) for each in expressions(RULEBOOK)] == [
        *("pv - load", "surplus > 3 kW", "sunny and hot", "pv", "top > 1 °C", "top > 2 °C"),
        *("top > 3 °C", "load", "top > 4 °C"),
    ]


def test_names_are_told_apart_by_what_they_stand_for() -> None:
    assert (NameKind.DERIVED, "hot") in names_read(RULEBOOK)
    assert (NameKind.SIGNAL, "surplus") in names_read(RULEBOOK)
    assert (NameKind.POINT, "soc") not in names_read(RULEBOOK)


def test_proposals_are_found_by_their_output_and_parts_by_their_and() -> None:
    assert {name: len(each) for name, each in proposals_by_output(RULEBOOK).items()} == {"miner": 1}
    assert [to_text(part) for part in parts(RULEBOOK.rules[0].when)] == ["sunny", "hot"]
