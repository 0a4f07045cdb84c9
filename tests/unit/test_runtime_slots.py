import errno
import os
import statistics
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.runtime.flash_budget import written_by_this_process
from adapters.runtime.ring import BLOCK_BYTES, Framed, Ring
from adapters.runtime.slots import (
    DATA_BYTES_MAX,
    HEADER_BYTES,
    SLOT_BYTES,
    SLOTS,
    Found,
    RealDisk,
    Record,
    SlotFile,
    packed,
    unpacked,
)
from tests.making.disks import FailingDisk, ForgetfulDisk

RULES = b"r" * 32
DATA_BYTES_OF_ENTRY = 800


@given(st.integers(0, 2**63), st.binary(min_size=32, max_size=32), st.binary(max_size=300))
def test_a_record_comes_back(sequence: int, digest: bytes, data: bytes) -> None:
    record = Record(sequence, digest, data)
    assert unpacked(packed(record).ljust(SLOT_BYTES, b"\0")) == record


@given(st.integers(0, (HEADER_BYTES + 20) * 8 - 1))
def test_no_flipped_bit_goes_unseen(bit: int) -> None:
    slot = bytearray(packed(Record(7, RULES, b"x" * 20)))
    slot[bit // 8] ^= 1 << bit % 8
    assert unpacked(bytes(slot)) is None


@given(st.integers(0, HEADER_BYTES + 19))
def test_a_torn_or_cut_off_slot_is_none(length: int) -> None:
    whole = packed(Record(7, RULES, b"x" * 20))
    assert unpacked(whole[:length]) is None
    assert unpacked(whole[:length].ljust(SLOT_BYTES, b"\0")) is None


def _counted(save: Callable[[], None]) -> float:
    """Return the bytes that the system counts for a save; the middle one of several."""
    counts = []
    for _ in range(9):
        before = written_by_this_process()
        save()
        counts.append(written_by_this_process() - before)
    return statistics.median(counts)


def test_f104_a_save_counts_for_its_own_pages_and_not_for_all_that_the_system_holds(
    tmp_path: Path,
) -> None:
    slots = SlotFile(tmp_path / "a.slots")
    slots.create(RULES, b"zero")
    assert _counted(lambda: slots.save(RULES, bytes(3000))) <= 2 * BLOCK_BYTES
    slots.close()

    ring = Ring(tmp_path / "a.ring")
    ring.open()
    ring.close()
    handle = os.open(ring.path, os.O_RDONLY)
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)  # as after a start of the machine
    os.close(handle)
    ring.open()
    record = Framed(0, 1.0, 2.0, bytes(16), bytes(DATA_BYTES_OF_ENTRY))
    assert _counted(lambda: ring.append([record] * 4)) <= 2 * BLOCK_BYTES
    ring.close()


def test_data_that_does_not_fit_is_refused() -> None:
    packed(Record(1, RULES, bytes(DATA_BYTES_MAX)))
    with pytest.raises(ValueError, match="a slot holds"):
        packed(Record(1, RULES, bytes(DATA_BYTES_MAX + 1)))


def test_saves_alternate_and_the_newest_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.slots"
    slots = SlotFile(path)
    slots.create(RULES, b"zero")
    assert path.stat().st_size == SLOTS * SLOT_BYTES
    before = path.read_bytes()
    slots.save(RULES, b"one")
    after = path.read_bytes()
    changed = [before[p : p + SLOT_BYTES] != after[p : p + SLOT_BYTES] for p in (0, SLOT_BYTES)]
    assert changed == [True, False]
    slots.save(RULES, b"two")
    slots.close()
    again = SlotFile(path)
    found = again.read()
    assert found.newest == Record(3, RULES, b"two")
    assert found.damaged == 0
    again.save(RULES, b"three")  # over the older one
    assert SlotFile(path).read().newest == Record(4, RULES, b"three")


@pytest.mark.parametrize("place", range(SLOTS))
def test_one_damaged_slot_loses_nothing_that_was_saved_twice(tmp_path: Path, place: int) -> None:
    path = tmp_path / "a.slots"
    slots = SlotFile(path)
    slots.create(RULES, b"zero")
    slots.save(RULES, b"latched", copies=SLOTS)
    slots.close()
    data = bytearray(path.read_bytes())
    data[place * SLOT_BYTES + HEADER_BYTES] ^= 1
    path.write_bytes(data)
    found = SlotFile(path).read()
    assert found.newest is not None
    assert found.newest.data == b"latched"
    assert found.damaged == 1


def test_a_file_cut_off_in_the_middle_keeps_its_first_slot(tmp_path: Path) -> None:
    path = tmp_path / "a.slots"
    SlotFile(path).create(RULES, b"zero")
    with path.open("r+b") as file:
        file.truncate(SLOT_BYTES + 10)
    found = SlotFile(path).read()
    assert found.newest is not None
    assert found.damaged == 1


@pytest.mark.parametrize("torn", [False, True])
@pytest.mark.parametrize("at", range(12))
def test_whichever_call_fails_what_was_acknowledged_stands(
    tmp_path: Path, at: int, torn: bool
) -> None:
    path = tmp_path / "a.slots"
    disk = FailingDisk(at, torn=torn)
    slots = SlotFile(path, disk)
    acknowledged: list[bytes] = []
    tried = [b"zero", b"one", b"two", b"three"]
    try:
        slots.create(RULES, tried[0])
        acknowledged.append(tried[0])
    except OSError:
        assert SlotFile(path).read().newest if path.exists() else True
        return
    for data in tried[1:]:
        try:
            slots.save(RULES, data)
            acknowledged.append(data)
        except OSError:
            break
    found = SlotFile(path).read().newest
    assert found is not None
    position = tried.index(found.data)
    assert position >= tried.index(acknowledged[-1])


def test_saving_goes_on_after_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "a.slots"
    disk = FailingDisk(7, torn=True)
    slots = SlotFile(path, disk)
    slots.create(RULES, b"zero")
    failures = 0
    for number in range(6):
        try:
            slots.save(RULES, b"%d" % number)
        except OSError:
            failures += 1
    assert failures == 1
    assert SlotFile(path).read().newest == Record(7, RULES, b"5")


def test_f93_after_a_failure_the_next_save_is_another_record_in_the_other_slot(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.slots"
    SlotFile(path).create(RULES, b"zero")
    disk = ForgetfulDisk(path)
    slots = SlotFile(path, disk)
    slots.read()
    disk.fails = 1
    with pytest.raises(OSError, match="Input/output"):
        slots.save(RULES, b"one")
    slots.save(RULES, b"two")
    disk.cut_power()
    assert SlotFile(path).read().newest == Record(3, RULES, b"two")


def test_f93_a_flush_that_is_only_repeated_would_lose_it(tmp_path: Path) -> None:
    """The sabotage twin: the system says that all is well, and the medium knows nothing."""
    path = tmp_path / "a.slots"
    SlotFile(path).create(RULES, b"zero")
    disk = ForgetfulDisk(path)
    slots = SlotFile(path, disk)
    slots.read()
    disk.fails = 1
    with pytest.raises(OSError, match="Input/output"):
        slots.save(RULES, b"one")
    assert slots._handle is not None
    disk.sync(slots._handle)
    disk.cut_power()
    assert SlotFile(path).read().newest == Record(1, RULES, b"zero")


def test_a_file_that_was_never_opened_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SlotFile(tmp_path / "a.slots").save(RULES, b"")


class ReadOnlyDisk(RealDisk):
    """A file system that is mounted read-only until somebody mends it."""

    def __init__(self, code: int = errno.EROFS) -> None:
        self.code = code
        self.refuses = True
        self.opened: list[int] = []

    def open(self, path: Path, flags: int) -> int:
        self.opened.append(flags)
        if self.refuses and flags & os.O_RDWR:
            raise OSError(self.code, os.strerror(self.code), str(path))
        return super().open(path, flags)


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_read_only_disk_is_read_and_taken_up_again_when_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "a.slots"
    made = SlotFile(path)
    made.create(RULES, b"zero")
    made.close()
    before = handles()
    disk = ReadOnlyDisk()
    slots = SlotFile(path, disk)
    assert slots.read() == Found(Record(1, RULES, b"zero"), 0)
    assert disk.opened == [os.O_RDWR, os.O_RDONLY]
    with pytest.raises(OSError, match="Read-only file system"):
        slots.save(RULES, b"one")
    disk.refuses = False
    slots.save(RULES, b"two")
    slots.save(RULES, b"three")
    assert disk.opened == [os.O_RDWR, os.O_RDONLY, os.O_RDWR, os.O_RDWR], "opened anew once"
    assert handles() == before + 1, "and the old one closed"
    slots.close()
    assert handles() == before
    found = SlotFile(path).read()
    assert found.newest is not None
    assert found.newest.data == b"three"
    with pytest.raises(FileNotFoundError, match=r"a\.slots is not open"):
        slots.save(RULES, b"four")


def test_a_file_that_may_not_be_opened_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.slots"
    SlotFile(path).create(RULES, b"zero")
    disk = ReadOnlyDisk(errno.EACCES)
    with pytest.raises(PermissionError):
        SlotFile(path, disk).read()
    assert disk.opened == [os.O_RDWR, os.O_RDWR], "tried once more, for writing"


def test_what_did_not_go_right_is_told_in_figures(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"^{DATA_BYTES_MAX + 1} bytes of state, a slot holds "):
        packed(Record(1, RULES, bytes(DATA_BYTES_MAX + 1)))
    path = tmp_path / "a.slots"
    slots = SlotFile(path, FailingDisk(1, torn=True))
    with pytest.raises(
        OSError, match=rf"a\.slots: {SLOT_BYTES // 2} of {SLOT_BYTES} bytes written"
    ):
        slots.create(RULES, b"zero")
    assert not path.exists()
    assert [each.name for each in tmp_path.iterdir()] == ["a.slots.part"]


def test_both_slots_are_alike_and_whole_when_a_file_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a.slots"
    SlotFile(path).create(RULES, b"zero")
    slot = packed(Record(1, RULES, b"zero"))
    assert path.read_bytes() == slot.ljust(SLOT_BYTES, b"\0") * SLOTS
    assert slot[:20] == b"ThermIQ1" + (1).to_bytes(8, "little") + (4).to_bytes(4, "little")


def test_what_is_forced_to_the_medium(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data by each save; the folder once, when the file has got its name."""
    done: list[str] = []
    data, folder, rename = os.fdatasync, os.fsync, Path.replace

    def of(handle: int) -> str:
        return Path(f"/proc/self/fd/{handle}").readlink().name

    def replace(path: Path, target: Path) -> Path:
        done.append(f"rename {path.name}")
        return rename(path, target)

    monkeypatch.setattr(os, "fdatasync", lambda handle: (done.append(of(handle)), data(handle)))
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append(of(handle)), folder(handle)))
    monkeypatch.setattr(Path, "replace", replace)
    slots = SlotFile(tmp_path / "a.slots")
    slots.create(RULES, b"zero")
    assert done == ["a.slots.part", "rename a.slots.part", tmp_path.name]
    slots.save(RULES, b"one", copies=2)
    assert done[3:] == ["a.slots", "a.slots"]


@pytest.mark.parametrize("refuses", [False, True])
def test_what_the_system_is_advised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refuses: bool
) -> None:
    """Advice that is not taken changes nothing."""
    advice: list[tuple[str, int, int, int]] = []

    def advise(handle: int, offset: int, length: int, what: int) -> None:
        name = Path(f"/proc/self/fd/{handle}").readlink().name
        advice.append((name, offset, length, what))
        if refuses:
            raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "posix_fadvise", advise)
    before = handles()
    slots = SlotFile(tmp_path / "a.slots")
    slots.create(RULES, b"zero")
    assert advice == [
        ("a.slots.part", 0, 0, os.POSIX_FADV_RANDOM),
        ("a.slots", 0, 0, os.POSIX_FADV_DONTNEED),
    ]
    slots.close()
    assert handles() == before


def test_who_reads_a_file_saves_over_its_older_slot(tmp_path: Path) -> None:
    """The newest stays until the next is whole, whichever slot it is in."""
    path = tmp_path / "a.slots"
    SlotFile(path).create(RULES, b"zero")
    assert path.stat().st_mode & 0o777 == 0o600
    for number in range(1, 5):
        slots = SlotFile(path)
        newest = slots.read().newest
        assert newest is not None
        slots.save(RULES, b"%d" % number)
        slots.close()
        data = path.read_bytes()
        halves = {unpacked(data[:SLOT_BYTES]), unpacked(data[SLOT_BYTES:])}
        assert halves == {newest, Record(newest.sequence + 1, RULES, b"%d" % number)}


def test_a_record_of_another_magic_is_none() -> None:
    whole = bytearray(packed(Record(7, RULES, b"")))
    assert unpacked(bytes(whole)) == Record(7, RULES, b"")
    other = b"ThermIQ2" + bytes(whole[8:-4])
    assert unpacked(other + zlib.crc32(other).to_bytes(4, "little")) is None


def test_a_file_of_damaged_slots_has_nothing_newest(tmp_path: Path) -> None:
    path = tmp_path / "a.slots"
    path.write_bytes(bytes(SLOT_BYTES * SLOTS))
    assert SlotFile(path).read() == Found(None, SLOTS)


def test_a_file_that_takes_writes_is_opened_once_for_each_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.slots"
    SlotFile(path).create(RULES, b"zero")
    disk = ReadOnlyDisk()
    disk.refuses = False
    slots = SlotFile(path, disk)
    slots.read()
    slots.save(RULES, b"one")
    assert disk.opened == [os.O_RDWR]
    slots.read()
    slots.save(RULES, b"two")
    assert disk.opened == [os.O_RDWR] * 2
    slots.close()


def test_a_file_whose_closing_fails_is_closed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slots = SlotFile(tmp_path / "slots")
    slots.create(RULES, b"data")
    assert slots.read().damaged == 0
    really = os.close

    def fail(handle: int) -> None:
        really(handle)
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as disk:
        disk.setattr(os, "close", fail)
        slots.close()
    assert slots.read().newest == Record(1, RULES, b"data"), "it can be opened anew"
    slots.close()
