"""The writer refuses what would lie, and leaves no half a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.recordings.data import Change, DecisionRow, PointInfo, RecordingError
from adapters.recordings.recording import Recording
from adapters.recordings.writer import RecordingWriter
from engine.values.fact import Quality

GOOD = Quality.GOOD
POINTS = (
    PointInfo("load", unit="W"),
    PointInfo("on", type="bool"),
    PointInfo("mode", type="enum", values=("a", "b")),
)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[RecordingWriter]:
    with Recording.create(tmp_path / "a.rec", POINTS) as opened:
        yield opened


@pytest.mark.parametrize(
    ("sample", "why"),
    [
        ((0, "laod", 1.0, GOOD), "not a point"),
        ((0, "load", float("nan"), GOOD), "nan"),
        ((0, "load", float("inf"), GOOD), "inf"),
        ((0, "load", True, GOOD), "True"),
        ((0, "load", "1", GOOD), "no number"),
        ((0, "load", None, GOOD), "quality good"),
        ((0, "load", 1.0, Quality.BAD), "quality bad"),
        ((0, "on", 1.0, GOOD), "no bool"),
        ((0, "mode", "c", GOOD), "no enum"),
    ],
)
def test_a_value_that_lies_is_refused(writer: RecordingWriter, sample: Change, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        writer.add_samples([sample])


def test_a_points_samples_come_in_order_of_time(writer: RecordingWriter) -> None:
    writer.add_samples([(5, "load", 1.0, GOOD), (4, "on", True, GOOD)])
    for at_ms in (4, 5):
        with pytest.raises(ValueError, match="does not follow 5 ms"):
            writer.add_samples([(at_ms, "load", 2.0, GOOD)])


def test_repeats_are_left_out(tmp_path: Path) -> None:
    with Recording.create(tmp_path / "a.rec", POINTS) as writer:
        writer.add_samples((at_ms, "load", 7.0, GOOD) for at_ms in range(100))
        writer.add_samples([(100, "load", None, Quality.STALE), (101, "load", None, Quality.STALE)])
    with Recording.open(tmp_path / "a.rec") as recording:
        assert recording.counts()["load"][GOOD] == 1
        assert recording.counts()["load"][Quality.STALE] == 1


def test_two_decisions_for_one_output_at_one_moment_are_refused(writer: RecordingWriter) -> None:
    row = DecisionRow(0, "on", True, "rule")
    with pytest.raises(ValueError, match="UNIQUE"):
        writer.add_decisions([row, row])
    with pytest.raises(ValueError, match="not a point"):
        writer.add_decisions([DecisionRow(0, "off", True, "rule")])
    with pytest.raises(ValueError, match="inf"):
        writer.add_decisions([DecisionRow(1, "load", float("inf"), "rule")])


def test_a_point_declared_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="twice"):
        Recording.create(tmp_path / "a.rec", [POINTS[0], POINTS[0]])
    assert list(tmp_path.iterdir()) == []


def test_nothing_stands_at_the_path_until_the_recording_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    with Recording.create(path, POINTS) as writer:
        writer.add_samples([(0, "load", 1.0, GOOD)])
        assert not path.exists()
    assert [file.name for file in tmp_path.iterdir()] == ["a.rec"]


def test_an_exception_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken() -> Iterator[Change]:
        yield 0, "load", 1.0, GOOD
        raise RuntimeError("the meter fell off")

    with (
        pytest.raises(RuntimeError, match="fell off"),
        Recording.create(tmp_path / "a.rec", POINTS) as writer,
    ):
        writer.add_samples(broken())
    assert list(tmp_path.iterdir()) == []


def test_a_failed_overwrite_keeps_the_old_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    with Recording.create(path, POINTS, {"made": "first"}):
        pass
    with (
        pytest.raises(ValueError, match="not a point"),
        Recording.create(path, POINTS, {"made": "second"}, overwrite=True) as writer,
    ):
        writer.add_samples([(0, "other", 1.0, GOOD)])
    with Recording.open(path) as recording:
        assert recording.meta == {"made": "first"}


def test_a_disk_that_refuses_is_a_clear_error(tmp_path: Path) -> None:
    writer = Recording.create(tmp_path / "a.rec", POINTS)
    writer._db.execute("PRAGMA max_page_count = 1")
    with pytest.raises(RecordingError, match=r"a\.rec: cannot be written: .*full"):
        writer.add_samples((at_ms, "load", float(at_ms), GOOD) for at_ms in range(10_000))
    with pytest.raises(RecordingError, match="cannot be written"):
        writer.close()
    assert list(tmp_path.iterdir()) == []


def test_places_that_cannot_hold_a_recording(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")
    for name, why in ((".", "directory"), ("no/a.rec", "directory does not"), ("there", "exists")):
        with pytest.raises(RecordingError, match=why):
            Recording.create(tmp_path / name, POINTS)
