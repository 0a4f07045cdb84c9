"""The recorder's files: a day each, and never more of them than the disk was promised.

`recordings/2026-11-22.rec`; a second one of a day is `2026-11-22.2.rec`. The oldest go when all
together are too large, when they are too old, or when the disk is nearly full. The one that is
being written never goes.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adapters.recordings.data import PointInfo, RecordingError
from adapters.recordings.live import LiveRecording
from adapters.recordings.moments import duration_ms
from engine.values.moment import DAY_S, Moment

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.(\d{1,4}))?\.rec")
_BESIDE = ("", "-wal", "-shm", "-journal")
FILES_A_DAY_MAX = 100
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?(kB|MB|GB)", re.ASCII)
_SIZES = {"kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}


@dataclass(frozen=True, slots=True)
class RecorderSettings:
    """How often is committed, how much is kept, and how much of the disk stays free."""

    commit_every_ms: int = 300_000
    keep_days: float = 400.0
    limit_bytes: int = 1_000_000_000
    free_bytes: int = 200_000_000
    budget_bytes: int = 50_000_000
    """So much a day the process may write before commits become rarer."""

    @classmethod
    def of(cls, options: Mapping[str, object]) -> "RecorderSettings":
        """Return what the site file says under `recorder:`. Raises ValueError in user words."""
        unknown = sorted(options.keys() - {"commit_every", "keep", "limit", "free", "budget"})
        if unknown:
            raise ValueError(f"a recorder has no `{unknown[0]}`")
        default = cls()
        return cls(
            duration_ms(str(options.get("commit_every", "300 s"))),
            duration_ms(str(options.get("keep", "400 d"))) / 1000 / DAY_S,
            _bytes(options.get("limit"), default.limit_bytes),
            _bytes(options.get("free"), default.free_bytes),
            _bytes(options.get("budget"), default.budget_bytes),
        )


def _bytes(said: object, default: int) -> int:
    if said is None:
        return default
    found = _SIZE.fullmatch(str(said))
    if found is None or not float(found[1]):
        raise ValueError(f"`{said}` is not a size; write it as `500 MB` or `2 GB`")
    return round(float(found[1]) * _SIZES[found[2]])


def day_of(moment: Moment) -> str:
    """Return the local date."""
    return datetime.fromtimestamp(moment.wall_s + moment.utc_offset_s, UTC).date().isoformat()


class RecorderFiles:
    """The files of one folder; `open` and `prune` may raise OSError or RecordingError."""

    def __init__(self, folder: Path, settings: RecorderSettings) -> None:
        """Keep recordings in `folder`; it is made when it is needed."""
        self._folder = folder
        self._settings = settings
        self._current: Path | None = None

    def open(
        self, day: str, points: Iterable[PointInfo], meta: Mapping[str, str], latest_ms: int
    ) -> LiveRecording:
        """Go on with the day's last file if it fits, else begin another one.

        It does not fit if it is damaged, of other points, full, or reaches beyond `latest_ms`.
        """
        points = list(points)
        self._folder.mkdir(parents=True, exist_ok=True)
        self.prune()
        number = max((n for d, n, _ in self._found() if d == day), default=1)
        while number <= FILES_A_DAY_MAX:
            suffix = "" if number == 1 else f".{number}"
            path = self._folder / f"{day}{suffix}.rec"
            known, number = path.exists(), number + 1
            try:
                live = LiveRecording(path, points, meta)
            except RecordingError:
                if not known:
                    raise
                continue
            if live.last_ms is None or (live.last_ms <= latest_ms and not self._is_large(path)):
                self._current = path
                return live
            live.close()
        raise RecordingError(self._folder, f"has {FILES_A_DAY_MAX} files of {day}")

    def is_full(self) -> bool:
        """Tell whether the present file has its share: the oldest could not go otherwise."""
        return self._current is not None and self._is_large(self._current)

    def _is_large(self, path: Path) -> bool:
        return _size(path) > self._settings.limit_bytes / 4

    def prune(self) -> None:
        """Remove the oldest until the rest is what was promised."""
        found = self._found()
        sizes = {path: _size(path) for _, _, path in found}
        total = sum(sizes.values())
        newest = datetime.fromisoformat(found[-1][0]) if found else None
        for day, _, path in found:
            if path == self._current or newest is None or path == found[-1][2]:
                continue
            old = (newest - datetime.fromisoformat(day)).days > self._settings.keep_days
            if not (old or total > self._settings.limit_bytes or self._nearly_full()):
                break
            for ending in _BESIDE:
                path.with_name(path.name + ending).unlink(missing_ok=True)
            total -= sizes[path]

    def _nearly_full(self) -> bool:
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize < self._settings.free_bytes

    def _found(self) -> list[tuple[str, int, Path]]:
        """Return day, number and path of each file, the oldest first."""
        if not self._folder.is_dir():
            return []
        names = ((_NAME.fullmatch(path.name), path) for path in self._folder.iterdir())
        return sorted((m[1], int(m[2] or 1), path) for m, path in names if m)


def _size(path: Path) -> int:
    total = 0
    for ending in _BESIDE:
        beside = path.with_name(path.name + ending)
        if beside.exists():
            total += beside.stat().st_size
    return total
