from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.values.moment import MONTHS, WEEKDAYS, Moment


@given(st.integers(0, 4_000_000_000), st.sampled_from((-43_200, -3_600, 0, 7_200, 50_400)))
def test_the_local_calendar_is_that_of_the_standard_library(wall_s: int, offset_s: int) -> None:
    moment = Moment(0.0, float(wall_s), offset_s)
    local = datetime.fromtimestamp(wall_s, UTC) + timedelta(seconds=offset_s)
    assert moment.weekday == WEEKDAYS[local.weekday()]
    assert moment.month == MONTHS[local.month - 1]
    assert moment.time_of_day_s == local.hour * 3_600 + local.minute * 60 + local.second


def test_f86_a_clock_that_is_not_trusted_has_no_calendar() -> None:
    assert Moment(5.0, 0.0, 0, 1.0, 2.0).calendar == ("thu", "jan", 0.0, 1.0, 2.0)
    assert Moment(5.0, 0.0, 0, 1.0, 2.0, wall_trusted=False).calendar == (None,) * 5
