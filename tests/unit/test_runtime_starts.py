"""When ends out of order are a loop (F102): what counts, how long, across boots and clocks."""

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.runtime.starts import (
    FILE,
    Ended,
    StartBook,
    Starts,
    age_s,
    at_start,
    forgiven,
    from_bytes,
    to_bytes,
)
from tests.making.disks import FailingDisk

WALL_S = 1_800_000_000.0


def crashes(*at_s: float, ahead_s: float = WALL_S) -> Starts:
    """Return what counts after starts at these monotonic times, each after an end out of order."""
    starts = Starts(running=True)
    for each in at_s:
        starts = at_start(starts, Ended(ahead_s + each, each))
    return starts


def test_f102_three_ends_in_ten_minutes_are_a_loop_two_are_not() -> None:
    assert not crashes(10, 20).safe
    assert crashes(10, 20, 30).safe
    assert crashes(10, 300, 605).safe
    assert not crashes(10, 300, 615).safe
    assert crashes(10, 20, 30).unclean_ends == 3


def test_f102_an_end_in_order_counts_for_nothing() -> None:
    starts = Starts()
    for each in range(5):
        starts = at_start(starts, Ended(WALL_S + each, each))
        starts = Starts(False, starts.safe, starts.unclean, starts.starts, starts.unclean_ends)
    assert (starts.starts, starts.unclean_ends, starts.safe) == (5, 0, False)


def test_f102_safe_mode_stays_until_it_is_forgiven() -> None:
    starts = at_start(crashes(10, 20, 30), Ended(WALL_S + 5000, 5000.0))
    assert starts.safe
    over = at_start(forgiven(starts), Ended(WALL_S + 5010, 5010.0))
    assert not over.safe, "one more is not three more"


def test_f102_across_boots_the_clock_that_says_more_counts() -> None:
    before = Ended(WALL_S, 5000.0)
    assert age_s(before, Ended(WALL_S + 90, 30.0)) == 90
    assert age_s(before, Ended(0.0, 30.0)) == 30, "1970 again: at least since this boot"
    daily = [Ended(WALL_S + 86_400 * day, 30.0) for day in range(4)]
    starts = Starts(running=True)
    for each in daily:
        starts = at_start(starts, each)
    assert not starts.safe, "a power cut a day is no loop"


@given(st.lists(st.floats(0, 1e6), max_size=30))
def test_the_notes_stay_small_and_come_back_as_they_were(at_s: list[float]) -> None:
    starts = crashes(*sorted(at_s))
    assert len(starts.unclean) <= 10
    assert from_bytes(to_bytes(starts)) == starts


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"format": 2}', b"\xff", b"[" * 5000,
     b'{"format":1,"unclean":[[NaN,1]],"starts":1,"unclean_ends":0,"running":1,"safe":0}'],
)  # fmt: skip
def test_nonsense_is_no_count(data: bytes) -> None:
    with pytest.raises(ValueError, match="no count of starts"):
        from_bytes(data)


def test_a_kill_is_seen_at_the_next_start_and_an_end_in_order_is_not(tmp_path: Path) -> None:
    StartBook(tmp_path).begin(Ended(WALL_S, 1.0))  # and killed
    second = StartBook(tmp_path)
    assert second.begin(Ended(WALL_S + 1, 2.0)).unclean_ends == 1
    second.end(10.0)
    third = StartBook(tmp_path)
    assert third.begin(Ended(WALL_S + 2, 3.0)).unclean_ends == 1
    third.forgive()
    third.end(10.0)
    assert StartBook(tmp_path).begin(Ended(WALL_S + 3, 4.0)).unclean == ()


def test_a_disk_that_takes_nothing_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    book = StartBook(tmp_path, FailingDisk(0, for_ever=True))
    with caplog.at_level(logging.WARNING):
        assert book.begin(Ended(WALL_S, 1.0)).starts == 1
        book.end(10.0)
    assert "not on the disk" in caplog.text


def test_damage_is_told_and_counts_as_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    StartBook(tmp_path).begin(Ended(WALL_S, 1.0))
    (tmp_path / FILE).write_bytes(b"\xff" * 131_072)
    assert StartBook(tmp_path).begin(Ended(WALL_S, 2.0)).starts == 1
    assert "cannot be read" in caplog.text
