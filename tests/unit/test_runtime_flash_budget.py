"""The day's budget of the flash: what is spent is paid back by waiting."""

from pathlib import Path

import pytest

from adapters.runtime.flash_budget import (
    DAY_MS,
    LONGEST_MS,
    STORE_SHARE,
    FlashBudget,
    written_by_this_process,
)
from adapters.runtime.recorder import RESTS, Recorder
from adapters.runtime.recorder_files import RecorderSettings
from tests.unit.test_runtime_recorder import only, program, seen

__all__ = ["program"]

BUDGET = 50_000_000
USUAL_MS = 300_000


class Meter:
    """Counts what a test writes."""

    def __init__(self) -> None:
        self.total = 0

    def __call__(self) -> int:
        return self.total


ROWS_BYTES_MAX = 3_000_000
"""What `ROWS_MAX` rows come to, at most: more are committed before their time."""


def a_day(commit_bytes: int, row_bytes_per_ms: float) -> tuple[int, int]:
    """Commit for a day, each for its pages and its rows; return commits and bytes written."""
    meter = Meter()
    budget = FlashBudget(BUDGET, meter)
    now_ms = commits = since_ms = 0
    while now_ms < DAY_MS:
        meter.total += commit_bytes + round((now_ms - since_ms) * row_bytes_per_ms)
        commits += 1
        wait_ms = budget.wait_ms(now_ms, USUAL_MS)
        since_ms = now_ms + budget.rest_ms
        wait_ms = USUAL_MS if budget.rest_ms else wait_ms
        now_ms = since_ms + min(wait_ms, round(ROWS_BYTES_MAX / row_bytes_per_ms))
    return commits, meter.total


def test_who_keeps_within_the_budget_commits_as_usual() -> None:
    commits, written = a_day(58_000, 0.2)
    assert commits == DAY_MS / USUAL_MS
    assert written < BUDGET


@pytest.mark.parametrize("commit_bytes", [200_000, 1_000_000, 2_000_000])
def test_who_writes_too_much_commits_more_rarely_and_keeps_the_budget(commit_bytes: int) -> None:
    commits, written = a_day(commit_bytes, 0.2)
    assert commits < DAY_MS / USUAL_MS
    assert written <= BUDGET
    assert written > 0.75 * BUDGET, "no rarer than it must be"


@pytest.mark.parametrize("row_bytes_per_ms", [0.6, 1.0, 10.0])
def test_what_no_rarity_helps_is_not_recorded_until_the_debt_is_paid(
    row_bytes_per_ms: float, caplog: pytest.LogCaptureFixture
) -> None:
    commits, written = a_day(58_000, row_bytes_per_ms)
    assert commits > 4
    assert 0.7 * BUDGET < written <= BUDGET
    assert "nothing is recorded for" in caplog.text


def test_it_is_told_when_it_begins_and_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    meter = Meter()
    budget = FlashBudget(BUDGET, meter)
    meter.total = BUDGET // 10  # files that are made once
    assert budget.wait_ms(0, USUAL_MS) == USUAL_MS
    meter.total += round(BUDGET * STORE_SHARE) + 1_000_000
    waits = [budget.wait_ms(0, USUAL_MS)]
    waits += [budget.wait_ms(number * LONGEST_MS, USUAL_MS) for number in range(1, 4)]
    assert waits[0] > USUAL_MS
    assert waits[1:] == [USUAL_MS] * 3
    assert [each[:20] for each in caplog.messages] == [
        "the flash's budget o",
        "the flash's budget l",
    ]


def test_the_system_counts_what_is_written(tmp_path: Path) -> None:
    before = written_by_this_process()
    (tmp_path / "file").write_bytes(b"x" * 8192)
    assert written_by_this_process() >= before


def test_a_recorder_that_owes_too_much_rests_says_so_and_begins_another_stretch(
    tmp_path: Path, program: object
) -> None:
    meter = Meter()
    settings = RecorderSettings(commit_every_ms=10_000, free_bytes=0)
    recorder = Recorder(tmp_path, settings, budget=FlashBudget(BUDGET, meter))
    scans = list(seen(program, 400))  # type: ignore[arg-type]  # a fixture
    told = set()
    for each in scans:
        recorder.take(each)
        told.add(recorder.counters.error)
        if each is scans[100]:
            meter.total += BUDGET // 2
    assert told == {"", RESTS}
    commits, lost = recorder.counters.commits, recorder.counters.lost
    assert 200 < lost < 300
    later = [
        each._replace(
            moment=each.moment._replace(
                monotonic_s=each.moment.monotonic_s + 86_400,
                wall_s=each.moment.wall_s + 86_400,
            )
        )
        for each in scans
    ]
    for each in later:
        recorder.take(each)
    assert recorder.counters.lost == lost
    assert recorder.counters.commits > commits
    assert recorder.counters.error == ""
    recorder.close()


def test_a_recorder_over_its_budget_loses_no_scan(tmp_path: Path, program: object) -> None:
    meter = Meter()
    settings = RecorderSettings(commit_every_ms=10_000, free_bytes=0)
    dear = Recorder(tmp_path / "dear", settings, budget=FlashBudget(BUDGET, meter))
    cheap = Recorder(tmp_path / "cheap", settings, budget=FlashBudget(BUDGET, Meter()))
    for each in seen(program, 400):  # type: ignore[arg-type]  # a fixture
        dear.take(each)
        cheap.take(each)
        meter.total += 20_000
    assert dear.counters.commits < cheap.counters.commits
    dear.close()
    cheap.close()
    with only(tmp_path / "dear") as one, only(tmp_path / "cheap") as other:
        (span,) = one.segments()
        assert len(list(one.scans(span.start_ms, span.end_ms))) == 400
        assert list(one.segments()) == list(other.segments())
