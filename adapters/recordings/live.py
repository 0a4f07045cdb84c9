"""A recording that grows while it is read: a daemon's.

It stands at its place from the start, in SQLite's WAL mode, so that readers and the writer do not
wait for one another. Each `commit` is one transaction; the system writes it to the medium soon
after, for forcing it costs flash. A power cut leaves a whole file that ends some minutes before.
A file that was closed in order is a plain one again.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from adapters.recordings.data import PointInfo, RecordingError, RequestRow, ScanRun, Span
from adapters.recordings.header import check_header
from adapters.recordings.recording import Recording
from adapters.recordings.rows import RowWriter, Track, begin, tracks_of
from adapters.recordings.schema import SCAN_TABLES, SMALL_INDEXES, TABLES
from adapters.recordings.whole_file import refuse_place

_BUSY_S = 10.0
_CACHE_KIB = 256
"""What SQLite may hold of the file. Rows are added at its end, so more serves nobody; its own limit
of 2 MiB would fill in a few hours, a little with every commit."""


class LiveRecording(RowWriter):
    """Writes rows that a `commit` makes last. Errors of the file are RecordingErrors."""

    def __init__(self, path: Path, points: Iterable[PointInfo], meta: Mapping[str, str]) -> None:
        """Make the file, or go on with it. Raises RecordingError if it is of other points."""
        tracks = tracks_of(points)
        self.last_ms: int | None = None
        """The last moment that the file knows of; what is added comes later."""
        known = path.exists()
        if known:
            check_header(path)
        else:
            refuse_place(path, overwrite=False)
        try:
            db = sqlite3.connect(path, _BUSY_S, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise RecordingError(path, f"cannot be written: {error}") from error
        super().__init__(path, db, tracks)
        try:
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            if known:
                self._go_on(tracks)
            else:
                self._make(meta)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("BEGIN IMMEDIATE")
        except (sqlite3.Error, MemoryError) as error:  # the latter of a file that is damaged
            db.close()
            raise RecordingError(path, f"cannot be written: {error}") from error
        except RecordingError:
            db.close()
            raise

    def _make(self, meta: Mapping[str, str]) -> None:
        points = [track.info for track in self._tracks.values()]
        begin(self._db, points, meta, TABLES + SCAN_TABLES)
        for statement in (*SMALL_INDEXES, "COMMIT"):
            self._db.execute(statement)

    def _go_on(self, tracks: dict[str, Track]) -> None:
        """Take over what the file knows of each point."""
        self._db.execute("SELECT count(*) FROM sqlite_schema")  # first mends what a crash left
        with Recording.open(self._path) as there:
            if there.points() != tuple(track.info for track in tracks.values()):
                raise RecordingError(there.path, "is a recording of other points")
            if not there.tells_scans:
                raise RecordingError(there.path, "was not recorded by a daemon")
            self.last_ms = there.last_ms()
            if self.last_ms is None:
                return
            for name, (value, quality) in there.state(self.last_ms).items():
                tracks[name].at_ms = self.last_ms
                tracks[name].value, tracks[name].quality = value, quality

    def add_scans(self, runs: Iterable[ScanRun]) -> None:
        """Write the moments of scans; runs that do not overlap, in order."""
        self._write(
            "INSERT INTO scans VALUES (?, ?, ?, ?, ?)",
            ((r.at_ms, r.wall_ms, r.monotonic_ms, r.step_ms, r.count) for r in runs),
        )

    def add_measured(self, rows: Iterable[tuple[int, str, float]]) -> None:
        """Write `(at_ms, point, monotonic_s)`: when a point was measured."""
        self._write(
            "INSERT INTO measured VALUES (?, ?, ?)",
            ((at_ms, self._id(point), at_s) for at_ms, point, at_s in rows),
        )

    def add_requests(self, rows: Iterable[RequestRow]) -> None:
        """Write overrides and resets."""
        self._write(
            "INSERT INTO requests VALUES (?, ?, ?)",
            ((r.at_ms, _json(r.overrides), _json(r.resets)) for r in rows),
        )

    def extend(self, segment: Span) -> None:
        """Let the segment that starts at `segment.start_ms` reach to its `end_ms`."""
        row = (segment.start_ms, segment.end_ms)
        sql = (
            "INSERT INTO segments VALUES (?, ?) ON CONFLICT DO UPDATE SET end_ms = excluded.end_ms"
        )
        self._write(sql, [row])

    def commit(self) -> None:
        """Let readers see everything written so far."""
        try:
            self._db.execute("COMMIT")
            self._db.execute("BEGIN")
        except sqlite3.Error as error:
            raise RecordingError(self._path, f"cannot be written: {error}") from error

    def close(self) -> None:
        """Commit, and leave one plain file."""
        try:
            self._db.execute("COMMIT")
            self._db.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise RecordingError(self._path, f"cannot be written: {error}") from error
        finally:
            self._db.close()

    def abandon(self) -> None:
        """Close without a commit: the file stays as the last one left it."""
        self._db.close()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
