"""What devices and faces know after a restart, and how seldom it is written."""

import zlib
from pathlib import Path

import pytest

from adapters.codec.mqtt_ledger import IDS_MAX, Ledger
from adapters.runtime.kept import BURST_MAX, FILE, REST_S, Kept, from_bytes, to_bytes
from adapters.runtime.slots import DATA_BYTES_MAX, SLOT_BYTES, RealDisk
from tests.making.disks import FailingDisk, GatedDisk


class Note:
    """Keeps whatever a test puts into it."""

    def __init__(self, held: object = None) -> None:
        self.held = held

    def retained(self) -> object:
        return self.held

    def restore(self, retained: object) -> None:
        self.held = retained


class CountingDisk(RealDisk):
    """Counts what is forced to the medium."""

    syncs = 0

    def sync(self, handle: int) -> None:
        super().sync(handle)
        self.syncs += 1


def found(folder: Path, name: str = "note") -> object:
    note, kept = Note(), Kept(folder)
    kept.join(name, note)
    assert kept.close(10.0)
    return note.held


def test_what_changed_is_known_after_a_kill(tmp_path: Path) -> None:
    note, kept = Note([]), Kept(tmp_path)
    kept.join("note", note)
    note.held = [1.5, "anna"]
    kept.look(10.0)
    kept._writer.finish(10.0)  # the process is killed: nothing is closed
    assert found(tmp_path) == [1.5, "anna"]
    assert found(tmp_path, "other") is None


def test_what_is_held_at_the_end_is_kept_although_no_scan_follows(tmp_path: Path) -> None:
    note, kept = Note(1), Kept(tmp_path)
    kept.join("note", note)
    note.held = 2
    assert kept.close(10.0)
    assert found(tmp_path) == 2


def test_nothing_is_written_as_long_as_nothing_changes(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.join("note", Note({"a": 1}))
    for number in range(100):
        kept.look(float(number))
    assert kept.close(10.0)
    assert not (tmp_path / FILE).exists()


def test_a_source_that_chatters_gets_a_burst_and_then_a_save_a_minute(tmp_path: Path) -> None:
    disk = CountingDisk()
    note, kept = Note(), Kept(tmp_path, disk)
    kept.join("note", note)
    hours = 2
    for number in range(hours * 7200):
        note.held = number
        kept.look(number / 2)
        kept._writer.finish(10.0)
    assert disk.syncs == pytest.approx(BURST_MAX + hours * 3600 / REST_S, abs=1)
    assert kept.close(10.0)
    assert found(tmp_path) == hours * 7200 - 1
    a_day = BURST_MAX + 86_400 / REST_S
    assert a_day * 4096 < 10e6, "bytes a day, of small notes"


def test_a_burst_is_saved_at_once_and_not_one_more(tmp_path: Path) -> None:
    disk = CountingDisk()
    note, kept = Note(), Kept(tmp_path, disk)
    kept.join("note", note)
    assert kept._writer.owes is False
    for number in range(2 * BURST_MAX):
        kept.look(7.0)  # nothing new costs nothing
        kept.look(7.0)
        note.held = number
        kept.look(7.0)
        kept._writer.finish(60.0)
    assert disk.syncs == BURST_MAX
    for at_s, saves in ((30.0, 0), (67.0, 1), (67.0, 1), (100.0, 1), (187.0, 2), (187.0, 3)):
        note.held = f"at {at_s} s, {saves}"
        kept.look(at_s)
        kept._writer.finish(60.0)
        assert disk.syncs == BURST_MAX + saves, "one more in a minute"
    assert found(tmp_path) == "at 187.0 s, 3"


def test_the_file_is_made_once_and_then_written_in_place(tmp_path: Path) -> None:
    note, kept = Note(), Kept(tmp_path)
    kept.join("note", note)
    made = []
    for number in range(3):
        note.held = number
        kept.look(float(number))
        kept._writer.finish(60.0)
        made.append((tmp_path / FILE).stat().st_ino)
    assert kept.close(60.0)
    assert found(tmp_path) == 2
    note, kept = Note(), Kept(tmp_path)
    kept.join("note", note)
    note.held = "after a restart"
    assert kept.close(60.0)
    made.append((tmp_path / FILE).stat().st_ino)
    assert len(set(made)) == 1


def test_a_disk_that_failed_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    disk = FailingDisk(1, for_ever=True)  # the first call looks for a file
    note, kept = Note(), Kept(tmp_path, disk)
    kept.join("note", note)
    note.held = "a"
    kept.look(0.0)
    kept._writer.finish(10.0)
    assert kept._writer.owes
    disk.for_ever = False
    kept.look(0.5)
    assert kept.close(10.0)
    assert not kept._writer.owes
    assert caplog.messages == ["kept: not on the disk: [Errno 5] Input/output error"]
    assert found(tmp_path) == "a"


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * SLOT_BYTES * 2, b"x" * 100],
)
def test_a_damaged_file_is_as_none_and_is_made_anew(
    tmp_path: Path, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_bytes(data)
    note, kept = Note("mine"), Kept(tmp_path)
    kept.join("note", note)
    assert note.held == "mine"
    told = "what was kept over the restart cannot be read: all slots are damaged"
    assert caplog.messages == [told]
    note.held = "new"
    assert kept.close(10.0)
    assert found(tmp_path) == "new"


def test_one_damaged_slot_of_two_costs_at_most_the_newest(tmp_path: Path) -> None:
    note, kept = Note(), Kept(tmp_path)
    kept.join("note", note)
    for number in range(3):
        note.held = number
        kept.look(float(number))
        kept._writer.finish(10.0)
    kept.close(10.0)
    data = bytearray((tmp_path / FILE).read_bytes())
    data[100] ^= 0xFF
    (tmp_path / FILE).write_bytes(data)
    assert found(tmp_path) in (1, 2)


@pytest.mark.parametrize("data", [b"", b"no zlib", to_bytes({})[:-9]])
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no notes"):
        from_bytes(data)


def test_what_no_file_can_hold_is_told_and_costs_no_scan(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    note, kept = Note(), Kept(tmp_path)
    kept.join("note", note)
    note.held = {1, 2}
    for _ in range(2 * BURST_MAX):
        kept.look(0.0)
    told = "notes cannot be kept: Object of type set is not JSON serializable"
    assert caplog.messages == [told] * BURST_MAX
    kept.close(10.0)


def test_notes_are_small_text_and_only_what_json_knows() -> None:
    assert zlib.decompress(to_bytes({"a": "ü"})) == '{"format": 1, "notes": {"a": "ü"}}'.encode()
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_bytes({"a": float("nan")})
    longest = b"9" * 40
    inside = zlib.compress(b'{"format": 1, "notes": {"a": ' + longest + b"}}")
    assert from_bytes(inside) == {"a": int(longest)}


def test_a_full_book_of_requests_fits_and_is_small() -> None:
    ledger = Ledger()
    for number in range(IDS_MAX):
        ledger.enter(f"{number}" * 9, "", 1_750_000_000.123 + number, 0.0)
    assert len(to_bytes({"requests": ledger.retained()})) < DATA_BYTES_MAX / 3


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"nothing", "no notes"),
        (zlib.compress(b"[1"), "no notes"),
        (zlib.compress(b"[]"), "no notes of format 1"),
        (zlib.compress(b'{"format": 2, "notes": {}}'), "no notes of format 1"),
        (zlib.compress(b'{"format": 1, "notes": []}'), "no notes in it"),
        (zlib.compress(b'{"format": 1}'), "no notes in it"),
    ],
)
def test_bytes_that_are_no_notes_say_why(data: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}") as caught:
        from_bytes(data)
    assert not told[9:] or str(caught.value) == told


def test_who_joins_without_having_been_kept_starts_with_what_it_has(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.join("one", Note("first"))
    assert kept.close(10.0)
    assert found(tmp_path, "one") is None, "nothing changed, so nothing was written"
    note, kept = Note("own"), Kept(tmp_path)
    kept.join("one", note)
    note.held = "new"
    assert kept.close(10.0)
    other, kept = Note("own"), Kept(tmp_path)
    kept.join("another", other)
    assert other.held == "own"
    assert kept.close(10.0)


def test_a_disk_that_hangs_keeps_nobody_waiting(tmp_path: Path) -> None:
    disk = GatedDisk()
    note, kept = Note(), Kept(tmp_path, disk)
    kept.join("note", note)
    note.held = "new"
    assert not kept.close(0.01)
    thread = kept._writer._thread
    assert thread is not None
    assert (thread.name, thread.daemon) == ("kept", True)
    disk.gate.set()
    assert kept.close(10.0)
    assert found(tmp_path) == "new"


def test_several_keep_in_one_file(tmp_path: Path) -> None:
    one, two, kept = Note(), Note(), Kept(tmp_path)
    kept.join("one", one)
    kept.join("two", two)
    one.held, two.held = 1, 2
    assert kept.close(10.0)
    assert (found(tmp_path, "one"), found(tmp_path, "two")) == (1, 2)


def test_bytes_that_are_long_out_of_proportion_are_no_notes() -> None:
    with pytest.raises(ValueError, match="no notes"):
        from_bytes(zlib.compress(b'{"format": 1, "notes": {"a": "' + b"a" * 2_000_000 + b'"}}'))


def test_a_number_that_no_float_holds_is_no_note() -> None:
    long = b"9" * 5_000
    with pytest.raises(ValueError, match="no notes: a number of 5000 digits"):
        from_bytes(zlib.compress(b'{"format": 1, "notes": {"a": ' + long + b"}}"))
