"""An import from end to end: files and a mapping to samples, then to a recording."""

import difflib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.recordings.combine import added, held, stretches, to_samples
from adapters.recordings.counters import to_power
from adapters.recordings.data import Change, PointInfo, Span
from adapters.recordings.findings import Findings, quoted
from adapters.recordings.from_csv import read_csv
from adapters.recordings.from_homeassistant import read_homeassistant
from adapters.recordings.mapping import ColumnMap, Mapping, Series
from adapters.recordings.readings import Reading, to_readings
from adapters.recordings.recording import Recording
from adapters.recordings.source import decode, read_bytes
from adapters.recordings.units import UnitError, conversion
from engine.language.position import Position
from engine.language.problem import Problem
from engine.values.fact import Quality


@dataclass(frozen=True, slots=True)
class Imported:
    """What files became. Worthless if a problem is an error: then there are no samples.

    `readings` counts, by point and quality, what the files said, repeats included.
    """

    points: tuple[PointInfo, ...]
    samples: tuple[Change, ...]
    segments: tuple[Span, ...]
    readings: dict[str, dict[Quality, int]]
    problems: tuple[Problem, ...]
    failed: bool


def import_files(
    paths: Iterable[Path], mapping: Mapping, plant: Sequence[PointInfo] = ()
) -> Imported:
    """Read files with one mapping; RecordingError if one cannot be opened."""
    return import_contents([(str(path), read_bytes(path)) for path in paths], mapping, plant)


def import_contents(
    contents: Iterable[tuple[str, bytes]], mapping: Mapping, plant: Sequence[PointInfo] = ()
) -> Imported:
    """Turn the contents of files into samples of the plant's points.

    Without a plant the mapping's units stand, and a counter becomes W. Pure: no file is opened.
    """
    findings = Findings()
    infos = _points(mapping, plant, findings)
    series: list[Series] = []
    read = read_csv if mapping.format == "csv" else read_homeassistant
    for file, content in contents:
        text = decode(file, content, mapping.encoding, findings)
        if text is not None:
            series += read(file, text, mapping, findings)
    infos = {name: _with_unit_of_file(info, series) for name, info in infos.items()}
    samples: list[Change] = []
    times: set[int] = set()
    counts: dict[str, dict[Quality, int]] = {}
    for name, info in infos.items():
        own = [each for each in series if each.column.point == name]
        counts[name] = dict.fromkeys(Quality, 0)
        if own:
            samples += _samples(own, info, mapping, findings, counts[name])
            times.update(*(each.at_ms for each in own))
    if findings.failed:
        return Imported((), (), (), counts, findings.problems(), failed=True)
    only_counters = all(column.counter for column in mapping.columns)
    reach_ms = 0 if only_counters else mapping.hold_ms or 0
    samples.sort(key=lambda sample: sample[:2])
    return Imported(
        tuple(infos.values()),
        tuple(samples),
        tuple(stretches(times, mapping.hold_ms, reach_ms)),
        counts,
        findings.problems(),
        failed=False,
    )


def write_recording(
    path: Path, imported: Imported, meta: dict[str, str], *, overwrite: bool
) -> None:
    """Write what was imported. Raises RecordingError if that is not possible."""
    with Recording.create(path, imported.points, meta, overwrite=overwrite) as writer:
        writer.add_samples(imported.samples)
        for segment in imported.segments:
            writer.add_segment(segment)


def _points(
    mapping: Mapping, plant: Sequence[PointInfo], findings: Findings
) -> dict[str, PointInfo]:
    """Return the points that the mapping names, as the plant or else the mapping declares them."""
    declared = {info.name: info for info in plant}
    result: dict[str, PointInfo] = {}
    for column in mapping.columns:
        if plant and column.point not in declared:
            near = difflib.get_close_matches(column.point, declared, n=1)
            help_ = f"did you mean `{near[0]}`?" if near else ""
            message = f"the plant has no point {quoted(column.point)}"
            findings.fail(
                "import-unknown-point", column.source, message, column.point_position, help_
            )
        elif column.point not in result:
            result[column.point] = declared.get(column.point) or _undeclared(column)
        info = result.get(column.point)
        if info is not None and info.type != "number" and column.counter:
            message = f"{quoted(column.source)} is a counter, but `{info.name}` is no number"
            findings.fail("import-unit", column.source, message, column.position)
    return result


def _undeclared(column: ColumnMap) -> PointInfo:
    return PointInfo(column.point, column.type, "W" if column.counter else column.unit)


def _with_unit_of_file(info: PointInfo, series: Sequence[Series]) -> PointInfo:
    """Return the point in the unit that the file itself names, if nobody else named one."""
    if info.unit or info.type != "number":
        return info
    said = (unit for each in series if each.column.point == info.name for unit in each.units)
    return replace(info, unit=next(filter(None, said), ""))


def _samples(
    series: Sequence[Series],
    info: PointInfo,
    mapping: Mapping,
    findings: Findings,
    counts: dict[Quality, int],
) -> Iterable[Change]:
    """Return the samples of one point from all series that tell of it."""
    by_source: dict[str, list[Series]] = {}
    for each in series:
        by_source.setdefault(each.column.source, []).append(each)
    parts = []
    for pieces in by_source.values():
        whole = pieces[0] if len(pieces) == 1 else _joined(pieces)
        readings = to_readings(whole, info, mapping, findings)
        for _, _, quality in readings:
            counts[quality] += 1
        parts.append(_standing(readings, whole, info, mapping, findings))
    readings = list(added(parts))
    samples = list(to_samples(readings, info, _where(series[0]), findings))
    pairs = zip(readings, samples, strict=True)
    beyond = sum(old[2] is Quality.GOOD and new[3] is Quality.BAD for old, new in pairs)
    counts[Quality.GOOD] -= beyond
    counts[Quality.BAD] += beyond
    return samples


def _standing(
    readings: list[Reading], series: Series, info: PointInfo, mapping: Mapping, findings: Findings
) -> list[Reading]:
    if not series.column.counter:
        return list(held(readings, mapping.hold_ms))
    try:
        factor = conversion("W", info.unit)(series.column.scale)
    except UnitError:
        message = f"{quoted(series.column.source)} counts energy, `{info.name}` is in `{info.unit}`"
        findings.fail("import-unit", series.column.source, message, series.column.position)
        return []
    return to_power(readings, mapping.hold_ms, factor, series, findings)


def _joined(pieces: Sequence[Series]) -> Series:
    """Return the same column of several files as one."""
    places = [(piece, i) for piece in pieces for i in range(len(piece.at_ms))]
    return replace(
        pieces[0],
        at_ms=[at_ms for piece in pieces for at_ms in piece.at_ms],
        texts=[text for piece in pieces for text in piece.texts],
        units=[unit for piece in pieces for unit in piece.units],
        place=lambda index: places[index][0].place(places[index][1]),
    )


def _where(series: Series) -> Callable[[int], Position]:
    """Return what finds the place of a moment in a file."""

    def place(at_ms: int) -> Position:
        index = bisect_left(series.at_ms, at_ms)
        return series.place(min(index, len(series.at_ms) - 1))

    return place
