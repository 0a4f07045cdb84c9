"""A small file that keeps one piece of data through power cuts, torn writes and flipped bits.

Two slots of fixed size, filled with zeros when the file is made, so that a save needs no new block
and works on a full disk. A save goes into the older slot and is forced to the medium; the other
slot still holds the state before. What must not be lost is written into both.

A save that failed may stand in memory and not on the medium, and the system then thinks it clean.
So nothing is forced out again: the next save is a new record, with a number of its own, in the
other slot. If that one is lost too, both are damaged, which is told and never taken for a state.

A newer system (Linux 6.16 with ext4) holds in one piece what was written or read ahead in one
piece, up to a megabyte, and counts all of it as written when a page of it is. So a file is
forgotten when it has been made, and nothing is read ahead: the flash's budget goes by that count.

    slot:  magic 8 | sequence 8 | length 4 | digest 32 | CRC-32 of all the rest 4 | data
"""

import errno
import os
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

SLOT_BYTES = 65_536
SLOTS = 2
MAGIC = b"ThermIQ1"
DIGEST_BYTES = 32
_HEAD = struct.Struct(f"<8sQI{DIGEST_BYTES}s")
_CRC = struct.Struct("<I")
HEADER_BYTES = _HEAD.size + _CRC.size
DATA_BYTES_MAX = SLOT_BYTES - HEADER_BYTES


class Record(NamedTuple):
    """What one save wrote: a number that grows by one, whose data it is, and the data."""

    sequence: int
    digest: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in a file of slots; `damaged` counts the slots that cannot be read."""

    newest: Record | None
    damaged: int


class Disk(Protocol):
    """The calls that may fail, so that tests can let each of them fail in turn."""

    def open(self, path: Path, flags: int) -> int:
        """Open a file, 0600 if it is made."""
        ...

    def pread(self, handle: int, count: int, offset: int) -> bytes:
        """Read at an offset; fewer bytes at the end of the file."""
        ...

    def pwrite(self, handle: int, data: bytes, offset: int) -> int:
        """Write at an offset; may write less."""
        ...

    def sync(self, handle: int) -> None:
        """Force data to the medium."""
        ...

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in another's place, for good."""
        ...


class RealDisk:
    """The operating system."""

    def open(self, path: Path, flags: int) -> int:
        """See `Disk`. Nothing is read ahead: what comes in one piece is counted as one (above)."""
        handle = os.open(path, flags | os.O_CLOEXEC, 0o600)
        with suppress(OSError):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_RANDOM)
        return handle

    def pread(self, handle: int, count: int, offset: int) -> bytes:
        """See `Disk`."""
        return os.pread(handle, count, offset)

    def pwrite(self, handle: int, data: bytes, offset: int) -> int:
        """See `Disk`."""
        return os.pwrite(handle, data, offset)

    def sync(self, handle: int) -> None:
        """See `Disk`."""
        os.fdatasync(handle)

    def rename(self, source: Path, target: Path) -> None:
        """See `Disk`; the folder is forced to the medium as well, and the pages are forgotten."""
        source.replace(target)
        force_folder(target.parent)
        with suppress(OSError):
            _forget_pages(target)


def _forget_pages(path: Path) -> None:
    """Let the system forget what it holds of a file that is on the medium. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def force_folder(path: Path) -> None:
    """Force to the medium which names stand in a folder. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def packed(record: Record) -> bytes:
    """Return a record as it stands in a slot. Raises ValueError if it does not fit."""
    if len(record.data) > DATA_BYTES_MAX:
        raise ValueError(f"{len(record.data)} bytes of state, a slot holds {DATA_BYTES_MAX}")
    head = _HEAD.pack(MAGIC, record.sequence, len(record.data), record.digest)
    return head + _CRC.pack(zlib.crc32(record.data, zlib.crc32(head))) + record.data


def unpacked(slot: bytes) -> Record | None:
    """Return the record of a slot, None if it is torn, flipped, cut off or never written."""
    if len(slot) < HEADER_BYTES:
        return None
    magic, sequence, length, digest = _HEAD.unpack_from(slot)
    data = slot[HEADER_BYTES : HEADER_BYTES + length]
    if magic != MAGIC or len(data) != length:
        return None
    crc = zlib.crc32(data, zlib.crc32(slot[: _HEAD.size]))
    return Record(sequence, digest, data) if (crc,) == _CRC.unpack_from(slot, _HEAD.size) else None


class SlotFile:
    """An open file of slots. Every method may raise OSError; the file is then as before or torn."""

    def __init__(self, path: Path, disk: Disk | None = None) -> None:
        """Name the file; it is opened by `read` or made by `create`."""
        self.path = path
        self._disk: Disk = disk or RealDisk()
        self._handle: int | None = None
        self._only_read = False
        self._sequence = 0
        self._next = 0

    def create(self, digest: bytes, data: bytes) -> None:
        """Make the file with `data` in every slot; it appears at its place when it is whole."""
        self.close()
        part = self.path.with_name(f"{self.path.name}.part")
        record = packed(Record(self._sequence + 1, digest, data))
        handle = self._disk.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            for place in range(SLOTS):
                self._write(handle, record.ljust(SLOT_BYTES, b"\0"), place * SLOT_BYTES)
            self._disk.sync(handle)
            self._disk.rename(part, self.path)
        except BaseException:
            os.close(handle)
            raise
        self._handle, self._sequence, self._next = handle, self._sequence + 1, 0

    def read(self) -> Found:
        """Return the newest whole record. Raises FileNotFoundError if there is no file.

        A reading that fails is tried once more: what is given up here is given up for good.
        """
        try:
            return self._read()
        except FileNotFoundError:
            raise
        except OSError:
            return self._read()

    def _read(self) -> Found:
        self.close()
        try:
            handle = self._handle = self._disk.open(self.path, os.O_RDWR)
        except OSError as error:
            if error.errno != errno.EROFS:
                raise
            handle = self._handle = self._disk.open(self.path, os.O_RDONLY)
            self._only_read = True
        records = [
            unpacked(self._disk.pread(handle, SLOT_BYTES, place * SLOT_BYTES))
            for place in range(SLOTS)
        ]
        whole = [record for record in records if record is not None]
        newest = max(whole, key=lambda record: record.sequence, default=None)
        if newest is not None:
            self._sequence = newest.sequence
            self._next = (records.index(newest) + 1) % SLOTS
        return Found(newest, SLOTS - len(whole))

    def save(self, digest: bytes, data: bytes, *, copies: int = 1) -> None:
        """Write `data` into the older slot, or into more, each forced to the medium on its own."""
        if self._handle is None:
            raise FileNotFoundError(f"{self.path} is not open")
        if self._only_read:  # by now the disk may take something again
            handle = self._disk.open(self.path, os.O_RDWR)
            os.close(self._handle)
            self._handle, self._only_read = handle, False
        for _ in range(copies):
            record = packed(Record(self._sequence + 1, digest, data))
            place = self._next
            self._sequence, self._next = self._sequence + 1, (place + 1) % SLOTS
            self._write(self._handle, record, place * SLOT_BYTES)
            self._disk.sync(self._handle)

    def _write(self, handle: int, data: bytes, offset: int) -> None:
        written = self._disk.pwrite(handle, data, offset)
        if written != len(data):
            raise OSError(f"{self.path}: {written} of {len(data)} bytes written")

    def close(self) -> None:
        """Close the file."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            self._only_read = False
            with suppress(OSError):
                os.close(handle)
