"""The ring of records: what stands in it after cuts, damage, failures and a full round."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.runtime import ring
from adapters.runtime.ring import (
    BLOCK_BYTES,
    DATA_BYTES_MAX,
    Framed,
    Gap,
    Ring,
    framed,
    read,
    title,
)
from adapters.runtime.slots import RealDisk
from tests.making.disks import FailingDisk, ForgetfulDisk

BOOT = b"b" * 16


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring, "BLOCKS", 8)


def record(number: int, size: int = 500) -> Framed:
    return Framed(0, 1.0 + number, 2.0 + number, BOOT, str(number).encode().ljust(size))


def numbers(records: Sequence[Framed]) -> list[int]:
    return [int(each.data) for each in records]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ring.FILE


@pytest.fixture
def written(path: Path) -> Path:
    """Return a ring of 20 records in three blocks."""
    made = Ring(path)
    made.open()
    for number in range(20):
        made.append([record(number)])
    made.close()
    return path


def again(path: Path, disk: RealDisk | None = None) -> Ring:
    made = Ring(path, disk)
    made.open()
    return made


def test_what_was_appended_is_read_in_order_with_its_times(written: Path) -> None:
    found = read(written)
    assert numbers(found.records) == list(range(20))
    assert [each.sequence for each in found.records] == list(range(1, 21))
    assert found.records[4][1:4] == (5.0, 6.0, BOOT)
    assert (found.gaps, found.torn, found.damaged) == ((), False, 0)


def test_f92_no_append_takes_another_block_of_the_disk(path: Path) -> None:
    made = again(path)
    size, blocks = path.stat().st_size, path.stat().st_blocks
    for number in range(100):
        made.append([record(number)])
    assert (path.stat().st_size, path.stat().st_blocks) == (size, blocks)
    assert size == 8 * BLOCK_BYTES
    made.close()


def test_after_the_last_block_the_oldest_records_go(path: Path) -> None:
    made = again(path)
    for number in range(100):
        made.append([record(number)])
    found = read(path)
    kept = numbers(found.records)
    assert kept == list(range(kept[0], 100))
    assert 40 <= len(kept) <= 50
    assert not found.gaps
    made.close()


def test_a_batch_is_one_sync_over_as_many_blocks_as_it_takes(path: Path) -> None:
    synced: list[int] = []

    class Counting(RealDisk):
        def sync(self, handle: int) -> None:
            synced.append(handle)
            super().sync(handle)

    made = again(path, Counting())
    synced.clear()
    made.append([record(number) for number in range(20)])
    assert len(synced) == 1
    assert numbers(read(path).records) == list(range(20))
    made.close()


def test_f104_a_record_costs_one_block_and_one_flush(path: Path) -> None:
    written: list[int] = []

    class Counting(RealDisk):
        def pwrite(self, handle: int, data: bytes, offset: int) -> int:
            assert offset % BLOCK_BYTES == 0
            written.append(len(data))
            return super().pwrite(handle, data, offset)

        def sync(self, handle: int) -> None:
            written.append(0)
            super().sync(handle)

    made = again(path, Counting())
    written.clear()
    made.append([record(1)])
    assert written == [BLOCK_BYTES, 0]
    made.close()


def test_a_restart_goes_on_behind_the_last_record(written: Path) -> None:
    made = again(written)
    made.append([record(20)])
    made.close()
    assert numbers(read(written).records) == list(range(21))


def test_a_record_too_long_is_refused() -> None:
    framed(record(1, DATA_BYTES_MAX))
    with pytest.raises(ValueError, match="a record holds"):
        framed(record(1, DATA_BYTES_MAX + 1))


@given(st.integers(0, 10 * BLOCK_BYTES - 1), st.integers(0, 7))
@settings(max_examples=300)
def test_f94_a_flipped_bit_costs_one_record_and_is_told(at: int, bit: int) -> None:
    """Every other record is still there, and what is missing is told as a gap or a cut tail."""
    image = bytearray(_image())
    at %= len(image)
    before = image[at]
    image[at] ^= 1 << bit
    found = _read_bytes(bytes(image))
    missing = set(range(20)) - set(numbers(found.records))
    assert len(missing) <= 1
    assert set(numbers(found.records)) <= set(range(20))
    told = sum(gap.missing for gap in found.gaps)
    at_an_end = missing & {0, 19}
    assert told == len(missing - at_an_end)
    if before and at >= BLOCK_BYTES:
        assert missing
        assert found.torn or found.damaged


@given(st.integers(BLOCK_BYTES, 4 * BLOCK_BYTES))
@settings(max_examples=100)
def test_f94_a_tail_cut_off_anywhere_leaves_what_stood_before(length: int) -> None:
    found = _read_bytes(_image()[:length])
    assert numbers(found.records) == list(range(len(found.records)))
    assert not found.gaps


def test_f91_a_torn_tail_is_told_and_written_over(written: Path) -> None:
    image = bytearray(written.read_bytes())
    start = image.rindex(b"\xa5JR\x01")
    image[start + 100 : start + BLOCK_BYTES] = bytes(len(image[start + 100 : start + BLOCK_BYTES]))
    written.write_bytes(image)
    assert read(written).torn
    assert numbers(read(written).records) == list(range(19))
    made = again(written)
    made.append([record(50)])
    made.close()
    found = read(written)
    assert numbers(found.records) == [*range(19), 50]
    assert (found.torn, found.gaps) == (False, ())


def test_f94_a_lost_block_in_the_middle_is_a_gap(written: Path) -> None:
    image = bytearray(written.read_bytes())
    image[2 * BLOCK_BYTES : 3 * BLOCK_BYTES] = os.urandom(BLOCK_BYTES)
    written.write_bytes(image)
    found = read(written)
    (gap,) = found.gaps
    assert gap == Gap(numbers(found.records)[gap.after - 1] + 1, 20 - len(found.records))
    assert found.damaged == 1
    made = again(written)  # and the writer goes on behind the last
    made.append([record(20)])
    made.close()
    assert numbers(read(written).records)[-2:] == [19, 20]


def test_f105_a_newer_layout_is_kept_aside_and_another_ring_begun(written: Path) -> None:
    image = bytearray(written.read_bytes())
    image[:BLOCK_BYTES] = title(layout=2)
    written.write_bytes(image)
    assert read(written).layout == 2
    assert read(written).records == ()
    made = again(written)
    made.append([record(0)])
    made.close()
    assert numbers(read(written).records) == [0]
    assert written.with_name("journal.ring.layout2").read_bytes() == image


def test_f94_a_damaged_title_costs_nothing_and_is_mended(written: Path) -> None:
    image = bytearray(written.read_bytes())
    image[3] ^= 1
    written.write_bytes(image)
    again(written).close()
    assert written.read_bytes()[:BLOCK_BYTES] == title()
    assert len(read(written).records) == 20


@pytest.mark.parametrize("for_ever", [False, True])
@pytest.mark.parametrize("at", range(60))
def test_f95_whichever_call_fails_no_acknowledged_record_is_lost(
    written: Path, at: int, for_ever: bool
) -> None:
    acknowledged = list(range(20))
    disk = FailingDisk(at, torn=True, for_ever=for_ever)
    made = Ring(written, disk)
    opened = False
    for number in range(20, 40):
        try:
            if not opened:
                made.open()
                opened = True
            made.append([record(number)])
            acknowledged.append(number)
        except OSError:
            continue
    made.close()
    found = read(written)
    assert set(acknowledged) <= set(numbers(found.records))
    assert not found.gaps
    assert disk.calls > at or len(acknowledged) == 40


def test_f93_a_sync_that_failed_is_never_followed_by_one_that_only_seems_to_help(
    written: Path,
) -> None:
    disk = ForgetfulDisk(written)
    made = again(written, disk)
    made.append([record(20)])
    disk.fails = 1
    with pytest.raises(OSError, match="Input/output"):
        made.append([record(21)])
    made.append([record(21), record(22)])
    made.close()
    disk.cut_power()  # the power is gone: memory does not count
    assert numbers(read(written).records) == list(range(23))


def test_f93_syncing_again_without_writing_anew_would_lose_it(written: Path) -> None:
    """The sabotage twin: this is why the block is written anew."""
    disk = ForgetfulDisk(written)
    made = again(written, disk)
    disk.fails = 1
    with pytest.raises(OSError, match="Input/output"):
        made.append([record(20)])
    assert made._handle is not None
    disk.sync(made._handle)  # says that all is well
    made.close()
    assert numbers(read(written).records)[-1] == 20
    disk.cut_power()
    assert numbers(read(written).records)[-1] == 19


def test_f93_a_disk_that_fails_for_hours_costs_one_old_block(path: Path) -> None:
    made = again(path)
    for number in range(100):
        made.append([record(number)])
    before = numbers(read(path).records)
    made._disk = FailingDisk(0, torn=True, for_ever=True)
    for _ in range(100):
        with pytest.raises(OSError, match=r"."):
            made.append([record(100)])
    made._disk = RealDisk()
    made.append([record(100)])
    made.close()
    found = read(path)
    assert not found.gaps
    assert len(before) - len(found.records) < 2 * 8
    assert numbers(found.records)[-1] == 100


def test_a_ring_that_is_not_open_takes_nothing(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Ring(path).append([record(1)])


def test_who_reads_while_half_a_block_is_written_reads_again(written: Path) -> None:
    whole = written.read_bytes()

    class Racing(RealDisk):
        def __init__(self) -> None:
            self.rounds = 0

        def pread(self, handle: int, count: int, offset: int) -> bytes:
            found = super().pread(handle, count, offset)
            self.rounds += offset == 0
            return found[:1000].ljust(count, b"x") if self.rounds == 1 and offset else found

    assert read(written, Racing()).torn is False
    assert written.read_bytes() == whole


def _image() -> bytes:
    """Return a ring of 20 records as bytes."""
    blocks, block = [title()], b""
    for number in range(20):
        frame = framed(record(number)._replace(sequence=number + 1))
        if len(block) + len(frame) > BLOCK_BYTES:
            blocks.append(block.ljust(BLOCK_BYTES, b"\0"))
            block = b""
        block += frame
    blocks.append(block.ljust(BLOCK_BYTES, b"\0"))
    return b"".join(blocks).ljust(8 * BLOCK_BYTES, b"\0")


class InMemory(RealDisk):
    """A file that stands in memory."""

    def __init__(self, image: bytes) -> None:
        self.image = image

    def open(self, path: Path, flags: int) -> int:
        del path, flags
        return os.open(os.devnull, os.O_RDONLY)

    def pread(self, handle: int, count: int, offset: int) -> bytes:
        del handle
        return self.image[offset : offset + count]


def _read_bytes(image: bytes) -> ring.Read:
    return read(Path("in memory"), InMemory(image))
