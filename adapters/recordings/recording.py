"""A recording: facts, decisions and events over time, read from one SQLite file."""

import difflib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from adapters.recordings.data import (
    MISSING_STATE,
    Change,
    Checkpoint,
    DecisionRow,
    EventRow,
    PointInfo,
    RecordingError,
    RequestRow,
    Span,
    State,
)
from adapters.recordings.header import check_header
from adapters.recordings.schema import QUALITIES
from adapters.recordings.writer import RecordingWriter
from engine.values.fact import Quality, Value

_QUALITIES = tuple(Quality(name) for name in QUALITIES)
_FOREVER = 2**63 - 1


class Recording:
    """Reads a recording; the file is never changed. A context manager."""

    @staticmethod
    def create(
        path: Path | str,
        points: Iterable[PointInfo],
        meta: Mapping[str, str] | None = None,
        *,
        overwrite: bool = False,
    ) -> RecordingWriter:
        """Begin a new recording of `points`; every point that will get a sample is named here.

        `meta` says where it comes from: site, time_zone, source, licence, created_by. Raises
        RecordingError if the file exists (unless `overwrite`) or cannot be written, ValueError if a
        point is declared twice.
        """
        return RecordingWriter(path, points, meta or {}, overwrite=overwrite)

    @classmethod
    def open(cls, path: Path | str) -> "Recording":
        """Open a recording to read. Raises RecordingError if it is missing, cut off or none."""
        return cls(path)

    def __init__(self, path: Path | str) -> None:
        """Open the file; see `open`."""
        self.path = Path(path)
        self._closed = False
        check_header(self.path)
        try:
            self._db = sqlite3.connect(
                self.path.resolve().as_uri() + "?mode=ro", uri=True, isolation_level=None
            )
        except sqlite3.Error as error:
            raise RecordingError(path, f"cannot be read: {error}") from error
        try:
            with self._as_damage():
                self.meta = dict(self._rows("SELECT key, value FROM meta ORDER BY key"))
                self._points = self._read_points()
        except BaseException:
            self.close()
            raise
        self._ids = {info.name: point_id for point_id, info in self._points.items()}

    def _read_points(self) -> dict[int, PointInfo]:
        sql = "SELECT id, name, type, unit, low, high, named_values, kind, about FROM points"
        return {
            point_id: PointInfo(
                name, type_, unit, low, high, tuple(json.loads(values)), kind, about
            )
            for point_id, name, type_, unit, low, high, values, kind, about in self._rows(
                sql + " ORDER BY id"
            )
        }

    def points(self) -> tuple[PointInfo, ...]:
        """Return the points in the order of their names."""
        return tuple(self._points.values())

    def segments(self) -> tuple[Span, ...]:
        """Return the stretches without a gap, in order of time; empty if nothing was recorded."""
        return tuple(
            Span(start, end)
            for start, end in self._rows("SELECT start_ms, end_ms FROM segments ORDER BY start_ms")
        )

    def span(self) -> Span | None:
        """Return the whole time from the first segment's start to the last one's end."""
        segments = self.segments()
        return Span(segments[0].start_ms, segments[-1].end_ms) if segments else None

    def counts(self) -> dict[str, dict[Quality, int]]:
        """Return how many samples each point has of each quality; reads the whole file."""
        result = {name: dict.fromkeys(_QUALITIES, 0) for name in self._ids}
        sql = "SELECT point_id, quality, count(*) FROM samples GROUP BY 1, 2"
        with self._as_damage():
            for point_id, quality, count in self._rows(sql):
                result[self._points[point_id].name][_QUALITIES[quality]] = count
        return result

    def changes(
        self,
        points: Iterable[str] | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
    ) -> Iterator[Change]:
        """Yield what a replay feeds: each point's state at `start_ms`, then its changes.

        The state is that of the last sample at or before the start, MISSING if there is none, and
        carries `start_ms` as its time. Changes follow up to, not including, `end_ms`, ordered by
        time and then by point name. The default is the whole span and all points. Raises
        RecordingError for an unknown point or a damaged file.
        """
        if start_ms is None:
            span = self.span()
            if span is None:
                return
            start_ms = span.start_ms
        wanted = self._wanted(points)
        for name, (value, quality) in self._state(start_ms, wanted).items():
            yield start_ms, name, value, quality
        yield from self._changes_after(start_ms, end_ms, wanted)

    def _changes_after(
        self, start_ms: int, end_ms: int | None, wanted: dict[int, str]
    ) -> Iterator[Change]:
        """Stream the changes after the start: one query in the order of the primary key."""
        everything = len(wanted) == len(self._points)
        sql = _CHANGES + ("" if everything else _CHOSEN) + "ORDER BY at_ms, point_id"
        chosen = () if everything else (_list(wanted),)
        bools = {i for i in wanted if self._points[i].type == "bool"}
        qualities = _QUALITIES
        end_ms = _FOREVER if end_ms is None else end_ms
        with self._as_damage():
            for at_ms, point_id, value, quality in self._rows(sql, start_ms, end_ms, *chosen):
                if point_id in bools and value is not None:
                    yield at_ms, wanted[point_id], value != 0, qualities[quality]
                else:
                    yield at_ms, wanted[point_id], value, qualities[quality]

    def state(self, at_ms: int, points: Iterable[str] | None = None) -> dict[str, State]:
        """Return each point's value and quality at a moment, by the names in order."""
        return self._state(at_ms, self._wanted(points))

    def _state(self, at_ms: int, wanted: dict[int, str]) -> dict[str, State]:
        sql = (
            "SELECT coalesce(number, text), quality FROM samples "
            "WHERE point_id = ? AND at_ms <= ? ORDER BY at_ms DESC LIMIT 1"
        )
        result = {}
        with self._as_damage():
            for point_id, name in wanted.items():
                result[name] = MISSING_STATE
                for value, quality in self._rows(sql, point_id, at_ms):
                    result[name] = (self._value(point_id, value), _QUALITIES[quality])
        return result

    def decisions(
        self,
        outputs: Iterable[str] | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
    ) -> Iterator[DecisionRow]:
        """Yield decisions from `start_ms` up to, not including, `end_ms`, by time, then output."""
        wanted = self._wanted(outputs)
        sql = _DECISION + "WHERE at_ms >= ? AND at_ms < ? " + _CHOSEN.replace("point", "output")
        start_ms = -_FOREVER if start_ms is None else start_ms
        end_ms = _FOREVER if end_ms is None else end_ms
        for row in self._rows(sql + "ORDER BY at_ms, output_id", start_ms, end_ms, _list(wanted)):
            yield self._decision(row)

    def decision_at(self, output: str, at_ms: int) -> DecisionRow | None:
        """Return the output's decision that stands at a moment, None before its first one."""
        (output_id,) = self._wanted([output])
        sql = _DECISION + "WHERE output_id = ? AND at_ms <= ? ORDER BY at_ms DESC LIMIT 1"
        for row in self._rows(sql, output_id, at_ms):
            return self._decision(row)
        return None

    def events(self, start_ms: int | None = None, end_ms: int | None = None) -> Iterator[EventRow]:
        """Yield events from `start_ms` up to, not including, `end_ms`, as they happened."""
        sql = "SELECT at_ms, kind, subject, text FROM events WHERE at_ms >= ? AND at_ms < ?"
        start_ms = -_FOREVER if start_ms is None else start_ms
        end_ms = _FOREVER if end_ms is None else end_ms
        for row in self._rows(sql + " ORDER BY id", start_ms, end_ms):
            yield EventRow(*row)

    def checkpoint_before(self, at_ms: int, rules: str) -> Checkpoint | None:
        """Return the last checkpoint of these rules that is older than a moment."""
        sql = (
            "SELECT at_ms, rules, retained FROM checkpoints WHERE at_ms < ? AND rules = ? "
            "ORDER BY at_ms DESC LIMIT 1"
        )
        for row in self._rows(sql, at_ms, rules):
            return Checkpoint(*row)
        return None

    @property
    def tells_scans(self) -> bool:
        """Tell whether a daemon recorded it, with the moment of each of its scans."""
        sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'scans'"
        return any(count for (count,) in self._rows(sql))

    @property
    def period_ms(self) -> int:
        """Return the daemon's usual time from scan to scan, at least 1 ms."""
        sql = (
            "SELECT step_ms FROM scans WHERE count > 1 GROUP BY step_ms "
            "ORDER BY sum(count) DESC LIMIT 1"
        )
        return next((max(1, step_ms) for (step_ms,) in self._rows(sql)), 1)

    def last_ms(self) -> int | None:
        """Return the last moment that anything in a daemon's recording speaks of."""
        sql = (
            "SELECT max(at_ms) FROM (SELECT max(at_ms) AS at_ms FROM samples UNION ALL "
            "SELECT max(at_ms) FROM decisions UNION ALL SELECT max(at_ms) FROM events UNION ALL "
            "SELECT max(end_ms) FROM segments UNION ALL "
            "SELECT max(at_ms + step_ms * (count - 1)) FROM scans)"
        )
        return next((at_ms for (at_ms,) in self._rows(sql)), None)

    def scans(self, start_ms: int, end_ms: int) -> Iterator[tuple[int, int, int]]:
        """Yield `(at_ms, wall_ms, monotonic_ms)` of each scan from `start_ms` up to `end_ms`."""
        sql = (
            "SELECT at_ms, wall_ms, monotonic_ms, step_ms, count FROM scans "
            "WHERE at_ms < ? AND at_ms + step_ms * (count - 1) >= ? ORDER BY at_ms"
        )
        with self._as_damage():
            for at_ms, wall_ms, monotonic_ms, step_ms, count in self._rows(sql, end_ms, start_ms):
                step_ms = max(1, step_ms)  # noqa: PLW2901 - a damaged count must not go on for ever
                first, end = -((at_ms - start_ms) // step_ms), -((at_ms - end_ms) // step_ms)
                for number in range(max(0, first), min(count, end)):
                    ahead_ms = step_ms * number
                    yield at_ms + ahead_ms, wall_ms + ahead_ms, monotonic_ms + ahead_ms

    def measured(self, start_ms: int, end_ms: int) -> Iterator[tuple[int, str, float]]:
        """Yield `(at_ms, point, monotonic_s)`: when a point was measured, as known from then on.

        Begins with what was known at `start_ms`; see `scans` for the rest.
        """
        sql = (
            "SELECT max(at_ms), point_id, monotonic_s FROM measured WHERE at_ms <= ? "
            "GROUP BY point_id"
        )
        with self._as_damage():
            for _, point_id, monotonic_s in self._rows(sql, start_ms):
                yield start_ms, self._points[point_id].name, monotonic_s
        sql = (
            "SELECT at_ms, point_id, monotonic_s FROM measured WHERE at_ms > ? AND at_ms < ? "
            "ORDER BY at_ms, point_id"
        )
        with self._as_damage():
            for at_ms, point_id, monotonic_s in self._rows(sql, start_ms, end_ms):
                yield at_ms, self._points[point_id].name, monotonic_s

    def requests(self, start_ms: int, end_ms: int) -> Iterator[RequestRow]:
        """Yield what people asked for, beginning with what stands at `start_ms`."""
        sql = (
            "SELECT at_ms, overrides, resets FROM requests WHERE at_ms < ? AND at_ms >= "
            "(SELECT coalesce(max(at_ms), ?) FROM requests WHERE at_ms <= ?) ORDER BY at_ms"
        )
        with self._as_damage():
            for at_ms, overrides, resets in self._rows(sql, end_ms, start_ms, start_ms):
                yield RequestRow(at_ms, json.loads(overrides), json.loads(resets))

    def close(self) -> None:
        """Close the file; the iterators of this recording end with it."""
        self._closed = True
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _rows(self, sql: str, *arguments: object) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._db.execute(sql, arguments)
        except (sqlite3.DatabaseError, UnicodeDecodeError, MemoryError) as error:
            # SQLite runs out of memory where damage tells it of something that is too large.
            if self._closed:
                return  # as `close` says; an interrupt ends a run like this
            raise self._damaged(error) from error

    @contextmanager
    def _as_damage(self) -> Iterator[None]:
        """Take values that no recording holds for what they are: bytes that were changed."""
        try:
            yield
        except (LookupError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> RecordingError:
        help_text = "restore it from a copy or record it again"
        why = error if str(error) else "it asks for more memory than there is"
        return RecordingError(self.path, f"is damaged: {why}", help_text)

    def _wanted(self, names: Iterable[str] | None) -> dict[int, str]:
        """Return the ids and names of the chosen points, in the order of their names."""
        if names is None:
            return {point_id: info.name for point_id, info in self._points.items()}
        wanted = {}
        for name in sorted(set(names)):
            if name not in self._ids:
                near = difflib.get_close_matches(name, self._ids, n=1)
                hint = f"did you mean `{near[0]}`?" if near else "`thermiq recording` lists them"
                raise RecordingError(self.path, f"has no point `{name}`", hint)
            wanted[self._ids[name]] = name
        return wanted

    def _value(self, point_id: int, value: float | str | None) -> Value | None:
        return bool(value) if value is not None and self._is_bool(point_id) else value

    def _is_bool(self, point_id: int) -> bool:
        return self._points[point_id].type == "bool"

    def _decision(self, row: tuple[Any, ...]) -> DecisionRow:
        at_ms, output_id, value, cause, by, wanted, reasons = row
        with self._as_damage():
            return DecisionRow(
                at_ms,
                self._points[output_id].name,
                self._value(output_id, value),
                cause,
                by,
                self._value(output_id, wanted),
                json.loads(reasons),
            )


_CHANGES = """
SELECT at_ms, point_id, coalesce(number, text), quality FROM samples WHERE at_ms > ? AND at_ms < ?
"""
# The plus keeps SQLite off the index by point, which would make it sort everything.
_CHOSEN = "AND +point_id IN (SELECT value FROM json_each(?)) "
_DECISION = 'SELECT at_ms, output_id, value, cause, "by", wanted, reasons FROM decisions '


def _list(ids: Iterable[int]) -> str:
    return json.dumps(list(ids))
