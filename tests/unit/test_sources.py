import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.workshop.sources import UNKNOWN_SHARES, left_for_grid_w, number, shares

WATTS = st.floats(-10_000, 10_000)


def test_a_load_draws_from_each_source_in_proportion() -> None:
    assert shares(pv_w=1000.0, battery_w=500.0, grid_w=500.0) == (0.5, 0.25, 0.25, 0.0)


def test_what_is_exported_is_pv_that_no_load_used() -> None:
    assert shares(pv_w=5000.0, battery_w=0.0, grid_w=-4000.0) == (1.0, 0.0, 0.0, 0.0)


def test_what_is_charged_comes_from_pv_first_and_then_from_the_grid() -> None:
    assert shares(pv_w=1000.0, battery_w=-3000.0, grid_w=4000.0) == (0.0, 0.0, 1.0, 0.0)
    assert shares(pv_w=4000.0, battery_w=-3000.0, grid_w=1000.0) == (0.5, 0.0, 0.5, 0.0)


def test_a_battery_that_feeds_the_grid_does_not_feed_the_loads() -> None:
    assert shares(pv_w=0.0, battery_w=2000.0, grid_w=-1000.0) == (0.0, 1.0, 0.0, 0.0)


def test_without_any_supply_nobody_knows() -> None:
    assert shares(0.0, 0.0, 0.0) == UNKNOWN_SHARES


@given(st.floats(0, 10_000), WATTS, WATTS)
def test_shares_are_never_negative_and_sum_up_to_one(
    pv: float, battery: float, grid: float
) -> None:
    mix = shares(pv, battery, grid)
    assert all(share >= 0.0 for share in mix)
    assert sum(mix) == pytest.approx(1.0)


@given(st.floats(0, 10_000), WATTS, st.floats(0, 10_000))
def test_the_parts_of_a_load_are_all_of_it(pv: float, battery: float, load: float) -> None:
    grid = load - pv - battery
    mix = shares(pv, battery, grid)
    if load > 1.0:
        assert mix.unknown == 0.0


def test_without_a_meter_the_grid_gives_what_is_left_of_the_load() -> None:
    assert left_for_grid_w(1000.0, -200.0, 700.0) == -100.0
    assert left_for_grid_w(None, None, 700.0) == 700.0
    assert left_for_grid_w(1000.0, None, None) is None


def test_only_a_known_number_is_a_power() -> None:
    assert number(1.5, 1000.0) == 1500.0
    assert [number(value, 1.0) for value in (None, True, "on")] == [None, None, None]
