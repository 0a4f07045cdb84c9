"""A file that is no whole recording is answered with its path and what to do."""

import os
import sqlite3
from pathlib import Path

import pytest

from adapters.recordings.data import PointInfo, RecordingError
from adapters.recordings.live import LiveRecording
from adapters.recordings.recording import Recording
from engine.values.fact import Quality
from tests.house.source import ROOT


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    path = tmp_path / "a.rec"
    with Recording.create(path, [PointInfo("load")]) as writer:
        writer.add_samples((at, "load", float(at), Quality.GOOD) for at in range(5000))
    return path


def refused(path: Path) -> str:
    with pytest.raises(RecordingError) as caught:
        Recording.open(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "none.rec")


def test_a_directory_and_a_pipe(tmp_path: Path) -> None:
    assert "is a directory" in refused(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "not a plain file" in refused(tmp_path / "pipe")


def test_a_name_no_file_can_have(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / ("x" * 300))


@pytest.mark.parametrize("text", ["time,load\n", "x", "SQLite format 3", "S"])
def test_a_file_that_is_not_sqlite(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    assert "is not a recording; `thermiq import`" in refused(tmp_path / "a.csv")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.rec").touch()
    assert "is empty" in refused(tmp_path / "a.rec")


@pytest.mark.parametrize("length", [16, 99, 100, 4096, 20_000])
def test_a_file_that_is_cut_off(whole: Path, length: int) -> None:
    whole.write_bytes(whole.read_bytes()[:length])
    assert "is cut off" in refused(whole)


def test_another_programs_database(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "a.db")
    db.execute("CREATE TABLE x (y)")
    db.close()
    assert "not a recording of ThermIQ" in refused(tmp_path / "a.db")


@pytest.mark.parametrize(("version", "help_text"), [(0, "import it again"), (99, "update ThermIQ")])
def test_another_version(whole: Path, version: int, help_text: str) -> None:
    db = sqlite3.connect(whole)
    db.execute(f"PRAGMA user_version = {version}")
    db.close()
    assert help_text in refused(whole)


def test_a_damaged_page_is_a_clear_error_when_it_is_read(whole: Path) -> None:
    data = bytearray(whole.read_bytes())
    data[4096 * 20 : 4096 * 24] = b"\xff" * 4096 * 4
    whole.write_bytes(data)
    with (
        Recording.open(whole) as recording,
        pytest.raises(RecordingError, match=r"is damaged.*restore it"),
    ):
        list(recording.changes())


def test_a_missing_table_is_a_clear_error(whole: Path) -> None:
    db = sqlite3.connect(whole)
    db.execute("DROP TABLE meta")
    db.close()
    assert "is damaged" in refused(whole)


def test_a_damaged_file_that_asks_for_more_memory_than_there_is_is_damaged(whole: Path) -> None:
    whole.write_bytes((ROOT / "tests/corpus/recording/more-than-memory").read_bytes())
    assert "is damaged: it asks for more memory than there is" in refused(whole)
    with pytest.raises(RecordingError, match=r"cannot be written|is damaged"):
        LiveRecording(whole, [PointInfo("a", "number", "W")], {})
