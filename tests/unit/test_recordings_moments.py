"""Times: UTC milliseconds, ISO text, and local time around both clock changes of 2024."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.recordings.moments import (
    Resolved,
    duration_ms,
    iso,
    parse_iso,
    plausible,
    resolve_local,
)

BERLIN = ZoneInfo("Europe/Berlin")


def local(*texts: str) -> list[str | None]:
    """Resolve times of Berlin; `?` marks a doubtful one, None one that never was."""
    times = [datetime.fromisoformat(text) for text in texts]
    return [
        None if found.at_ms is None else iso(found.at_ms) + "?" * found.doubtful
        for found in resolve_local(times, BERLIN)
    ]


@given(st.integers(-(10**12), 10**13), st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata"]))
def test_iso_text_says_the_same_moment(at_ms: int, zone: str) -> None:
    assert parse_iso(iso(at_ms, ZoneInfo(zone))) == at_ms


def test_iso_text_is_short_where_it_can_be() -> None:
    assert iso(0) == "1970-01-01T00:00:00Z"
    assert iso(1) == "1970-01-01T00:00:00.001Z"
    assert iso(0, BERLIN) == "1970-01-01T01:00:00+01:00"


def test_text_without_an_offset_is_local() -> None:
    assert parse_iso("2024-07-01T12:00", BERLIN) == parse_iso("2024-07-01T10:00Z")
    with pytest.raises(ValueError, match="`yesterday` is not a time; write it as"):
        parse_iso("yesterday")


def test_the_hour_that_spring_leaves_out_has_no_moment() -> None:
    assert local("2024-03-31T01:59", "2024-03-31T02:30", "2024-03-31T03:00") == [
        "2024-03-31T00:59:00Z",
        None,
        "2024-03-31T01:00:00Z",
    ]


def test_the_doubled_hour_turns_where_the_times_step_back() -> None:
    assert local(
        "2024-10-27T01:30",
        "2024-10-27T02:00",
        "2024-10-27T02:30",
        "2024-10-27T02:00",
        "2024-10-27T02:30",
        "2024-10-27T03:00",
    ) == [
        "2024-10-26T23:30:00Z",
        "2024-10-27T00:00:00Z",
        "2024-10-27T00:30:00Z",
        "2024-10-27T01:00:00Z",
        "2024-10-27T01:30:00Z",
        "2024-10-27T02:00:00Z",
    ]


def test_hourly_rows_turn_where_the_time_stays() -> None:
    assert local("2024-10-27T02:00", "2024-10-27T02:00") == [
        "2024-10-27T00:00:00Z",
        "2024-10-27T01:00:00Z",
    ]


def test_a_doubled_hour_that_comes_once_is_doubtful() -> None:
    assert local("2024-10-27T02:00", "2024-10-27T02:30", "2024-10-27T03:00") == [
        "2024-10-27T00:00:00Z?",
        "2024-10-27T00:30:00Z?",
        "2024-10-27T02:00:00Z",
    ]


def test_doubled_hours_of_two_years_are_two_runs() -> None:
    assert local("2023-10-29T02:30", "2024-10-27T02:00") == [
        "2023-10-29T00:30:00Z?",
        "2024-10-27T00:00:00Z?",
    ]


def test_a_time_with_its_offset_counts_as_it_is() -> None:
    aware = datetime.fromisoformat("2024-10-27T02:30+01:00")
    assert resolve_local([aware], BERLIN) == [Resolved(parse_iso("2024-10-27T01:30Z"))]


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2024, 12, 1)),  # noqa: DTZ001 - local on purpose
    st.integers(1, 60),
)
def test_local_times_of_a_steady_clock_are_found_again(start: datetime, minutes: int) -> None:
    first = start.replace(microsecond=0, tzinfo=ZoneInfo("UTC"))
    moments = [first + timedelta(minutes=minutes * i) for i in range(200)]
    seen = [moment.astimezone(BERLIN).replace(tzinfo=None) for moment in moments]
    for moment, found in zip(moments, resolve_local(seen, BERLIN), strict=True):
        assert found.at_ms is not None
        if not found.doubtful:
            assert found.at_ms == parse_iso(moment.isoformat())


@pytest.mark.parametrize("year", [1, 1969, 9999])
def test_years_that_cannot_be_are_refused(year: int) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        plausible(datetime(year, 1, 1))  # noqa: DTZ001 - local on purpose


def test_durations() -> None:
    assert [duration_ms(text) for text in ("250 ms", "90 s", "1.5 h", "10min", "2 d")] == [
        250,
        90_000,
        5_400_000,
        600_000,
        172_800_000,
    ]


@pytest.mark.parametrize("text", ["", "5", "0 s", "-1 s", "1 week", "1e3 s", "0.0001 ms", "٣ s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        duration_ms(text)
