"""Comparisons behind a condition: through names, negations, derived facts and hysteresis."""

from engine.language.leaves import Leaf, Leaves
from engine.language.text import to_text
from tests.unit.looping import rulebook

RULES = """
conditions:
  warm: buffer.top > 50 °C
  sunny: {when: pv.power > 3 kW, until: pv.power < 2 kW, for: 1 min}
  quiet: not sunny
rules:
  - {id: one, when: [warm, grid.power < 1 kW], then: {assert: good}}
  - {id: two, when: {any: [quiet, house.load < 1 kW]}, then: {assert: good}}
  - {id: ring, when: good, then: {assert: good}}
  - {id: asked, when: not good, then: {pump.run_target: on}}
"""


def leaves() -> tuple[Leaf, ...]:
    book = rulebook(RULES)
    return Leaves(book).of(next(rule.when for rule in book.rules if rule.id == "asked"))


def test_every_comparison_is_found_with_what_is_wanted_of_it_and_the_way_to_it() -> None:
    assert [(to_text(leaf.comparison), leaf.wanted, leaf.way) for leaf in leaves()] == [
        ("buffer.top > 50 °C", False, ("warm", "one", "good")),
        ("grid.power < 1 kW", False, ("one", "good")),
        ("pv.power > 3 kW", True, ("sunny", "quiet", "two", "good")),
        ("house.load < 1 kW", False, ("two", "good")),
    ]


def test_a_hysteresis_is_known_by_what_ends_it() -> None:
    ends = {leaf.way[0]: leaf.ended_by for leaf in leaves()}
    assert ends["warm"] is None
    assert [to_text(end.comparison) for end in ends["sunny"] or ()] == ["pv.power < 2 kW"]
