from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clock import SiteClock
from engine.language.plant import Site

WALDA = Site(time_zone="Europe/Berlin", latitude=51.27, longitude=13.52)
BERLIN = ZoneInfo("Europe/Berlin")


def unix(*parts: int, fold: int = 0) -> float:
    return datetime(*parts, tzinfo=BERLIN, fold=fold).timestamp()  # type: ignore[arg-type, misc]


@given(st.integers(1_600_000_000, 1_900_000_000))
def test_local_time_is_that_of_the_time_zone_at_any_second(second: int) -> None:
    clock = SiteClock(WALDA)
    local = datetime.fromtimestamp(second, BERLIN)
    moment = clock.moment(float(second))
    assert moment.time_of_day_s == local.hour * 3600 + local.minute * 60 + local.second
    assert moment.weekday == local.strftime("%a").lower()


@pytest.mark.parametrize(
    ("second", "hour"),
    [
        (unix(2024, 3, 31, 1, 59, 59), 1),
        (unix(2024, 3, 31, 1, 59, 59) + 1, 3),
        (unix(2024, 10, 27, 2, 59, 59), 2),
        (unix(2024, 10, 27, 2, 59, 59) + 1, 2),
        (unix(2024, 10, 27, 2, 0, fold=1) + 3600, 3),
    ],
)
def test_the_clocks_change_at_the_very_second(second: float, hour: int) -> None:
    clock = SiteClock(WALDA)
    clock.moment(second - 7200)
    assert int(clock.moment(second).time_of_day_s // 3600) == hour


def test_the_sun_rises_and_sets_at_walda() -> None:
    moment = SiteClock(WALDA).moment(unix(2024, 6, 21, 12))
    assert moment.sunrise_s == pytest.approx(4 * 3600 + 50 * 60, abs=360)
    assert moment.sunset_s == pytest.approx(21 * 3600 + 23 * 60, abs=360)


def test_the_sun_keeps_its_place_on_a_day_the_clocks_change() -> None:
    clock = SiteClock(WALDA)
    before, after = clock.moment(unix(2024, 3, 31, 1)), clock.moment(unix(2024, 3, 31, 12))
    assert before.sunrise_s is not None
    assert after.sunrise_s is not None
    assert after.sunrise_s - before.sunrise_s == 3600


@pytest.mark.parametrize(
    "site", [Site(), Site(time_zone="Arctic/Longyearbyen", latitude=78.2, longitude=15.6)]
)
def test_without_a_place_or_in_polar_night_there_is_no_sunrise(site: Site) -> None:
    moment = SiteClock(site).moment(datetime(2024, 12, 21, tzinfo=BERLIN).timestamp())
    assert moment.sunrise_s is None
    assert moment.sunset_s is None


def test_a_series_of_moments_is_the_same_moments_one_by_one() -> None:
    clock = SiteClock(WALDA)
    start_ms = int(unix(2024, 3, 30, 22, 0, 3)) * 1000 + 7
    series = list(clock.moments(start_ms, start_ms + 30 * 3_600_000, 7_000))
    assert [at_ms for at_ms, _ in series] == list(range(start_ms, start_ms + 30 * 3_600_000, 7_000))
    assert all(moment == SiteClock(WALDA).moment(at_ms / 1000) for at_ms, moment in series[::97])
    assert all(moment == clock.moment(at_ms / 1000) for at_ms, moment in series)


def test_monotonic_time_is_its_own_where_it_is_given() -> None:
    moment = SiteClock(Site()).moment(1_700_000_000.0, 12.5)
    assert (moment.monotonic_s, moment.wall_s) == (12.5, 1_700_000_000.0)


def test_more_days_than_are_kept_change_nothing() -> None:
    clock = SiteClock(Site(time_zone="Europe/Berlin"))
    offsets = [clock.moment(1_700_000_000.0 + day * 86_400).utc_offset_s for day in range(1_200)]
    assert set(offsets) == {3600, 7200}
    assert clock.moment(1_700_000_000.0).utc_offset_s == 3600
