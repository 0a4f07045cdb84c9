"""A file of fixed size that holds the latest records: each is on the medium when `append` returns.

    block 0     magic 8 | layout 4 | block size 4 | blocks 4 | CRC-32 4
    block 1…    frames, one after another, then zeros; a frame never reaches into the next block
    frame       magic 4 | length 2 | sequence 8 | monotonic 8 | wall 8 | boot id 16 | CRC-32 4,
                then the data

The file is filled with zeros when it is made, so an append needs no new block of the disk. It
writes the present block of 4 KiB anew, in place, and forces it to the medium once: what stood there
is written over with the same bytes. After the last block comes the first again; order is by
sequence, never by a clock.

After a failure nothing that was written counts, for a page that failed is thought clean by the
system afterwards. The block, with all that it holds, is written to the place beside, and the two
places take turns until one succeeds, so that a broken disk costs one old block and not all of them.
"""

import os
import struct
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from adapters.runtime.slots import Disk, RealDisk

FILE = "journal.ring"
LAYOUT = 1
BLOCK_BYTES = 4096
BLOCKS = 1024
"""4 MiB: some 25,000 records."""
_TITLE = struct.Struct("<8sIII")
_TITLE_MAGIC = b"ThermIQJ"
_MAGIC = b"\xa5JR\x01"
_HEAD = struct.Struct("<4sHQdd16s")
_CRC = struct.Struct("<I")
HEAD_BYTES = _HEAD.size + _CRC.size
DATA_BYTES_MAX = 1024
READINGS = 3
"""Who reads while another writes may see half a block; it is then read again."""


class Framed(NamedTuple):
    """One record. `sequence` grows by one; the clocks and the boot are those of the writer."""

    sequence: int
    monotonic_s: float
    wall_s: float
    boot_id: bytes
    data: bytes


class Gap(NamedTuple):
    """So many records are missing after the record `after`."""

    after: int
    missing: int


@dataclass(frozen=True, slots=True)
class Read:
    """What stands in a ring, the oldest first; and what is wrong with it."""

    records: tuple[Framed, ...] = ()
    gaps: tuple[Gap, ...] = ()
    torn: bool = False
    """A write was cut short behind the last record; it had not been acknowledged."""
    damaged: int = 0
    """Blocks with bytes in them that are no record."""
    layout: int = LAYOUT
    """Another than LAYOUT: a newer program made it, and nothing was read."""
    place: int = 1
    """The block of the newest record."""


class _Block(NamedTuple):
    place: int
    records: tuple[Framed, ...]
    rest: bool
    """There is something in it that is no record."""


def framed(record: Framed) -> bytes:
    """Return a record as it stands in a block. Raises ValueError if it is too long."""
    if len(record.data) > DATA_BYTES_MAX:
        raise ValueError(f"{len(record.data)} bytes, a record holds {DATA_BYTES_MAX}")
    times = (record.monotonic_s, record.wall_s)
    head = _HEAD.pack(_MAGIC, len(record.data), record.sequence, *times, record.boot_id)
    return head + _CRC.pack(zlib.crc32(record.data, zlib.crc32(head))) + record.data


def _unframed(block: bytes, at: int) -> Framed | None:
    if at + HEAD_BYTES > len(block):
        return None
    magic, length, sequence, monotonic_s, wall_s, boot_id = _HEAD.unpack_from(block, at)
    start = at + HEAD_BYTES
    data = block[start : start + length]
    if magic != _MAGIC or len(data) != length:
        return None
    crc = zlib.crc32(data, zlib.crc32(block[at : at + _HEAD.size]))
    if (crc,) != _CRC.unpack_from(block, at + _HEAD.size):
        return None
    return Framed(sequence, monotonic_s, wall_s, boot_id, data)


def _parsed(place: int, block: bytes) -> _Block:
    """Return the records of a block; after damage the next whole one is looked for."""
    records: list[Framed] = []
    at, rest = 0, False
    while at < len(block):
        record = _unframed(block, at)
        if record is not None:
            records.append(record)
            at += HEAD_BYTES + len(record.data)
            continue
        following = block.find(_MAGIC, at + 1)
        end = len(block) if following < 0 else following
        rest = rest or _is_written(block[at:end])
        at = end
    return _Block(place, tuple(records), rest)


def _is_written(part: bytes) -> bool:
    return bool(part.strip(b"\0"))


def title(layout: int = LAYOUT) -> bytes:
    """Return block 0."""
    head = _TITLE.pack(_TITLE_MAGIC, layout, BLOCK_BYTES, BLOCKS)
    return (head + _CRC.pack(zlib.crc32(head))).ljust(BLOCK_BYTES, b"\0")


def _layout_of(block: bytes) -> int:
    """Return the layout that block 0 tells; LAYOUT if it is damaged, for the frames tell too."""
    head = block[: _TITLE.size]
    if len(block) < _TITLE.size + _CRC.size or head[:8] != _TITLE_MAGIC:
        return LAYOUT
    if (zlib.crc32(head),) != _CRC.unpack_from(block, _TITLE.size):
        return LAYOUT
    layout: int = _TITLE.unpack(head)[1]
    return layout


def read(path: Path, disk: Disk | None = None) -> Read:
    """Read a ring, also while it is being written. Raises FileNotFoundError, OSError."""
    disk = disk or RealDisk()
    handle = disk.open(path, os.O_RDONLY)
    try:
        found = _read(handle, disk)
        for _ in range(READINGS - 1):
            if not (found.torn or found.gaps or found.damaged):
                break
            found = min(found, _read(handle, disk), key=_badness)
    finally:
        os.close(handle)
    return found


def _badness(found: Read) -> tuple[int, int, bool]:
    return len(found.gaps), found.damaged, found.torn


def _read(handle: int, disk: Disk) -> Read:
    layout = _layout_of(disk.pread(handle, BLOCK_BYTES, 0))
    if layout != LAYOUT:
        return Read(layout=layout)
    blocks = []
    for place in range(1, BLOCKS):
        block = disk.pread(handle, BLOCK_BYTES, place * BLOCK_BYTES)
        blocks.append(_parsed(place, block) if _is_written(block) else _Block(place, (), False))
    return _ordered(blocks)


def _ordered(blocks: Sequence[_Block]) -> Read:
    by_sequence = {each.sequence: each for block in blocks for each in block.records}
    records = tuple(by_sequence[number] for number in sorted(by_sequence))
    gaps = tuple(
        Gap(one.sequence, other.sequence - one.sequence - 1)
        for one, other in pairwise(records)
        if other.sequence - one.sequence > 1
    )
    place = _newest(blocks)
    # A write that was cut short stands behind the newest record, or in the block after it.
    tail = {place, after(place)}
    torn = any(block.rest for block in blocks if block.place in tail)
    damaged = sum(block.rest for block in blocks if block.place not in tail)
    return Read(records, gaps, torn, damaged, LAYOUT, place)


def _newest(blocks: Sequence[_Block]) -> int:
    newest = {b.place: max(each.sequence for each in b.records) for b in blocks if b.records}
    return max(newest, key=lambda place: newest[place], default=1)


def after(place: int) -> int:
    """Return the block that follows."""
    return place + 1 if place + 1 < BLOCKS else 1


@dataclass(slots=True)
class _End:
    """Where the next record goes: a block, what it holds, and the place beside."""

    place: int = 1
    block: bytes = b""
    beside: int | None = None
    sequence: int = 0


class Ring:
    """The one who writes. Every method may raise OSError."""

    def __init__(self, path: Path, disk: Disk | None = None) -> None:
        """Name the file; nothing is opened."""
        self.path = path
        self._disk: Disk = disk or RealDisk()
        self._handle: int | None = None
        self._end = _End()

    def open(self) -> Read:
        """Open the file, or make it, and go on behind the last record that is whole.

        A file of another layout is kept aside under another name. What was cut short is written
        over by the first append.
        """
        self.close()
        try:
            found = read(self.path, self._disk)
        except FileNotFoundError:
            found = Read()
            self._create()
        if found.layout != LAYOUT:
            aside = self.path.with_name(f"{self.path.name}.layout{found.layout}")
            self._disk.rename(self.path, aside)
            self._create()
        if self._handle is None:
            self._handle = self._disk.open(self.path, os.O_RDWR)
        if self._disk.pread(self._handle, BLOCK_BYTES, 0) != title():
            self._write(self._handle, 0, title())
        last = found.records[-1].sequence if found.records else 0
        here = self._disk.pread(self._handle, BLOCK_BYTES, found.place * BLOCK_BYTES)
        # What was read may stand in memory alone; the first append writes the block anew.
        whole = b"".join(map(framed, _parsed(found.place, here).records))
        self._end = _End(found.place, whole, sequence=last)
        return found

    def _create(self) -> None:
        part = self.path.with_name(f"{self.path.name}.part")
        handle = self._disk.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            self._write(handle, 0, title())
            for place in range(1, BLOCKS):
                self._write(handle, place, b"")
            self._disk.sync(handle)
            self._disk.rename(part, self.path)
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle

    def append(self, records: Sequence[Framed]) -> None:
        """Add records, all on the medium when this returns; their sequences are given here.

        Raises OSError, and then none of them counts; they may be handed in again.
        """
        if self._handle is None:
            raise FileNotFoundError(f"{self.path} is not open")
        end = self._end
        place, block, sequence = end.place, end.block, end.sequence
        writes: list[tuple[int, bytes]] = []
        for record in records:
            sequence += 1
            frame = framed(record._replace(sequence=sequence))
            if len(block) + len(frame) > BLOCK_BYTES:
                writes.append((place, block))
                place, block = after(place), b""
            block += frame
        try:
            for where, content in (*writes, (place, block)):
                self._write(self._handle, where, content)
            self._disk.sync(self._handle)
        except OSError:
            beside = after(end.place) if end.beside is None else end.beside
            end.place, end.beside = beside, end.place
            raise
        self._end = _End(place, block, sequence=sequence)

    def _write(self, handle: int, place: int, block: bytes) -> None:
        data = block.ljust(BLOCK_BYTES, b"\0")
        written = self._disk.pwrite(handle, data, place * BLOCK_BYTES)
        if written != BLOCK_BYTES:
            raise OSError(f"{self.path}: {written} of {BLOCK_BYTES} bytes written")

    def close(self) -> None:
        """Close the file."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            with suppress(OSError):
                os.close(handle)
