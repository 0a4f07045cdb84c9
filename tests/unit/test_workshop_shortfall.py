"""What is missing, and by how much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.timing import Phase
from engine.values.fact import Quality
from engine.workshop.evidence import (
    Assertion,
    Checked,
    Derived,
    Evidence,
    Joined,
    Named,
    Negated,
)
from engine.workshop.lack import (
    Amount,
    Change,
    Either,
    Every,
    Heard,
    Lasting,
    Opening,
    TimerKind,
    Unheard,
    Unmet,
    Wait,
    distance,
)
from engine.workshop.quantity import Quantity
from engine.workshop.shortfall import all_of, one_of, shortfall
from tests.reasons.evidence import OPERATORS, compared, held, silent, span, switch

SUN = compared("surplus", 3180, ">", 3.6, "W", "kW")
SUNNY = compared("surplus", 3800, ">", 3.6, "W", "kW")
COOL = compared("buffer.top", 63.2, "<", 60, "°C")
SILENT = compared("outside.temperature", None, ">", 18, "°C")


def test_nothing_is_missing_where_it_is_as_wished() -> None:
    assert shortfall(SUNNY) is None
    assert shortfall(SUN, wanted=False) is None
    assert shortfall(Joined(True, True, (SUNNY, SUNNY))) is None


def test_a_comparison_lacks_an_amount_in_a_readable_unit() -> None:
    lack = shortfall(SUN)
    assert isinstance(lack, Amount)
    assert (lack.amount.value, lack.amount.unit.symbol) == (420, "W")  # type: ignore[union-attr]
    assert lack.more
    assert lack.strict
    lack = shortfall(COOL)
    assert isinstance(lack, Amount)
    assert lack.amount.unit is not None
    assert (round(float(lack.amount.value), 6), lack.amount.unit.symbol) == (3.2, "K")
    assert not lack.more


@given(
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.sampled_from(["<", "<=", ">", ">=", "=="]),
    st.booleans(),
)
def test_the_amount_makes_the_comparison_as_wished(
    value: float, bound: float, sign: str, wanted: bool
) -> None:
    lack = shortfall(compared("x", value, sign, bound, "W"), wanted=wanted)
    if not isinstance(lack, Amount):
        return
    assert isinstance(lack.amount.base, float)
    change = lack.amount.base if lack.more else -lack.amount.base
    reached = pytest.approx(bound, abs=1e-6)
    assert value + change == reached
    beyond = change + (1e-3 if lack.more else -1e-3) if sign != "==" else change
    outcome = OPERATORS[sign](round(value + beyond, 6), round(bound, 6))
    assert outcome is wanted


def test_a_number_that_must_be_another_and_a_state_are_changes() -> None:
    lack = shortfall(compared("x", 5, "==", 5, "W"), wanted=False)
    assert isinstance(lack, Change)
    assert lack.unlike
    lack = shortfall(switch("p3.running", False))
    assert lack == Change("p3.running", Quantity(False), Quantity(True))


def test_an_unknown_fact_is_named() -> None:
    assert shortfall(SILENT) == Unheard(
        "outside.temperature > 18 °C", (silent("outside.temperature"),)
    )
    assert shortfall(switch("p3.running", None)) == Unheard("p3.running", (silent("p3.running"),))
    asked = Checked("x is known", False, (silent("x", Quality.BAD),))
    assert shortfall(asked) == Unheard("", (silent("x", Quality.BAD),))
    assert shortfall(Checked("x is known", True, ()), wanted=False) == Heard("x is known")


def test_all_parts_that_fail_are_missing_and_of_any_the_nearest_comes_first() -> None:
    far, near = compared("a", 1, ">", 10, "W"), compared("b", 9, ">", 10, "W")
    every = shortfall(Joined(True, False, (far, SUNNY, near)))
    assert isinstance(every, Every)
    assert [lack.what for lack in every.lacks if isinstance(lack, Amount)] == ["a", "b"]
    either = shortfall(Joined(False, False, (far, SILENT, near)))
    assert isinstance(either, Either)
    assert either.lacks[0] == shortfall(near)
    assert either.lacks[-1] == shortfall(SILENT)
    assert shortfall(Joined(False, True, (SUNNY, SUN)), wanted=False) == shortfall(
        SUNNY, wanted=False
    )


def test_a_negation_turns_the_wish() -> None:
    assert shortfall(Negated(False, SUNNY)) == shortfall(SUNNY, wanted=False)


@pytest.mark.parametrize(
    ("truth", "wanted", "in_s"),
    [(False, True, 7 * 3600 + 50 * 60), (True, False, 15 * 3600 + 50 * 60)],
)
def test_a_daily_span_says_when_it_begins_or_ends(truth: bool, wanted: bool, in_s: float) -> None:
    seen = span(truth, 22 * 3600, 6 * 3600, 14 * 3600 + 10 * 60)
    assert shortfall(seen, wanted=wanted) == Opening(seen.text, wanted, in_s)


def test_a_day_without_sunrise_never_begins() -> None:
    seen = span(None, None, 6 * 3600, 0)
    assert shortfall(seen) == Opening(seen.text, True, None)


def test_names_lead_to_what_stands_behind_them() -> None:
    assert shortfall(Named("sunny", False, SUN)) == shortfall(SUN)
    assert shortfall(Named("sunny", False, None)) == Unmet("sunny", True)
    assert shortfall(Named("sunny", True, None), wanted=False) == Unmet("sunny", False)


def test_a_derived_fact_lacks_what_the_nearest_rule_lacks() -> None:
    rules = (Assertion("warm", False, COOL), Assertion("dry", False, None))
    lack = shortfall(Derived("season.summer", False, rules))
    assert isinstance(lack, Either)
    assert lack.lacks[0] == shortfall(COOL)
    assert shortfall(Derived("nobody", False, ())) == Unmet("nobody", True)
    fired = Derived("season.summer", True, (Assertion("warm", True, SUNNY),))
    assert shortfall(fired, wanted=False) == shortfall(SUNNY, wanted=False)


def test_what_must_last_says_so() -> None:
    seen = held(False, Phase.OFF, SUN, for_s=190)
    assert shortfall(seen) == Lasting(shortfall(SUN) or Unmet("", True), 190)


def test_a_pending_condition_only_waits() -> None:
    seen = held(False, Phase.PENDING, SUNNY, for_s=180, remaining_s=70)
    assert shortfall(seen) == Wait("sunny", TimerKind.FOR, 70)


def test_a_resting_condition_waits_and_then_must_hold() -> None:
    seen = held(False, Phase.RESTING, SUN, rest_s=600, remaining_s=200, for_s=60)
    assert shortfall(seen) == Every(
        (Wait("sunny", TimerKind.REST, 200), Lasting(shortfall(SUN) or Unmet("", True), 60))
    )


def test_a_condition_that_was_true_all_along_waits_its_whole_time_after_a_rest() -> None:
    seen = held(False, Phase.RESTING, SUNNY, rest_s=600, remaining_s=200, for_s=60)
    assert shortfall(seen) == Every(
        (Wait("sunny", TimerKind.REST, 200), Wait("sunny", TimerKind.FOR, 60))
    )


def test_a_hysteresis_ends_by_its_second_threshold() -> None:
    until = compared("surplus", 3180, "<", 2.9, "W", "kW")
    seen = held(True, Phase.ON, SUN, until, side=True)
    lack = shortfall(seen, wanted=False)
    assert isinstance(lack, Amount)
    assert lack == shortfall(until)


def test_a_held_condition_waits_for_its_hold_and_its_end() -> None:
    seen = held(True, Phase.ON, SUN, hold_s=600, remaining_s=100)
    assert shortfall(seen, wanted=False) == Wait("sunny", TimerKind.HOLD, 100)
    seen = held(True, Phase.ON, SUNNY, hold_s=600, remaining_s=100)
    assert shortfall(seen, wanted=False) == Every(
        (Wait("sunny", TimerKind.HOLD, 100), shortfall(SUNNY, wanted=False) or Unmet("", True))
    )


def test_a_condition_whose_end_is_unknown_names_the_fact() -> None:
    seen = held(None, Phase.OFF, SILENT, side=False)
    assert isinstance(shortfall(seen), Unheard)
    until = compared("x", None, "<", 1, "W")
    assert isinstance(shortfall(held(None, Phase.OFF, SUNNY, until, side=True)), Unheard)


def test_nothing_missing_of_any_and_nothing_left_of_all() -> None:
    assert one_of([]) is None
    assert one_of([None, Heard("x")]) is None
    assert all_of([None, None]) is None
    assert all_of([Heard("x"), Every((Heard("x"), Heard("y")))]) == Every((Heard("x"), Heard("y")))


def test_what_is_nearer_comes_first() -> None:
    evidence: list[Evidence] = [SUN, COOL, switch("p3.running", False), SILENT]
    lacks = [lack for seen in evidence if (lack := shortfall(seen))]
    wait = Wait("sunny", TimerKind.FOR, 100)
    ordered = sorted([*lacks, wait, Every((wait, wait)), Lasting(lacks[0], 5)], key=distance)
    assert ordered[0] == wait
    assert ordered[1] == lacks[1]
    assert ordered[-1] == Every((wait, wait))
    assert distance(Opening("", True, None)) > distance(Opening("", True, 60))
    assert distance(Either((wait,))) == distance(wait)
    zero = shortfall(compared("x", 0, ">", 0, "W"))
    assert zero is not None
    assert distance(zero) == (1, 1, 0.0)
