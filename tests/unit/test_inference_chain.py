import pytest

from engine.inference import chain
from engine.inference.chain import GROUP_SIZE, build_groups, reader
from engine.inference.network import build
from engine.inference.slots import Slots
from tests.unit.engine_rig import rulebook, scanned


def many(count: int) -> str:
    lines = [f"  - {{id: r{n}, when: x > {n} W, then: {{assert: f.f{n}}}}}" for n in range(count)]
    return "rules:\n" + "\n".join(lines) + "\n"


def test_rules_that_share_nothing_are_packed_into_groups_of_bounded_size() -> None:
    groups = [group for _, _, group in build(rulebook(many(60))).groups]
    assert len(groups) > 1
    assert all(len(group.owners) <= GROUP_SIZE for group in groups)


def test_a_negation_reads_a_group_that_has_fired_before() -> None:
    rules = """
rules:
  - {id: late, when: not warm, then: {p: on}, because: x}
  - {id: early, when: a, then: {assert: warm}}
"""
    network = build(rulebook(rules))
    written = [set(group.writes) for _, _, group in network.groups]
    late, early = network.rule_slots
    assert [late in writes for writes in written] == [False, True]
    assert [early in writes for writes in written] == [True, False]


def test_combinations_seen_before_are_remembered_within_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chain, "CACHE_SIZE", 2)
    network = build(rulebook("rules:\n  - {id: r, when: a, then: {p: on}, because: x}\n"))
    group = network.groups[0][2]
    for truth in (True, False, None, True):
        assert group.fire((truth,)) == (truth,)
        assert len(group.cache) <= 2


def test_a_rule_that_asserts_two_facts_has_one_truth() -> None:
    rules = "rules:\n  - {id: r, when: a, then: {assert: [f.one, f.two]}}\n"
    _, (first, second) = scanned(rules, {"a": True}, {})
    assert first.trace.rule_truths == (True,)
    assert second.trace.rule_truths == (None,)


def test_no_rules_make_no_groups() -> None:
    assert build_groups((), Slots()) == ()


def test_a_reader_of_one_slot_still_yields_a_tuple() -> None:
    assert reader((1,))([None, True]) == (True,)
    assert reader((1, 0))([None, True]) == (True, None)
