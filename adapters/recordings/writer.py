"""Writing a recording: into a file beside its place, which takes the place when it is whole."""

import json
import math
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from adapters.recordings.data import (
    Change,
    Checkpoint,
    DecisionRow,
    EventRow,
    PointInfo,
    RecordingError,
    Span,
)
from adapters.recordings.schema import APPLICATION_ID, INDEXES, QUALITIES, TABLES, VERSION
from adapters.recordings.whole_file import part_of, refuse_place
from engine.values.fact import Quality, Value

_SampleRow = tuple[int, int, float | None, str | None, int]
_QUALITY_IDS = {Quality(name): number for number, name in enumerate(QUALITIES)}
_GOOD = Quality.GOOD


class _Track:
    """What the writer remembers of a point: to leave out repeats and to keep the order."""

    __slots__ = ("at_ms", "id", "info", "quality", "value")

    def __init__(self, point_id: int, info: PointInfo) -> None:
        self.id = point_id
        self.info = info
        self.at_ms: int | None = None
        self.value: Value | None = None
        self.quality: Quality | None = None


class RecordingWriter:
    """Writes one recording. A context manager: it commits on leaving, an exception discards all.

    Until `close` there is only `<path>.<process id>.part`; a write that fails or a process that
    dies leaves no file that pretends to be whole.
    """

    def __init__(
        self,
        path: Path | str,
        points: Iterable[PointInfo],
        meta: Mapping[str, str],
        *,
        overwrite: bool = False,
    ) -> None:
        """Begin a recording of `points`; see `Recording.create`."""
        self._path = Path(path)
        self._part = part_of(self._path)
        refuse_place(self._path, overwrite=overwrite)
        ordered = sorted(points, key=lambda info: info.name)
        self._tracks = {info.name: _Track(i, info) for i, info in enumerate(ordered, start=1)}
        if len(self._tracks) != len(ordered):
            raise ValueError("a point is declared twice")
        self._part.unlink(missing_ok=True)
        try:
            self._db = sqlite3.connect(self._part, isolation_level=None)
            self._begin(ordered, meta)
        except sqlite3.Error as error:
            self.discard()
            raise RecordingError(path, f"cannot be written: {error}") from error

    def _begin(self, points: Sequence[PointInfo], meta: Mapping[str, str]) -> None:
        self._db.executescript(
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;" + TABLES
        )
        self._db.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
        self._db.executemany("INSERT INTO qualities VALUES (?, ?)", enumerate(QUALITIES))
        self._db.executemany(
            "INSERT INTO points VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (i, p.name, p.kind, p.type, p.unit, p.low, p.high, json.dumps(p.values), p.about)
                for i, p in enumerate(points, start=1)
            ),
        )

    def add_samples(self, samples: Iterable[Change]) -> None:
        """Write samples. A sample that repeats its point's last one is left out.

        Each point's samples come in order of time. Raises ValueError for a point that was not
        declared, a time that does not follow the point's last one, or a value that its type and
        quality do not allow (NaN and infinity among them); RecordingError if the file cannot be
        written.
        """
        self._write("INSERT INTO samples VALUES (?, ?, ?, ?, ?)", self._sample_rows(samples))

    def _sample_rows(self, samples: Iterable[Change]) -> Iterator[_SampleRow]:
        tracks = self._tracks
        for at_ms, point, value, quality in samples:
            track = tracks.get(point)
            if track is None:
                raise ValueError(f"`{point}` is not a point of this recording")
            if track.at_ms is not None and at_ms <= track.at_ms:
                raise ValueError(f"`{point}` at {at_ms} ms does not follow {track.at_ms} ms")
            track.at_ms = at_ms
            if value == track.value and quality is track.quality:
                continue
            track.value, track.quality = value, quality
            if quality is _GOOD and value is not None:
                number, text = _stored(value, track.info)
                yield at_ms, track.id, number, text, 0
            elif value is None and quality is not _GOOD:
                yield at_ms, track.id, None, None, _QUALITY_IDS[quality]
            else:
                raise ValueError(f"`{point}`: {value!r} does not go with quality {quality.value}")

    def add_decisions(self, decisions: Iterable[DecisionRow]) -> None:
        """Write decisions, every one that is handed in.

        Raises ValueError for an output that was not declared, or two decisions at one moment.
        """
        self._write(
            "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?)",
            map(self._decision_row, decisions),
        )

    def _decision_row(self, row: DecisionRow) -> tuple[object, ...]:
        value, wanted = _plain(row.value), _plain(row.wanted)
        reasons = json.dumps(row.reasons, ensure_ascii=False, allow_nan=False)
        return row.at_ms, self._id(row.output), value, row.cause, row.by, wanted, reasons

    def add_events(self, events: Iterable[EventRow]) -> None:
        """Write alarms and other events, in the order in which they happened."""
        self._write(
            "INSERT INTO events (at_ms, kind, subject, text) VALUES (?, ?, ?, ?)",
            ((event.at_ms, event.kind, event.id, event.text) for event in events),
        )

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep the controller's retained state, so that a replay can start there."""
        row = (checkpoint.at_ms, checkpoint.rules, checkpoint.retained)
        self._write("INSERT INTO checkpoints VALUES (?, ?, ?)", [row])

    def add_segment(self, segment: Span) -> None:
        """Say that the recording has no gap within `segment`.

        If nobody says so, everything from the first to the last sample or decision counts as one.
        """
        row = (segment.start_ms, segment.end_ms)
        self._write("INSERT INTO segments VALUES (?, ?)", [row])

    def close(self) -> None:
        """Finish the file and put it in its place. Raises RecordingError if that fails."""
        try:
            self._db.execute(_ONE_SEGMENT)
            for statement in (*INDEXES, "COMMIT"):
                self._db.execute(statement)
            self._db.close()
            with self._part.open("rb") as file:
                os.fsync(file.fileno())
            self._part.replace(self._path)
        except (sqlite3.Error, OSError) as error:
            self.discard()
            raise RecordingError(self._path, f"cannot be written: {error}") from error

    def discard(self) -> None:
        """Leave nothing behind."""
        if hasattr(self, "_db"):
            self._db.close()
        self._part.unlink(missing_ok=True)

    def _write(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        try:
            self._db.executemany(sql, rows)
        except sqlite3.IntegrityError as error:
            raise ValueError(f"{self._path}: {error}") from error
        except sqlite3.Error as error:
            raise RecordingError(self._path, f"cannot be written: {error}") from error

    def _id(self, point: str) -> int:
        track = self._tracks.get(point)
        if track is None:
            raise ValueError(f"`{point}` is not a point of this recording")
        return track.id

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


_ONE_SEGMENT = """
INSERT INTO segments SELECT min(at_ms), max(at_ms) FROM
(SELECT min(at_ms) AS at_ms FROM samples UNION ALL SELECT max(at_ms) FROM samples
 UNION ALL SELECT min(at_ms) FROM decisions UNION ALL SELECT max(at_ms) FROM decisions)
WHERE NOT EXISTS (SELECT * FROM segments) HAVING min(at_ms) IS NOT NULL
"""


def _stored(value: Value, info: PointInfo) -> tuple[float | None, str | None]:
    """Return what stands in the columns `number` and `text` for a good value of a point."""
    match info.type:
        case "number" if not isinstance(value, bool | str) and math.isfinite(value):
            return float(value), None
        case "bool" if isinstance(value, bool):
            return float(value), None
        case "enum" if isinstance(value, str) and (not info.values or value in info.values):
            return None, value
    raise ValueError(f"`{info.name}`: {value!r} is no {info.type} of this point")


def _plain(value: Value | None) -> float | str | None:
    if isinstance(value, str | None):
        return value
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number that a decision can have")
    return int(value) if isinstance(value, bool) else float(value)
