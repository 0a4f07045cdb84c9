"""Parquet out: types, units, and what is said without pyarrow."""

import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from adapters.recordings.data import PointInfo, RecordingError, Span
from adapters.recordings.recording import Recording
from adapters.recordings.to_parquet import write_parquet
from engine.values.fact import Quality

POINTS = (PointInfo("mode", type="enum"), PointInfo("on", type="bool"), PointInfo("pv", unit="W"))
NAMES = ["mode", "on", "pv"]
SPAN = Span(0, 100)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Recording.create(tmp_path / "a.rec", POINTS) as writer:
        writer.add_samples(
            [
                (0, "mode", "a", Quality.GOOD),
                (0, "on", True, Quality.GOOD),
                (50, "pv", 1.5, Quality.GOOD),
            ]
        )
        writer.add_segment(SPAN)
    return tmp_path / "a.rec"


def test_long(path: Path, tmp_path: Path) -> None:
    with Recording.open(path) as recording:
        assert write_parquet(tmp_path / "a.parquet", recording, NAMES, SPAN) == 4
    rows = pq.read_table(tmp_path / "a.parquet").to_pylist()
    told = [(r["point"], r["number"], r["text"], r["quality"]) for r in rows]
    assert told == [
        ("mode", None, "a", "good"),
        ("on", 1.0, None, "good"),
        ("pv", None, None, "missing"),
        ("pv", 1.5, None, "good"),
    ]
    assert rows[3]["time"].isoformat() == "1970-01-01T00:00:00.050000+00:00"


def test_long_with_a_step(path: Path, tmp_path: Path) -> None:
    with Recording.open(path) as recording:
        assert write_parquet(tmp_path / "a.parquet", recording, ["pv"], SPAN, step_ms=25) == 4
    numbers = pq.read_table(tmp_path / "a.parquet")["number"].to_pylist()
    assert numbers == [None, None, 1.5, 1.5]


def test_wide(path: Path, tmp_path: Path) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    with Recording.open(path) as recording:
        assert (
            write_parquet(tmp_path / "a.parquet", recording, NAMES, SPAN, wide=True, zone=berlin)
            == 2
        )
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.column_names == ["time", "mode", "on", "pv"]
    assert table["on"].to_pylist() == [True, True]
    assert table["pv"].to_pylist() == [None, 1.5]
    assert table.schema.field("pv").metadata == {b"unit": b"W"}
    assert table.schema.field("time").type.tz == "Europe/Berlin"


def test_without_pyarrow_the_error_says_what_to_install(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with (
        Recording.open(path) as recording,
        pytest.raises(RecordingError, match=r"thermiq\[parquet\]"),
    ):
        write_parquet(tmp_path / "a.parquet", recording, NAMES, SPAN)


def test_a_place_that_cannot_be_written(path: Path, tmp_path: Path) -> None:
    with (
        Recording.open(path) as recording,
        pytest.raises(RecordingError, match="cannot be written"),
    ):
        write_parquet(tmp_path / "no" / "a.parquet", recording, NAMES, SPAN)
