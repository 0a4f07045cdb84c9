"""The process image through revpimodio2: one read, one write, no thread.

The library is used without its own refreshing: `readprocimg` and `writeprocimg`, once a scan each.
Two of its habits are not wanted, and both are in its file handle: a read that comes back short is
taken (it shortens the library's buffers for good and later writes with them), and so is a write. So
the handle is one that refuses both. `_create_myfh` is where the library makes its handle; its own
network class overrides it too.
"""

import os
from collections.abc import Mapping
from io import FileIO

import revpimodio2

from adapters.codec.revpi_layout import Layout
from adapters.port import DeviceError


class WholeFile:
    """An unbuffered file that reads and writes whole or not at all, and keeps its last read."""

    def __init__(self, path: str, *, writable: bool) -> None:
        """Open the process image. Raises OSError."""
        flags = os.O_RDWR if writable else os.O_RDONLY
        self._file = FileIO(os.open(path, flags | os.O_CLOEXEC), "r+" if writable else "r")
        self.image = b""

    def seek(self, position: int) -> int:
        """Go to a byte."""
        return self._file.seek(position)

    def read(self, count: int) -> bytes:
        """Return exactly `count` bytes. Raises OSError."""
        self.image = b""
        found = self._file.read(count) or b""
        if len(found) != count:
            raise OSError(f"{len(found)} bytes of {count}")
        self.image = found
        return found

    def write(self, data: bytes) -> int:
        """Write all of it. Raises OSError."""
        done = self._file.write(data) or 0
        if done != len(data):
            raise OSError(f"{done} bytes of {len(data)} written")
        return done

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _ModIO(revpimodio2.RevPiModIO):  # type: ignore[misc]  # the library is untyped
    """The library's object on such a file; an error is kept for whoever asked, not warned about."""

    def __init__(self, image: str, config: str, *, read_only: bool) -> None:
        self.error: OSError | None = None
        super().__init__(
            monitoring=read_only,
            syncoutputs=False,  # nothing is inherited from who drove before
            procimg=image,
            configrsc=config,
            debug=False,
        )
        self._configure(self.get_jconfigrsc())

    def _create_myfh(self) -> WholeFile:
        self._buffedwrite = False
        self.whole = WholeFile(self._procimg, writable=not self._monitoring)
        return self.whole

    def _gotioerror(self, action: str, e: OSError | None = None, show_warn: bool = True) -> None:  # noqa: ARG002 - the library's own signature
        self._ioerror += 1
        self.error = e


class ProcessImage:
    """An open process image. Unless `read_only`, opening writes the base module's own bytes."""

    def __init__(self, image: str, config: str, layout: Layout, *, read_only: bool) -> None:
        """Open it; `layout` is of the same `config`. Raises DeviceError."""
        self._path = image
        self._layout = layout
        self._driven: dict[str, int] = {}
        try:
            self._modio = _ModIO(image, config, read_only=read_only)
        except (OSError, RuntimeError, ValueError, AttributeError) as error:
            raise DeviceError(f"{image}: {_words(error)}") from error
        if self._modio.error is not None or self._modio.length != layout.length:
            problem = self._modio.error or f"{self._modio.length} bytes instead of {layout.length}"
            self.close()
            raise DeviceError(f"{image}: {problem}")

    def read(self) -> bytes:
        """Return the image as it is now. Raises DeviceError; never returns an older one."""
        if not self._modio.readprocimg():
            raise DeviceError(f"{self._path}: {_words(self._modio.error)}")
        return self._modio.whole.image

    def value(self, name: str) -> int:
        """Return an input of the last read."""
        return int(self._modio.io[name].value)

    def write(self, raws: Mapping[str, int]) -> None:
        """Write the outputs of all modules: these, and 0 on all others. Raises DeviceError."""
        self._driven |= dict.fromkeys(raws, 0)
        for name, raw in (self._driven | dict(raws)).items():
            is_bit = self._layout.ios[name].bit is not None
            self._modio.io[name].value = bool(raw) if is_bit else raw
        if not self._modio.writeprocimg():
            raise DeviceError(f"{self._path}: {_words(self._modio.error)}")

    def close(self) -> None:
        """Let go of the file; writes nothing."""
        self._modio.exit(full=True)
        self._modio.whole.close()


def _words(error: Exception | None) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno)
    return str(error)
