"""Recordings to Parquet, for notebooks. Needs pyarrow, which the extra `parquet` installs."""

from collections.abc import Iterator, Sequence
from datetime import UTC, tzinfo
from itertools import islice
from pathlib import Path
from typing import Any

from adapters.recordings.data import PointInfo, RecordingError, Span
from adapters.recordings.frames import frames
from adapters.recordings.recording import Recording
from engine.values.fact import Value

_BATCH_ROWS = 100_000

Row = tuple[Any, ...]


def write_parquet(
    path: Path,
    recording: Recording,
    points: Sequence[str],
    span: Span,
    *,
    wide: bool = False,
    step_ms: int | None = None,
    zone: tzinfo = UTC,
) -> int:
    """Write a Parquet file and return how many rows it has.

    Long: `time, point, number, text, quality`; a bool is 0 or 1 in `number`. Wide: `time` and a
    column a point, null unless its quality is good; its unit is the column's metadata `unit`.
    Raises RecordingError if pyarrow is missing or the file cannot be written.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415 - an extra
    except ImportError:
        help_ = "install the extra: pip install 'thermiq[parquet]'"
        raise RecordingError(path, "cannot be written: Parquet needs pyarrow", help_) from None
    infos = {info.name: info for info in recording.points()}
    chosen = [infos[name] for name in points]
    rows: Iterator[Row]
    if wide:
        schema = _wide_schema(pa, chosen, zone)
        rows = (
            (at_ms, *(value for value, _ in states))
            for at_ms, states in frames(recording, points, span, step_ms)
        )
    else:
        schema = _long_schema(pa, zone)
        rows = _long_rows(recording, points, span, step_ms)
    count = 0
    try:
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            while batch := list(islice(rows, _BATCH_ROWS)):
                columns = zip(*batch, strict=True)
                arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
                count += len(batch)
    except OSError as error:
        raise RecordingError(path, f"cannot be written: {error}") from error
    return count


def _long_rows(
    recording: Recording, points: Sequence[str], span: Span, step_ms: int | None
) -> Iterator[Row]:
    if step_ms is None:
        for at_ms, name, value, quality in recording.changes(points, span.start_ms, span.end_ms):
            yield at_ms, name, *_number_and_text(value), quality.value
        return
    for at_ms, states in frames(recording, points, span, step_ms):
        for name, (value, quality) in zip(points, states, strict=True):
            yield at_ms, name, *_number_and_text(value), quality.value


def _number_and_text(value: Value | None) -> tuple[float | None, str | None]:
    if value is None or isinstance(value, str):
        return None, value
    return float(value), None


def _long_schema(pa: Any, zone: tzinfo) -> Any:
    word = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            ("time", pa.timestamp("ms", tz=str(zone))),
            ("point", word),
            ("number", pa.float64()),
            ("text", pa.string()),
            ("quality", word),
        ]
    )


def _wide_schema(pa: Any, infos: Sequence[PointInfo], zone: tzinfo) -> Any:
    types = {"number": pa.float64(), "bool": pa.bool_(), "enum": pa.string()}
    fields = [pa.field("time", pa.timestamp("ms", tz=str(zone)))]
    fields += [
        pa.field(info.name, types[info.type], metadata={"unit": info.unit}) for info in infos
    ]
    return pa.schema(fields)
