"""Writing a recording: into a file beside its place, which takes the place when it is whole."""

import os
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from adapters.recordings.data import PointInfo, RecordingError
from adapters.recordings.rows import RowWriter, begin, tracks_of
from adapters.recordings.schema import INDEXES
from adapters.recordings.whole_file import part_of, refuse_place


class RecordingWriter(RowWriter):
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
        tracks = tracks_of(points)
        self._part.unlink(missing_ok=True)
        try:
            db = sqlite3.connect(self._part, isolation_level=None)
            super().__init__(self._path, db, tracks)
            db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            begin(db, [track.info for track in tracks.values()], meta)
        except sqlite3.Error as error:
            self.discard()
            raise RecordingError(path, f"cannot be written: {error}") from error

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
