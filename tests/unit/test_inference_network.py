from engine.inference.network import build
from engine.inference.slots import content_of, lay_out
from tests.unit.engine_rig import condition, rulebook

RULES = """
rules:
  - {id: r, when: age(x) > 5 s, then: {m: x}, because: x}
trips:
  - {id: t, when: a, force: {m: 0 W}, because: x}
interlocks:
  - {id: k, while: b, limit: {m: {at_most: x}}, because: x}
permissives:
  - {id: q, output: m, needs: b, because: x}
"""


def test_slots_follow_the_rulebook() -> None:
    network = build(rulebook(RULES))
    assert [len(each) for each in network.proposals] == [1]
    assert [len(network.trips), len(network.interlocks), len(network.permissives)] == [1, 1, 1]
    assert [len(each) for each in network.limits] == [1]
    assert [index for index, _ in network.ages] == [0]
    assert (len(network.outputs), len(network.deciding)) == (3, 3)


def test_the_calendar_is_read_only_where_rules_ask_for_it() -> None:
    assert not build(condition("x > 1 kW")[0]).reads_calendar
    assert build(condition("weekday is mon")[0]).reads_calendar


def test_the_same_is_the_same_wherever_it_stands() -> None:
    (_, one), (_, other) = condition("x > 1 kW"), condition("   x > 1 kW")
    assert one != other
    assert content_of(one) == content_of(other)


def test_what_a_scan_is_given_lies_lowest() -> None:
    book, when = condition("age(x) > 5 s")
    slots = lay_out(book, [when])
    assert (slots.ages["x"], slots.count) == (4, 4 + 1 + 5 + 3 + 3)
