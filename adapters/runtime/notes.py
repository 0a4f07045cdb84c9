"""What people said and the daemon shall know after a restart: the mode, and acknowledgements.

One small JSON file, written whole beside itself and renamed, in a thread of its own, newest first:
a disk that hangs stops no scan. A file that cannot be read is as none: the mode is then `automatic`
and alarms are new, which costs a person one more look.
"""

import json
import logging
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.runtime.alarm_book import Entry
from adapters.runtime.kept import Newest
from engine.control.decision import AlarmKind

FILE = "people.json"
FORMAT = 1
_BYTES_MAX = 1_000_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Said:
    """What is kept. `since_s` is Unix time."""

    mode: str = ""
    by: str = ""
    since_s: float = 0.0
    alarms: tuple[Entry, ...] = ()


def to_bytes(said: Said) -> bytes:
    """Return what is kept as a file."""
    document = {
        "format": FORMAT,
        "mode": [said.mode, said.by, said.since_s],
        "alarms": [
            [
                *(each.kind.value, each.subject, each.text, each.since_s),
                *(each.by, each.acknowledged_s, each.count),
            ]
            for each in said.alarms
        ],
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def from_bytes(data: bytes) -> Said:
    """Return what a file keeps. Raises ValueError if it is none of ours."""
    try:
        document = json.loads(data)
        _is_ours(document["format"])
        mode, by, since_s = document["mode"]
        return Said(str(mode), str(by), _finite(since_s), tuple(map(_entry, document["alarms"])))
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ValueError(f"not what people said: {error}") from error


def _is_ours(number: object) -> None:
    if number != FORMAT:
        raise ValueError(f"format {number}, this program reads {FORMAT}")


def _entry(row: Sequence[object]) -> Entry:
    kind, subject, text, since_s, by, acknowledged_s, count = row
    return Entry(
        AlarmKind(kind),
        str(subject),
        str(text),
        _finite(since_s),
        by=str(by),
        acknowledged_s=_finite(acknowledged_s),
        count=int(_finite(count)),
    )


def _finite(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    return float(value)


class Notes:
    """The file in a daemon's state folder."""

    def __init__(self, folder: Path | None) -> None:
        """Keep the file in `folder`; without one nothing is kept."""
        self._path = None if folder is None else folder / FILE
        self._writer = Newest("what people said", self._write)

    def read(self) -> Said:
        """Return what was kept; nothing if there is no file or a damaged one."""
        if self._path is None:
            return Said()
        try:
            with self._path.open("rb") as file:
                return from_bytes(file.read(_BYTES_MAX))
        except FileNotFoundError:
            return Said()
        except (OSError, ValueError) as error:
            log.warning("%s cannot be read: %s", self._path, error)
            return Said()

    def keep(self, said: Said) -> None:
        """Write it soon; returns at once. What waits to be written gives way to it."""
        if self._path is not None:
            self._writer.hand_in(to_bytes(said))

    def finish(self, timeout_s: float = 2.0) -> None:
        """Wait until what was handed over is written, but not for ever."""
        self._writer.finish(timeout_s)

    def _write(self, data: bytes) -> None:
        assert self._path is not None  # noqa: S101 - else nothing was handed over
        beside = self._path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
