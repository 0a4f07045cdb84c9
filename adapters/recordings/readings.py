"""A series of texts to readings of its point: units converted, rubbish told from values."""

from itertools import pairwise

from adapters.recordings.cells import CellReader, Verdict
from adapters.recordings.data import PointInfo
from adapters.recordings.findings import Findings, quoted
from adapters.recordings.mapping import Mapping, Series
from adapters.recordings.moments import iso
from adapters.recordings.units import Conversion, UnitError, conversion
from engine.values.fact import Quality, Value

Reading = tuple[int, Value | None, Quality]
"""`(at_ms, value, quality)`: what a source said at a moment."""

_WHAT_IS_WRONG = {
    Verdict.NOT_A_NUMBER: "is not a number",
    Verdict.NOT_FINITE: "is not a finite number",
    Verdict.NOT_A_STATE: "is none of its states",
}


def to_readings(
    series: Series, info: PointInfo, mapping: Mapping, findings: Findings
) -> list[Reading]:
    """Return the readings of a series in order of time, one a moment, in the unit of `info`.

    A counter's readings are in Wh. Of two texts at one moment the later written one counts.
    """
    reader = CellReader(info.type, mapping.style, mapping.missing, info.values)
    readings = []
    for index, (at_ms, text) in enumerate(zip(series.at_ms, series.texts, strict=True)):
        value, verdict = reader.read(text)
        if verdict is Verdict.GOOD:
            value, quality = _judged(value, index, series, info, findings)
        elif verdict is not Verdict.MISSING:
            quality = Quality.BAD
            what = f"{_said(series, index)} {_WHAT_IS_WRONG[verdict]}; BAD"
            code = f"import-{verdict.value}"
            findings.warn(code, series.column.source, what, series.place(index))
        elif series.column.when_missing == "keep":
            continue
        elif series.column.when_missing is not None:
            value, quality = _judged(series.column.when_missing, index, series, info, findings)
        else:
            quality = Quality.MISSING
        readings.append((at_ms, value, quality))
    return _in_order(readings, series, findings)


def _judged(
    value: Value | None, index: int, series: Series, info: PointInfo, findings: Findings
) -> tuple[Value | None, Quality]:
    """Return a cell's value in the point's unit, or BAD if the column cannot say it."""
    if info.type != "number" or not isinstance(value, float | int):
        return value, Quality.GOOD
    column = series.column
    if (column.low is not None and value < column.low) or (
        column.high is not None and value > column.high
    ):
        message = f"{_said(series, index)} is outside the column's range; BAD"
        findings.warn("import-out-of-range", column.source, message, series.place(index))
        return None, Quality.BAD
    convert = _conversion(index, series, info, findings)
    if convert is None:
        return None, Quality.BAD
    scale = 1.0 if column.counter else column.scale  # a counter's power is scaled, not its count
    if convert.changes_nothing and scale == 1:
        return float(value), Quality.GOOD
    return tidy(convert(value) * scale), Quality.GOOD


def _conversion(
    index: int, series: Series, info: PointInfo, findings: Findings
) -> Conversion | None:
    """Return how this cell's unit becomes the point's, None after noting that it cannot."""
    column = series.column
    said = series.units[index]
    place = series.place(index) if said else column.unit_position
    if said and column.unit and said != column.unit:
        message = f"{quoted(column.source)} is in {quoted(said)}, the mapping says `{column.unit}`"
        help_ = "leave `unit` out of the mapping"
        findings.fail("import-unit", column.source, message, column.unit_position, help_)
        return None
    unit = said or column.unit
    if not unit and info.unit:
        message = f"nothing says in which unit {quoted(column.source)} is"
        help_ = f"add `unit:` to it; `{info.name}` is in `{info.unit}`"
        findings.fail("import-unit", column.source, message, column.position, help_)
        return None
    try:
        return conversion(unit, "Wh" if column.counter else info.unit)
    except UnitError as error:
        message = f"{quoted(column.source)} cannot become `{info.name}`: {error}"
        findings.fail("import-unit", column.source, message, place, _unit_help(unit, series, info))
        return None


def _unit_help(unit: str, series: Series, info: PointInfo) -> str:
    if series.column.counter:
        return f"a counter counts energy: Wh, kWh or MWh, not `{unit}`"
    if unit in ("Wh", "kWh", "MWh"):
        return "if it counts energy up, say `counter: true`, and it becomes power"
    return f"`{info.name}` is in `{info.unit}`"


def _in_order(readings: list[Reading], series: Series, findings: Findings) -> list[Reading]:
    """Return the readings sorted by time, one a moment, after noting what had to be done."""
    source = series.column.source
    if any(later[0] < earlier[0] for earlier, later in pairwise(readings)):
        message = f"{quoted(source)} is not in order of time; sorted"
        findings.warn("import-unsorted", source, message, series.place(0))
        readings.sort(key=lambda reading: reading[0])
    last: dict[int, Reading] = {}
    for reading in readings:
        before = last.get(reading[0])
        if before is not None and before != reading:
            when = iso(reading[0])
            message = f"{quoted(source)} says two things at {when}; the later written one counts"
            findings.warn("import-duplicate-time", source, message, series.place(0))
        last[reading[0]] = reading
    return list(last.values())


def _said(series: Series, index: int) -> str:
    when = iso(series.at_ms[index])
    return f"{quoted(series.column.source)}: {quoted(series.texts[index])} at {when}"


def tidy(number: float) -> float:
    """Return a number without the noise of binary arithmetic: 0.29 kW is 290 W."""
    return float(f"{number:.12g}")
