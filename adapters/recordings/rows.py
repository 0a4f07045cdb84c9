"""Putting rows into a recording's tables, whatever file they stand in."""

import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from adapters.recordings.data import (
    Change,
    Checkpoint,
    DecisionRow,
    EventRow,
    PointInfo,
    RecordingError,
    Span,
)
from adapters.recordings.schema import APPLICATION_ID, QUALITIES, TABLES, VERSION
from engine.values.fact import Quality, Value

_SampleRow = tuple[int, int, float | None, str | None, int]
_QUALITY_IDS = {Quality(name): number for number, name in enumerate(QUALITIES)}
_GOOD = Quality.GOOD


class Track:
    """What the writer remembers of a point: to leave out repeats and to keep the order."""

    __slots__ = ("at_ms", "id", "info", "quality", "value")

    def __init__(self, point_id: int, info: PointInfo) -> None:
        """Nothing is known yet of the point that has this number in the file."""
        self.id = point_id
        self.info = info
        self.at_ms: int | None = None
        self.value: Value | None = None
        self.quality: Quality | None = None


def begin(
    db: sqlite3.Connection,
    points: Sequence[PointInfo],
    meta: Mapping[str, str],
    tables: str = TABLES,
) -> None:
    """Make the tables, and fill those that stay as they are; `points` in order of their names.

    The transaction in which all that happens is left open.
    """
    db.executescript(
        f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
        + tables
    )
    db.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
    db.executemany("INSERT INTO qualities VALUES (?, ?)", enumerate(QUALITIES))
    db.executemany(
        "INSERT INTO points VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (i, p.name, p.kind, p.type, p.unit, p.low, p.high, json.dumps(p.values), p.about)
            for i, p in enumerate(points, start=1)
        ),
    )


def tracks_of(points: Iterable[PointInfo]) -> dict[str, Track]:
    """Return a track for each point, numbered by name. Raises ValueError for a name twice."""
    ordered = sorted(points, key=lambda info: info.name)
    tracks = {info.name: Track(i, info) for i, info in enumerate(ordered, start=1)}
    if len(tracks) != len(ordered):
        raise ValueError("a point is declared twice")
    return tracks


class RowWriter:
    """Writes rows through a connection; what commits them, and when, is for others to say."""

    def __init__(self, path: Path, db: sqlite3.Connection, tracks: dict[str, Track]) -> None:
        """Write into `db`; `path` is what errors name."""
        self._path = path
        self._db = db
        self._tracks = tracks

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
