"""Names get their kind, nodes their type."""

import pytest

from engine.language.expression import (
    All,
    Boolean,
    Comparison,
    Name,
    NameKind,
    State,
    names,
    walk,
)
from engine.language.resolve import kind_of
from engine.language.types import BOOL, EnumType, NumberType
from tests.unit.language_samples import resolved, rules, when


def test_every_node_has_a_type_and_every_name_a_kind() -> None:
    condition = resolved(
        "not (pv.power - house.load > 3 kW and p3.running) or battery.mode in [off, hold] "
        "or between 22:00 and 06:00 or age(buffer.top) > 5 min and miner.power_target < 2 kW"
    )
    assert all(node.type is not None for node in walk(condition))
    assert names(condition, NameKind.POINT) == (
        "pv.power", "house.load", "p3.running", "battery.mode", "buffer.top",
    )  # fmt: skip
    assert names(condition, NameKind.OUTPUT) == ("miner.power_target",)
    assert not names(condition, NameKind.UNRESOLVED)


def test_off_is_a_state_where_states_are_and_a_truth_elsewhere() -> None:
    both = resolved("battery.mode is off and p3.running is off")
    assert isinstance(both, All)
    one, other = both.operands
    assert isinstance(one, Comparison)
    assert isinstance(other, Comparison)
    assert isinstance(one.right, State)
    assert isinstance(other.right, Boolean)


def test_a_state_may_stand_on_the_left() -> None:
    found = resolved("hold == battery.mode")
    assert isinstance(found, Comparison)
    assert isinstance(found.left, State)


def test_words_of_yaml_are_constants_where_a_truth_is_expected() -> None:
    for word in ("true", "on", "yes"):
        found = resolved(f"p3.running == {word}")
        assert isinstance(found, Comparison)
        assert isinstance(found.right, Boolean)
        assert found.right.value


def test_names_know_their_unit() -> None:
    found = resolved("pv.power > 3 kW")
    assert isinstance(found, Comparison)
    assert isinstance(found.left, Name)
    assert found.left.unit is not None
    assert found.left.unit.symbol == "W"


def test_a_signal_may_be_a_number_a_truth_or_a_state() -> None:
    loaded = rules(
        "let:\n  n: pv.power / 2\n  t: p3.running and n > 3 kW\n  s: battery.mode\n"
        "conditions:\n  c: t and s is hold and n > 2 kW\n"
    )
    assert loaded.ok, loaded.problems
    types = [type(signal.expression.type) for signal in loaded.rulebook.signals]
    assert types == [NumberType, type(BOOL), EnumType]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a and b and c", 3),
        ("a < b", 2),
        ("age(a) > 3 s", 1),
        ("a > 3 W and battery.mode is x", 2),
        ("not a or b", 2),
    ],
)
def test_all_unknown_names_are_found_at_once(text: str, count: int) -> None:
    assert len(when(text).problems) == count


def test_kinds_have_names() -> None:
    assert [kind_of(kind) for kind in (NumberType(), BOOL, EnumType(("a",)), None)] == [
        "a number", "on or off", "a state", "unknown",
    ]  # fmt: skip
