"""Disks that fail: at the N-th call, once or from then on; or as Linux fails a flush."""

import errno
import os
import threading
from pathlib import Path

from adapters.runtime.slots import RealDisk


class FailingDisk(RealDisk):
    """Lets the call number `at` fail with EIO; a `torn` write leaves half of its bytes behind."""

    def __init__(self, at: int, *, torn: bool = False, for_ever: bool = False) -> None:
        self.at = at
        self.torn = torn
        self.for_ever = for_ever
        self.calls = 0

    def _fails(self) -> bool:
        self.calls += 1
        number = self.calls - 1
        return number == self.at or (self.for_ever and number > self.at)

    def _maybe_fail(self) -> None:
        if self._fails():
            raise OSError(errno.EIO, "Input/output error")

    def open(self, path: Path, flags: int) -> int:
        self._maybe_fail()
        return super().open(path, flags)

    def pread(self, handle: int, count: int, offset: int) -> bytes:
        self._maybe_fail()
        return super().pread(handle, count, offset)

    def pwrite(self, handle: int, data: bytes, offset: int) -> int:
        if self._fails():
            if self.torn:
                return super().pwrite(handle, data[: len(data) // 2], offset)
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().pwrite(handle, data, offset)

    def sync(self, handle: int) -> None:
        self._maybe_fail()
        super().sync(handle)

    def rename(self, source: Path, target: Path) -> None:
        self._maybe_fail()
        super().rename(source, target)


class GatedDisk(RealDisk):
    """Lets a flush wait until the gate is opened, and counts what was written."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.waits = threading.Event()
        """Somebody stands before the gate, or has passed it."""
        self.writes = 0

    def pwrite(self, handle: int, data: bytes, offset: int) -> int:
        self.writes += 1
        return super().pwrite(handle, data, offset)

    def sync(self, handle: int) -> None:
        self.waits.set()
        self.gate.wait()
        super().sync(handle)


class ForgetfulDisk(RealDisk):
    """Fails a flush as Linux does: what was written since the last one is dropped, though readable.

    What is on the medium is a picture of the file beside it; `cut_power` leaves only that.
    """

    PAGE = 4096

    def __init__(self, path: Path) -> None:
        self.path = path
        self.medium = path.read_bytes() if path.exists() else b""
        self.fails = 0
        """So many flushes fail from now on."""
        self._dirty: set[int] = set()

    def pwrite(self, handle: int, data: bytes, offset: int) -> int:
        last = offset + len(data)
        self._dirty |= set(range(offset // self.PAGE * self.PAGE, last, self.PAGE))
        return super().pwrite(handle, data, offset)

    def sync(self, handle: int) -> None:
        dirty, self._dirty = self._dirty, set()
        if self.fails:
            self.fails -= 1
            raise OSError(errno.EIO, "Input/output error")
        super().sync(handle)
        now = os.pread(handle, os.fstat(handle).st_size, 0)
        medium = bytearray(self.medium.ljust(len(now), b"\0"))
        for at in dirty:
            medium[at : at + self.PAGE] = now[at : at + self.PAGE]
        self.medium = bytes(medium)

    def cut_power(self) -> None:
        self.path.write_bytes(self.medium)
