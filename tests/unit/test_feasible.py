"""What is certainly impossible is found; what may be possible is never called impossible."""

import pytest

from engine.language.expression import Name, Timed
from engine.language.feasible import IS_FALSE, IS_TRUE, Feasibility
from tests.unit.feasible_plant import FEASIBILITY, RULEBOOK, read, timed

IMPOSSIBLE = [
    "top > 60 °C and top < 50 °C",
    "top > 60 °C and top <= 60 °C",
    "50 °C > top and top > 60 °C",
    "top > 120 °C",
    "soc > 100 %",
    "soc < 0 %",
    "pv - load > 20.1 kW",
    "pv + 1 W < 0 W",
    "surplus > 23.4 kW",
    "surplus > 15 kW and pv < 11 kW",
    "surplus > 3 kW and surplus < 2 kW",
    "pv - load > 3 kW and pv - load < 3 kW",
    "pv > load and load > pv",
    "pv > load and load >= pv",
    "pv > load and pv < 2 kW and load > 3 kW",
    "pv < pv",
    "pv != pv",
    "pv != load and pv == load",
    "pv == 3 kW and pv != 3 kW",
    "min(pv, 3 kW) > 4 kW",
    "min(pv, load) > 4 kW and load < 3 kW",
    "max(pv, load) < 4 kW and load > 5 kW",
    "abs(pv) < 0 W",
    "clamp(pv, 1 kW, 2 kW) > 3 kW",
    "-pv > 0 W",
    "pv * 2 > 50 kW",
    "pv * 2 < 4 kW and pv > 3 kW",
    "pv / 2 > 11 kW",
    "pump and not pump",
    "pump and not flow",
    "mode == locked and mode == forced",
    "mode != locked and mode != normal and mode != forced",
    "sunny and not sunny",
    "sunny and surplus < 2.9 kW",
    "sunny and surplus < 1 kW",
    "sunny and not (surplus is known)",
    "steady and top < 40 °C",
    "not (top > 60 °C or top <= 60 °C)",
    "(top > 60 °C or top < 20 °C) and (30 °C < top < 50 °C)",
    "summer and not summer",
    "summer and top < 70 °C",
    "not (top is known) and top > 20 °C",
    "not (pv is known) and surplus > 20 W",
    "surplus is known and not (load is known)",
    "weekday == mon and weekday == tue",
    "between 22:00 and 06:00 and between 07:00 and 21:00",
    "between 22:00 and 06:00 and not between 20:00 and 08:00",
    "not between 00:00 and 12:00 and not between 12:00 and 00:00",
    "pump == true and not pump",
    "pump != true and flow",
    "between sunrise and sunset and not between sunrise and sunset",
    "max(pv, 3 kW) < 2 kW",
    "pv / load > 3 and pv / load < 2",
    "pv / 2 > 5 kW and pv < 9 kW",
    "clamp(pv, 1 kW, load) > 5 kW and load < 0.5 kW and pv < 4 kW",
    "false",
]

POSSIBLE = [
    "top > 60 °C and top < 61 °C",
    "top >= 60 °C and top <= 60 °C",
    "top >= 120 °C",
    "pv - load > 19 kW",
    "pv != load",
    "surplus > 23.2 kW",
    "pv > load and load > 3 kW",
    "sunny and surplus < 3.5 kW",
    "not sunny and surplus > 5 kW",
    "lively and top < 40 °C",
    "not steady and top > 60 °C",
    "not lively and top < 60 °C",
    "winter and top < 70 °C",
    "summer and not winter",
    "mode != locked and mode != normal",
    "top > 60 °C or top < 20 °C",
    "age(top) > 1 h and top is known",
    "age(top) > 1 h and not (top is known)",
    "not (top is known) and pv > 20 W",
    "rate(top, 5 min) > 1 K/min and rate(top, 5 min) < 2 K/min",
    "average(pv, 5 min) > 3 kW and pv < 1 kW",
    "pv / load > 3",
    "between 22:00 and 06:00 and between 05:00 and 08:00",
    "between 22:00 and 06:00 and not between 22:00 and 05:59",
    "between sunrise and sunset and between 22:00 and 23:00",
    "weekday == mon and not (weekday == tue)",
    "pv * soc > 0 W",
    "true",
]


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_what_cannot_be_is_found(text: str) -> None:
    assert FEASIBILITY.never(read(text))


@pytest.mark.parametrize("text", POSSIBLE)
def test_what_may_be_is_left_alone(text: str) -> None:
    assert not FEASIBILITY.never(read(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("top > 60 °C", "top > 50 °C"),
        ("top > 60 °C and pump", "pump"),
        ("top > 60 °C", "top > 50 °C or pump"),
        ("20 °C < top < 30 °C", "10 °C < top < 40 °C"),
        ("mode == locked", "mode != forced"),
        ("steady", "top > 50 °C"),
        ("steady", "top > 45 °C"),
        ("top > 50 °C and sunny", "sunny"),
        ("between 23:00 and 05:00", "between 22:00 and 06:00"),
        ("summer", "top > 75 °C"),
        ("surplus > 4 kW", "pv - load + miner > 3 kW"),
        ("top > 60 °C", "top is known"),
        ("top > 50 °C", "lively"),
    ],
)
def test_what_follows_is_seen(one: str, other: str) -> None:
    assert FEASIBILITY.implies(read(one), read(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("top > 50 °C", "top > 60 °C"),
        ("pump", "not pump"),
        ("top > 60 °C", "not (pv > 20 kW)"),  # while pv is missing that is UNKNOWN
        ("top > 60 °C", "steady"),
        ("sunny", "surplus > 3.6 kW"),
        ("age(top) > 1 h", "top is known"),
        ("top > 60 °C", "rate(top, 5 min) < 1 K/s or rate(top, 5 min) >= 1 K/s"),
        ("load >= 0 W and pv >= 0 W", "pv / load >= 0"),  # UNKNOWN while load is 0
    ],
)
def test_what_need_not_follow_is_not_claimed(one: str, other: str) -> None:
    assert not FEASIBILITY.implies(read(one), read(other))


def test_a_hysteresis_may_be_true_where_its_when_is_not() -> None:
    inline = timed("top > 60 °C", "top < 50 °C")
    assert FEASIBILITY.possible((inline, IS_TRUE), (read("top < 55 °C"), IS_TRUE))
    assert not FEASIBILITY.possible((inline, IS_TRUE), (read("top < 45 °C"), IS_TRUE))
    assert FEASIBILITY.possible((inline, IS_FALSE), (read("top < 55 °C"), IS_TRUE))


def test_a_condition_that_only_holds_is_true_as_soon_as_its_when_is() -> None:
    held = timed("top > 60 °C", hold_s=60)
    assert FEASIBILITY.implies(read("top > 60 °C"), held)
    assert not FEASIBILITY.implies(held, read("top > 60 °C"))


def test_timed_parts_with_a_memory_of_their_own_are_not_taken_for_one_another() -> None:
    one = timed("top > 60 °C", "top < 50 °C")
    other = Timed(one.when, one.until, 0, 0, 0, "another key", one.position, one.type)
    assert FEASIBILITY.possible((one, IS_TRUE), (other, IS_FALSE))
    assert not FEASIBILITY.possible((one, IS_TRUE), (one, IS_FALSE))


def test_a_rule_that_may_be_missing_may_assert_a_fact() -> None:
    summer = read("summer and top < 70 °C")
    assert FEASIBILITY.never(summer)
    assert not Feasibility(RULEBOOK, complete=False).never(summer)


def test_a_search_that_grows_too_large_ends_without_a_claim() -> None:
    either = " and ".join(f"(pv > {n} W or load > {n} W)" for n in range(1, 13))
    contradiction = read(f"({either}) and pv < 0.5 W and load < 0.5 W")
    assert FEASIBILITY.never(contradiction)
    deep = " and ".join(f"(pv != {n} W or load != {n} W)" for n in range(1, 13))
    assert not FEASIBILITY.never(read(deep))


def test_a_search_over_its_budget_makes_no_claim() -> None:
    free = " and ".join(f"(age(pv) > {n} s or age(load) > {n} s)" for n in range(1, 13))
    contradiction = "(pv > 1 kW or load > 1 kW) and pv + load < 0.5 kW"
    assert FEASIBILITY.never(read(contradiction))
    assert not FEASIBILITY.never(read(f"{contradiction} and {free}"))


def test_always_means_true_whenever_it_is_known() -> None:
    assert FEASIBILITY.always(read("top <= 120 °C"))
    assert not FEASIBILITY.always(read("top <= 119 °C"))
    assert not FEASIBILITY.always(read("top > 100 °C and top < 90 °C"))


def test_names_are_read_as_what_they_are() -> None:
    assert isinstance(read("sunny"), Name)
