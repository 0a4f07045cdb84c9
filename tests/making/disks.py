"""A disk of which one call fails: the N-th, once or from then on."""

import errno
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
