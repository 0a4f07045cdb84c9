"""From a file on disk to text: plain or gzip, in the encoding that its mapping names."""

import gzip
import zlib
from pathlib import Path

from adapters.recordings.data import RecordingError
from adapters.recordings.findings import Findings
from engine.language.position import Position

MOST_BYTES = 1 << 30
"""Of one file, unpacked: a year of twenty columns at 10 s is half of it."""

_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_bytes(path: Path) -> bytes:
    """Return what a file holds, unpacked if it is gzip.

    Raises RecordingError if it is missing, a directory, unreadable, cut off or too large.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(len(_GZIP)) == _GZIP
        with gzip.open(path) if packed else path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise RecordingError(path, "does not exist", "check the name") from None
    except IsADirectoryError:
        raise RecordingError(path, "is a directory", "name the files in it") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RecordingError(path, f"is cut off or damaged: {error}", "copy it again") from error
    except OSError as error:
        raise RecordingError(path, f"cannot be read: {error.strerror}") from error
    if len(content) > MOST_BYTES:
        limit = f"{MOST_BYTES >> 20} MiB"
        raise RecordingError(path, f"holds more than {limit}", "split it by time")
    return content


def decode(file: str, content: bytes, encoding: str, findings: Findings) -> str | None:
    """Return the text, or None after noting why it is none. A byte order mark is dropped."""
    if encoding == "utf-8":
        encoding = "utf-8-sig"
    start = Position(file, 1, 1)
    if content.startswith(_UTF16) and not encoding.startswith("utf-16"):
        help_ = "say `encoding: utf-16` in the mapping"
        findings.fail("import-not-text", "", "the file is saved as UTF-16", start, help_)
        return None
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, errors="replace")
        line_start = before.rfind("\n") + 1
        place = Position(file, before.count("\n") + 1, len(before) - line_start + 1)
        message = (
            f"the byte 0x{content[error.start]:02x} here is not {encoding.removesuffix('-sig')}"
        )
        help_ = "say in the mapping how it is saved, for instance `encoding: cp1252`"
        findings.fail("import-not-text", "", message, place, help_)
        return None
    if "\0" in text:
        findings.fail("import-not-text", "", "the file is not text: it holds zero bytes", start)
        return None
    return text
