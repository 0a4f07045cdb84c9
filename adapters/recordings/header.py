"""Whether a file is a recording, told from its first bytes, before SQLite is asked."""

import stat
from pathlib import Path

from adapters.recordings.data import RecordingError
from adapters.recordings.schema import APPLICATION_ID, VERSION

_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_LARGEST_PAGE = 65_536  # stands as 1 in the two bytes of the page size


def check_header(path: Path) -> None:
    """Raise RecordingError unless the file is a whole recording of a version that we read.

    Places in the header: https://www.sqlite.org/fileformat2.html, section 1.3.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise RecordingError(path, "is a directory, not a recording", "name the file in it")
        if not stat.S_ISREG(status.st_mode):
            raise RecordingError(path, "is not a plain file")
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except FileNotFoundError:
        raise RecordingError(path, "does not exist", "check the name") from None
    except OSError as error:
        raise RecordingError(path, f"cannot be read: {error.strerror}") from error
    if not header:
        raise RecordingError(path, "is empty", "record or import it again")
    if not header.startswith(_MAGIC[: len(header)]) or len(header) < len(_MAGIC):
        help_text = "`thermiq import` makes a recording from CSV or Home Assistant history"
        raise RecordingError(path, "is not a recording", help_text)
    page_bytes = _number(header, 16, 2)
    page_bytes = _LARGEST_PAGE if page_bytes == 1 else page_bytes
    if len(header) < _HEADER_BYTES or page_bytes * _number(header, 28, 4) > status.st_size:
        raise RecordingError(path, "is cut off", "copy it again, or record it again")
    if _number(header, 68, 4) != APPLICATION_ID:
        raise RecordingError(path, "is a SQLite database, but not a recording of ThermIQ")
    version = _number(header, 60, 4)
    if version != VERSION:
        help_text = "update ThermIQ" if version > VERSION else "import it again"
        raise RecordingError(
            path, f"has version {version} of the format; this ThermIQ reads {VERSION}", help_text
        )


def _number(header: bytes, place: int, length: int) -> int:
    return int.from_bytes(header[place : place + length], "big")
