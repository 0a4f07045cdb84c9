from datetime import date, timedelta
from pathlib import Path

import pytest

from adapters.recordings.data import PointInfo, RecordingError, Span
from adapters.runtime.recorder_files import (
    FILES_A_DAY_MAX,
    RecorderFiles,
    RecorderSettings,
    day_of,
)
from engine.values.moment import Moment

POINTS = [PointInfo("a")]
ROOMY = RecorderSettings(free_bytes=0)
META = {"site": "test"}
FAR_MS = 2**50


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_site_files_words_are_read() -> None:
    options = {"commit_every": "1 min", "keep": "30 d", "limit": "500 MB", "free": "1.5 GB"}
    options["budget"] = "20 MB"
    assert RecorderSettings.of(options) == RecorderSettings(
        60_000, 30.0, 500_000_000, 1_500_000_000, 20_000_000
    )
    assert RecorderSettings.of({}) == RecorderSettings()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"limit": "lots"}, "not a size"),
        ({"budget": "0 MB"}, "not a size"),
        ({"keep": 3}, "not a duration"),
        ({"comit_every": "1 s"}, "no `comit_every`"),
    ],
)
def test_words_it_does_not_know_are_refused(options: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        RecorderSettings.of(options)


def test_the_day_is_the_local_one() -> None:
    assert day_of(Moment(0.0, 1_750_024_799.0, 7200)) == "2025-06-15"
    assert day_of(Moment(0.0, 1_750_024_800.0, 7200)) == "2025-06-16"


def test_the_days_file_is_gone_on_with(tmp_path: Path) -> None:
    files = RecorderFiles(tmp_path / "new", ROOMY)
    files.open("2026-01-01", POINTS, META, FAR_MS).close()
    live = files.open("2026-01-01", POINTS, META, FAR_MS)
    live.add_samples([])
    live.extend(Span(1, 5))
    live.close()
    assert names(tmp_path / "new") == ["2026-01-01.rec"]
    again = files.open("2026-01-01", POINTS, META, FAR_MS)
    assert again.last_ms == 5
    again.close()


@pytest.mark.parametrize("content", [b"", b"garbage" * 100])
def test_a_damaged_file_is_left_alone_and_another_begun(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "2026-01-01.rec").write_bytes(content)
    RecorderFiles(tmp_path, ROOMY).open("2026-01-01", POINTS, META, FAR_MS).close()
    assert names(tmp_path) == ["2026-01-01.2.rec", "2026-01-01.rec"]
    assert (tmp_path / "2026-01-01.rec").read_bytes() == content


def test_other_points_or_a_later_time_begin_another_file(tmp_path: Path) -> None:
    files = RecorderFiles(tmp_path, ROOMY)
    live = files.open("2026-01-01", POINTS, META, FAR_MS)
    live.extend(Span(1, 5000))
    live.close()
    files.open("2026-01-01", [PointInfo("b")], META, FAR_MS).close()
    files.open("2026-01-01", [PointInfo("b")], META, FAR_MS).close()
    assert len(names(tmp_path)) == 2
    (tmp_path / "2026-01-01.2.rec").unlink()
    files.open("2026-01-01", POINTS, META, 4000).close()
    assert len(names(tmp_path)) == 2


def test_files_of_one_day_are_bounded(tmp_path: Path) -> None:
    (tmp_path / f"2026-01-01.{FILES_A_DAY_MAX}.rec").write_bytes(b"")
    with pytest.raises(RecordingError, match="files of 2026-01-01"):
        RecorderFiles(tmp_path, ROOMY).open("2026-01-01", POINTS, META, FAR_MS)


def days(folder: Path, count: int, size: int) -> None:
    for number in range(count):
        day = date(2026, 1, 1) + timedelta(days=number)
        (folder / f"{day}.rec").write_bytes(bytes(size))
        (folder / f"{day}.rec-wal").write_bytes(bytes(10))


def test_the_oldest_go_when_all_are_too_large(tmp_path: Path) -> None:
    days(tmp_path, 10, 1000)
    (tmp_path / "mine.rec").write_bytes(bytes(9000))
    RecorderFiles(tmp_path, RecorderSettings(limit_bytes=3500, free_bytes=0)).prune()
    assert names(tmp_path) == [
        "2026-01-08.rec", "2026-01-08.rec-wal", "2026-01-09.rec", "2026-01-09.rec-wal",
        "2026-01-10.rec", "2026-01-10.rec-wal", "mine.rec",
    ]  # fmt: skip


def test_the_oldest_go_when_they_are_too_old(tmp_path: Path) -> None:
    days(tmp_path, 10, 10)
    RecorderFiles(tmp_path, RecorderSettings(keep_days=2.0, free_bytes=0)).prune()
    kept = [name for name in names(tmp_path) if name.endswith(".rec")]
    assert kept == ["2026-01-08.rec", "2026-01-09.rec", "2026-01-10.rec"]


def test_a_full_disk_leaves_the_newest_alone(tmp_path: Path) -> None:
    days(tmp_path, 3, 10)
    RecorderFiles(tmp_path, RecorderSettings(free_bytes=2**62)).prune()
    assert [name for name in names(tmp_path) if name.endswith(".rec")] == ["2026-01-03.rec"]


def test_a_file_that_took_its_share_is_full(tmp_path: Path) -> None:
    files = RecorderFiles(tmp_path, RecorderSettings(limit_bytes=40_000, free_bytes=0))
    assert not files.is_full()
    live = files.open("2026-01-01", POINTS, META, FAR_MS)
    live.extend(Span(1, 5))
    live.close()
    assert files.is_full()
    files.open("2026-01-01", POINTS, META, FAR_MS).close()
    assert len(names(tmp_path)) == 2
