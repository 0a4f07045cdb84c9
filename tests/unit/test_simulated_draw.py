import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.simulated.draw import (
    DAY_S,
    PROFILE_M,
    DrawParameters,
    tank_kg,
    tapped_kg,
    taps,
)

HOUSEHOLD = DrawParameters()
GOLDEN_FIRST_TAP = (26105.490454833085, 26156.294684502955)


def test_profile_m_is_the_regulations() -> None:
    assert len(PROFILE_M) == 23
    assert sum(energy_kwh for _, energy_kwh in PROFILE_M) == pytest.approx(5.845)


def test_the_same_seed_taps_the_same_water_in_every_process() -> None:
    first = taps(HOUSEHOLD, 1, 19_807)[0]
    assert first == pytest.approx(GOLDEN_FIRST_TAP)


@given(st.integers(0, 2**32), st.integers(0, 40_000))
def test_a_days_taps_are_in_order_within_the_day_and_about_as_much_as_the_profile(
    seed: int, day: int
) -> None:
    today = taps(HOUSEHOLD, seed, day)
    assert list(today) == sorted(today)
    assert all(3600.0 < start_s < end_s < DAY_S - 3600.0 for start_s, end_s in today)
    energy_kwh = tapped_kg(HOUSEHOLD, seed, day * float(DAY_S), DAY_S) * 30.0 * 4186.0 / 3.6e6
    assert 0.7 * 7.6 < energy_kwh < 1.3 * 7.6


def test_days_and_seeds_differ() -> None:
    assert len({taps(HOUSEHOLD, seed, day) for seed in range(4) for day in range(4)}) == 16


@given(st.integers(0, 99), st.floats(0.0, 86_000.0))
def test_a_minute_taps_as_much_as_its_parts(seed: int, start_s: float) -> None:
    whole = tapped_kg(HOUSEHOLD, seed, start_s, 60.0)
    parts = sum(tapped_kg(HOUSEHOLD, seed, start_s + 10.0 * part, 10.0) for part in range(6))
    assert whole == pytest.approx(parts, abs=1e-9)


def test_a_hot_tank_gives_less_and_a_cold_one_all_of_it() -> None:
    assert tank_kg(HOUSEHOLD, 1.0, 70.0) == 0.5
    assert tank_kg(HOUSEHOLD, 1.0, 35.0) == 1.0
