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
        self.settle: Callable[[], None] = lambda: None
        """Writes what was put off; called before anybody looks at the disk, or breaks it."""
        self._files: dict[str, bytearray] = {}
        self._medium: dict[str, bytes] = {}
        self._fails = 0
        self._never_syncs = False
        self._watched = False
        self.luck = 0.5
        """How likely a sector is on the medium that nobody has synced."""
        self._handles: dict[int, str] = {}
        self._reached = reached

    @property
    def files(self) -> dict[str, bytearray]:
        """What programs read, by name."""
        self.settle()
        return self._files

    @property
    def fails(self) -> int:
        """The error number that every write and sync fails with; 0: none does."""
        return self._fails

    @fails.setter
    def fails(self, number: int) -> None:
        self.settle()
        self._fails = number

    @property
    def never_syncs(self) -> bool:
        """Sabotage: `sync` does nothing, so nothing reaches the medium."""
        return self._never_syncs

    @never_syncs.setter
    def never_syncs(self, never: bool) -> None:
        self.settle()
        self._never_syncs = never

    @property
    def attended(self) -> bool:
        """Whether anything could come of a write but that it is on the medium."""
        return bool(self._fails) or self._never_syncs or self._watched

    def watch(self, watched: bool) -> None:
        """Let nothing be put off from now on, or again: somebody waits for a write."""
        self.settle()
        self._watched = watched

    def open(self, path: Path, flags: int) -> int:
        """Open a file; the handle is a real one, for the store closes it by `os.close`."""
        name = path.name
        if flags & os.O_CREAT:
            self._object()
            self._files[name] = bytearray()
        elif name not in self._files:
            raise FileNotFoundError(errno.ENOENT, "No such file", name)
        handle = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        self._handles[handle] = name
        return handle

    def pread(self, handle: int, count: int, offset: int) -> bytes:
        """Read what was written, synced or not."""
        return bytes(self._files[self._handles[handle]][offset : offset + count])

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
        if not self._never_syncs:
            self._medium[name] = bytes(self._files[name])
        self._reached("disk.synced")

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in another's place, on the medium too."""
        self._object()
        self._reached("disk.rename")
        self._files[target.name] = self._files.pop(source.name)
        for handle, name in self._handles.items():
            if name == source.name:
                self._handles[handle] = target.name
        if source.name in self._medium:
            self._medium[target.name] = self._medium.pop(source.name)

    def power_cut(self, random: Random) -> None:
        """Forget the cache, but for sectors that happened to be written already."""
        self.settle()
        for name in list(self._files):
            cached, kept = self._files[name], bytearray(self._medium.get(name, b""))
            if name not in self._medium and random.random() >= self.luck:
                del self._files[name]
                continue
            kept.extend(bytes(len(cached) - len(kept)))
            for start in range(0, len(cached), SECTOR_BYTES):
                sector = slice(start, start + SECTOR_BYTES)
                if kept[sector] != cached[sector] and random.random() < self.luck:
                    kept[sector] = cached[sector]
            self._files[name] = kept
        self._medium = {name: bytes(content) for name, content in self._files.items()}

    def flip(self, name: str, at: int) -> None:
        """Turn one bit of a file round, on the medium as well."""
        self.settle()
        for content in (self._files[name],):
            content[at] ^= 1
        self._medium[name] = bytes(self._files[name])

    def _put(self, name: str, data: bytes, offset: int) -> None:
        content = self._files[name]
        if len(content) < offset + len(data):
            content.extend(bytes(offset + len(data) - len(content)))
        content[offset : offset + len(data)] = data

    def _object(self) -> None:
        if self._fails:
            raise OSError(self._fails, os.strerror(self._fails))
