"""CSV text to series: every portal's export, as its mapping describes it."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.recordings.findings import Findings, quoted
from adapters.recordings.mapping import ColumnMap, Mapping, Series
from adapters.recordings.moments import plausible, resolve_local
from engine.language.position import Position
from engine.language.suggest import advise


@dataclass(frozen=True, slots=True)
class _Row:
    """A row: the line on which it starts, and its cells."""

    line: int
    cells: list[str]


def read_csv(file: str, text: str, mapping: Mapping, findings: Findings) -> list[Series]:
    """Return one series for each mapped column; what is wrong goes to `findings`.

    A row without a readable time, or with another number of cells than the header, is left out
    and counted. Rows from the newest to the oldest are turned round.
    """
    rows = _rows(file, text, mapping.delimiter, findings)
    header = next(rows, None)
    start = Position(file, 1, 1)
    if header is None:
        findings.fail("import-no-rows", file, "the file is empty", start)
        return []
    names = [cell.strip() for cell in header.cells]
    places = _places(file, names, mapping, findings)
    if places is None:
        return []
    time_place, column_places = places
    whole = [row for row in rows if _is_whole(file, row, len(names), findings)]
    if text and not text.endswith(("\n", "\r")) and whole:
        message = "the last row has no line end; perhaps the file is cut off"
        findings.warn("import-no-line-end", file, message, Position(file, whole[-1].line, 1))
    timed = _timed(file, whole, time_place, mapping, findings)
    if not timed and not findings.failed:
        message = "no row could be read"
        findings.fail(
            "import-no-rows", file, message, start, "look at the time's column and format"
        )
    moments = [at_ms for at_ms, _ in timed]
    locate = _locator(file, text, [row for _, row in timed], mapping.delimiter)
    return [
        Series(
            column,
            moments,
            [row.cells[place] for _, row in timed],
            [""] * len(timed),
            locate(place),
        )
        for column, place in column_places
    ]


def _rows(file: str, text: str, delimiter: str, findings: Findings) -> Iterator[_Row]:
    """Yield the rows that hold something."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _Row(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"from here on the file is not CSV: {error}"
        findings.fail("import-not-csv", file, message, Position(file, line, 1))


def _places(
    file: str, names: Sequence[str], mapping: Mapping, findings: Findings
) -> tuple[int, list[tuple[ColumnMap, int]]] | None:
    """Return where the time and the mapped columns stand in a row, None if one is not found."""
    wanted = [(mapping.time_column, mapping.time_position)]
    wanted += [(column.source, column.position) for column in mapping.columns]
    complete = True
    for name, position in wanted:
        count = names.count(name)
        if count == 1:
            continue
        complete = False
        if count:
            message = f"{file} has {count} columns {quoted(name)}"
            findings.fail("import-unclear-column", name, message, position, "rename one of them")
        elif len(names) == 1:
            message = f"the first line of {file} is one column, {quoted(names[0])}"
            findings.fail("import-unknown-column", "", message, position, "check the `delimiter`")
        else:
            message = f"{file} has no column {quoted(name)}"
            listed = "it has " + ", ".join(quoted(each) for each in names)
            help_ = advise(name, names) or listed
            findings.fail("import-unknown-column", name, message, position, help_)
    if not complete:
        return None
    return (
        names.index(mapping.time_column),
        [(column, names.index(column.source)) for column in mapping.columns],
    )


def _is_whole(file: str, row: _Row, count: int, findings: Findings) -> bool:
    if len(row.cells) == count:
        return True
    message = f"a row has {len(row.cells)} cells, the header {count}; it is left out"
    help_ = "perhaps the file is cut off, or a cell with the delimiter in it needs quotes"
    findings.warn("import-broken-row", file, message, Position(file, row.line, 1), help_)
    return False


def _timed(
    file: str, rows: Sequence[_Row], time_place: int, mapping: Mapping, findings: Findings
) -> list[tuple[int, _Row]]:
    """Return the rows with their UTC times, in order of writing, oldest first."""
    parse = _time_parser(mapping.time_format)
    found: list[tuple[datetime, _Row]] = []
    for row in rows:
        text = row.cells[time_place].strip()
        try:
            found.append((plausible(parse(text)), row))
        except (ValueError, OverflowError, OSError):
            message = f"{quoted(text)} is not a time in the format `{mapping.time_format}`"
            place = Position(file, row.line, 1)
            findings.warn("import-not-a-time", file, message + "; the row is left out", place)
    if len(found) > 1 and _naive(found[0][0]) > _naive(found[-1][0]):
        found.reverse()
    result = []
    resolved = resolve_local([moment for moment, _ in found], mapping.zone)
    for (moment, row), utc in zip(found, resolved, strict=True):
        place = Position(file, row.line, 1)
        if utc.at_ms is None:
            message = f"{moment} does not exist in {mapping.zone}: the clock jumps over it"
            help_ = "perhaps the device keeps winter time all year: say `zone: Etc/GMT-1`"
            code = "import-time-never-was"
            findings.warn(code, file, message + "; the row is left out", place, help_)
            continue
        if utc.doubtful:
            message = f"{moment} comes twice in {mapping.zone}, here only once"
            help_ = "taken as the first pass, summer time"
            findings.warn("import-time-doubtful", file, message, place, help_)
        result.append((utc.at_ms, row))
    return result


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _time_parser(time_format: str) -> Callable[[str], datetime]:
    match time_format:
        case "iso":
            return datetime.fromisoformat
        case "unix":
            return lambda text: datetime.fromtimestamp(float(text), UTC)
        case "unix_ms":
            return lambda text: datetime.fromtimestamp(float(text) / 1000, UTC)
        case _:
            return lambda text: datetime.strptime(text, time_format)  # noqa: DTZ007 - local, resolved by the zone


def _locator(
    file: str, text: str, rows: Sequence[_Row], delimiter: str
) -> Callable[[int], Callable[[int], Position]]:
    """Return what finds the place of a cell: asked for problems only."""
    lines = text.splitlines()

    def in_column(field: int) -> Callable[[int], Position]:
        def place(index: int) -> Position:
            row = rows[index]
            start = _start_of(lines[row.line - 1], field, delimiter)
            return Position(file, row.line, start, start + max(len(row.cells[field]), 1))

        return place

    return in_column


def _start_of(line: str, field: int, delimiter: str) -> int:
    """Return the column, from 1, where a field of a line begins."""
    inside = False
    for index, letter in enumerate(line):
        if field == 0:
            return index + 1
        if letter == '"':
            inside = not inside
        elif letter == delimiter and not inside:
            field -= 1
    return len(line) + 1 if field == 0 else 1
