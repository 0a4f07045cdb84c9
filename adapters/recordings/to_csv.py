"""Recordings to CSV: long, one change a line; wide, one moment a line with a column a point."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import TextIO

from adapters.recordings.data import Span, State
from adapters.recordings.frames import frames
from adapters.recordings.moments import iso
from adapters.recordings.recording import Recording
from engine.values.fact import Value

LONG_HEADER = ("time", "point", "value", "unit", "quality")
DECISIONS_HEADER = ("time", "output", "value", "unit", "cause", "by", "wanted", "reasons")


def write_long(
    out: TextIO,
    recording: Recording,
    points: Sequence[str],
    span: Span,
    *,
    step_ms: int | None = None,
    zone: tzinfo = UTC,
) -> int:
    """Write one line a change, or with a step one a point and step; return how many lines.

    The value is empty unless the quality is good.
    """
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(LONG_HEADER)
    units = {info.name: info.unit for info in recording.points()}
    count = 0
    if step_ms is None:
        for at_ms, name, value, quality in recording.changes(points, span.start_ms, span.end_ms):
            writer.writerow((iso(at_ms, zone), name, told(value), units[name], quality.value))
            count += 1
        return count
    for at_ms, states in frames(recording, points, span, step_ms):
        time = iso(at_ms, zone)
        for name, (value, quality) in zip(points, states, strict=True):
            writer.writerow((time, name, told(value), units[name], quality.value))
            count += 1
    return count


def write_wide(
    out: TextIO,
    recording: Recording,
    points: Sequence[str],
    span: Span,
    *,
    step_ms: int | None = None,
    zone: tzinfo = UTC,
) -> int:
    """Write one line a moment with a column a point, headed `name [unit]`; return how many lines.

    A cell is empty unless the point's quality is good at that moment.
    """
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["time", *headings(recording, points)])
    count = 0
    for at_ms, states in frames(recording, points, span, step_ms):
        writer.writerow([iso(at_ms, zone), *map(_cell, states)])
        count += 1
    return count


def write_decisions(
    out: TextIO, recording: Recording, outputs: Sequence[str], span: Span, zone: tzinfo = UTC
) -> int:
    """Write one line a decision, its reasons as JSON; return how many lines."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(DECISIONS_HEADER)
    units = {info.name: info.unit for info in recording.points()}
    count = 0
    for row in recording.decisions(outputs, span.start_ms, span.end_ms + 1):
        time, value, wanted = iso(row.at_ms, zone), told(row.value), told(row.wanted)
        reasons = json.dumps(row.reasons, ensure_ascii=False)
        cells = (time, row.output, value, units[row.output], row.cause, row.by, wanted, reasons)
        writer.writerow(cells)
        count += 1
    return count


def headings(recording: Recording, points: Sequence[str]) -> list[str]:
    """Return the points' column names: `pv.power [W]`, without brackets where there is no unit."""
    units = {info.name: info.unit for info in recording.points()}
    return [f"{name} [{units[name]}]" if units[name] else name for name in points]


def told(value: Value | None) -> str:
    """Return a value as text that reads back as the same: 471.3, 20, true, normal, or nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case _:
            return repr(float(value)).removesuffix(".0")


def _cell(state: State) -> str:
    return told(state[0])
