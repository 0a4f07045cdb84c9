"""The kernel's output watchdog of a RevPi: outputs go to 0 when nobody feeds it.

piControl knows `KB_SET_OUTPUT_WATCHDOG`, `_IO('K', 26)`: if no `write()` comes on *this* file
handle for so many milliseconds, the driver sets the outputs of all modules to 0; closing an armed
handle, also by `kill -9`, does so at once (driver source, `piControlRelease` and
`revpi_check_timeout`). It reads an `unsigned long` although its man page says `unsigned int`, so
eight bytes are passed.

revpimodio2 does not offer it. The handle is its own, apart from the one that writes the image, so
that writing alone does not feed it: only a complete scan does.
"""

import errno
import fcntl
import os
import struct
from collections.abc import Callable

from adapters.codec.revpi_layout import SPARE_ADDRESS
from adapters.port import DeviceError

KB_SET_OUTPUT_WATCHDOG = 0x4B1A
_NOT_OFFERED = (errno.ENOTTY, errno.EINVAL)
"""What a plain file or an old driver answers."""

Ioctl = Callable[[int, int, bytes], object]


class OutputWatchdog:
    """One armed handle. Not armed on a plain file, where feeding does nothing."""

    def __init__(self, path: str, timeout_ms: int, ioctl: Ioctl = fcntl.ioctl) -> None:
        """Take the path of the process image; nothing is opened before the first `feed`."""
        self._path = path
        self._timeout_ms = timeout_ms
        self._ioctl = ioctl
        self._handle: int | None = None
        self.armed = False

    def feed(self) -> None:
        """Keep the outputs for another while; the first time arms. Raises DeviceError.

        Called by the cycle after a complete scan, and by nobody else.
        """
        try:
            if self._handle is None:
                self._arm()
            if self.armed and self._handle is not None:
                os.pwrite(self._handle, b"\0", SPARE_ADDRESS)
        except OSError as error:
            raise DeviceError(f"the output watchdog of {self._path}: {error.strerror}") from error

    def _arm(self) -> None:
        handle = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            self._ioctl(handle, KB_SET_OUTPUT_WATCHDOG, struct.pack("<Q", self._timeout_ms))
        except OSError as error:
            if error.errno not in _NOT_OFFERED:
                os.close(handle)
                raise
        else:
            self.armed = True
        self._handle = handle

    def close(self) -> None:
        """Let go: an armed handle sets all outputs to 0 at once."""
        if self._handle is not None:
            os.close(self._handle)
        self._handle, self.armed = None, False
