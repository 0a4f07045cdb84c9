"""A disk in memory that knows what is on the medium, and what only in the system's cache.

A process that dies leaves the cache behind; a power cut leaves what was synced, and of the rest any
sectors of 512 bytes, as many as chance lets through. A save that is cut in the middle is torn.
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

SECTOR_BYTES = 512


class VirtualDisk:
    """One machine's disk; see `adapters.runtime.slots.Disk`.

    `reached` hears of every call before it is done and may raise what ends the process there.
    """

    def __init__(self, reached: Callable[[str], None] = lambda _: None) -> None:
        """Begin empty."""
        self.files: dict[str, bytearray] = {}
        self.medium: dict[str, bytes] = {}
        self.fails: int = 0
        """The error number that every write and sync fails with; 0: none does."""
        self.never_syncs = False
        """Sabotage: `sync` does nothing, so nothing reaches the medium."""
        self.luck = 0.5
        """How likely a sector is on the medium that nobody has synced."""
        self._handles: dict[int, str] = {}
        self._reached = reached

    def open(self, path: Path, flags: int) -> int:
        """Open a file; the handle is a real one, for the store closes it by `os.close`."""
        name = path.name
        if flags & os.O_CREAT:
            self._object()
            self.files[name] = bytearray()
        elif name not in self.files:
            raise FileNotFoundError(errno.ENOENT, "No such file", name)
        handle = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        self._handles[handle] = name
        return handle

    def pread(self, handle: int, count: int, offset: int) -> bytes:
        """Read what was written, synced or not."""
        return bytes(self.files[self._handles[handle]][offset : offset + count])

    def pwrite(self, handle: int, data: bytes, offset: int) -> int:
        """Write into the cache; who dies here leaves half of it."""
        self._object()
        half = len(data) // 2
        self._put(self._handles[handle], data[:half], offset)
        self._reached("disk.pwrite")
        self._put(self._handles[handle], data[half:], offset + half)
        return len(data)

    def sync(self, handle: int) -> None:
        """Bring the cache to the medium."""
        self._reached("disk.sync")
        self._object()
        name = self._handles[handle]
        if not self.never_syncs:
            self.medium[name] = bytes(self.files[name])
        self._reached("disk.synced")

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in another's place, on the medium too."""
        self._object()
        self._reached("disk.rename")
        self.files[target.name] = self.files.pop(source.name)
        for handle, name in self._handles.items():
            if name == source.name:
                self._handles[handle] = target.name
        if source.name in self.medium:
            self.medium[target.name] = self.medium.pop(source.name)

    def power_cut(self, random: Random) -> None:
        """Forget the cache, but for sectors that happened to be written already."""
        for name in list(self.files):
            cached, kept = self.files[name], bytearray(self.medium.get(name, b""))
            if name not in self.medium and random.random() >= self.luck:
                del self.files[name]
                continue
            kept.extend(bytes(len(cached) - len(kept)))
            for start in range(0, len(cached), SECTOR_BYTES):
                sector = slice(start, start + SECTOR_BYTES)
                if kept[sector] != cached[sector] and random.random() < self.luck:
                    kept[sector] = cached[sector]
            self.files[name] = kept
        self.medium = {name: bytes(content) for name, content in self.files.items()}

    def flip(self, name: str, at: int) -> None:
        """Turn one bit of a file round, on the medium as well."""
        for content in (self.files[name],):
            content[at] ^= 1
        self.medium[name] = bytes(self.files[name])

    def _put(self, name: str, data: bytes, offset: int) -> None:
        content = self.files[name]
        if len(content) < offset + len(data):
            content.extend(bytes(offset + len(data) - len(content)))
        content[offset : offset + len(data)] = data

    def _object(self) -> None:
        if self.fails:
            raise OSError(self.fails, os.strerror(self.fails))
