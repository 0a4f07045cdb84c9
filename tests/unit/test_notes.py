from pathlib import Path

import pytest

from adapters.runtime.alarm_book import Entry
from adapters.runtime.notes import FILE, Notes, Said, from_bytes, to_bytes
from engine.control.decision import AlarmKind

SAID = Said(
    "off",
    "anna",
    10.5,
    (Entry(AlarmKind.LATCHED, "hot", "Too hot, 90 °C.", 9.0, by="anna", acknowledged_s=9.5),),
)


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    notes = Notes(tmp_path)
    assert notes.read() == Said()
    for mode in ("manual", "automatic", "off"):
        notes.keep(Said(mode))
    notes.keep(SAID)
    notes.finish()
    assert Notes(tmp_path).read() == SAID
    assert [each.name for each in tmp_path.iterdir()] == [FILE]


def test_without_a_folder_nothing_is_kept() -> None:
    notes = Notes(None)
    notes.keep(SAID)
    notes.finish()
    assert notes.read() == Said()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[1]",
        b"{}",
        b'{"format": 2}',
        b'{"format": 1, "mode": ["off"], "alarms": []}',
        b'{"format": 1, "mode": ["off", "anna", NaN], "alarms": []}',
        b'{"format": 1, "mode": ["off", "anna", true], "alarms": []}',
        b'{"format": 1, "mode": ["off", "anna", 1], "alarms": [["hot"]]}',
        b'{"format": 1, "mode": ["off", "anna", 1], "alarms": [["no", "", "", 1, "", 1, 1]]}',
        to_bytes(SAID)[:-5],
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_as_none(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ValueError, match="not what people said"):
        from_bytes(data)
    (tmp_path / FILE).write_bytes(data)
    assert Notes(tmp_path).read() == Said()


def test_a_folder_that_cannot_be_written_costs_only_the_note(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    notes = Notes(tmp_path / "gone")
    notes.keep(SAID)
    notes.finish()
    assert "what people said: not on the disk" in caplog.text
