"""Reads a mapping file: YAML text to a Mapping, or to problems with their places."""

from datetime import tzinfo
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from adapters.recordings.cells import NumberStyle
from adapters.recordings.data import PointType, RecordingError
from adapters.recordings.findings import Findings, quoted
from adapters.recordings.mapping import ColumnMap, Format, Mapping
from adapters.recordings.moments import duration_ms
from adapters.recordings.source import read_bytes
from engine.language.document import Mapping as Table
from engine.language.document import Node, Scalar, Sequence
from engine.language.parse_yaml import parse_yaml
from engine.language.position import Position
from engine.language.problem import Problem
from engine.language.source import read_text
from engine.language.suggest import advise

C = TypeVar("C", bound=str)

SHIPPED: Final = Path(__file__).parent / "mappings"
"""The mappings that come with ThermIQ; each can be named without path and ending."""

_KEYS: tuple[str, ...] = (
    "format",
    "about",
    "source",
    "licence",
    "time",
    "hold",
    "delimiter",
    "decimal",
)
_KEYS += ("thousands", "encoding", "missing", "columns", "entities")
_COLUMN_KEYS = ("point", "unit", "scale", "range", "counter", "type", "when_missing", "about")
_TIME_KEYS = ("column", "format", "zone")
_TIME_FORMATS = ("iso", "unix", "unix_ms")
_TRUTHS = {"true": True, "false": False}


def find_mapping(name: str) -> Path:
    """Return the path of a mapping: a file, or one of those that come with ThermIQ.

    Raises RecordingError if there is neither.
    """
    path = Path(name)
    shipped = {file.stem: file for file in sorted(SHIPPED.glob("*.yaml"))}
    if path.exists() or path.suffix or name not in shipped:
        if path.is_file():
            return path
        help_ = advise(name, shipped) or "shipped with ThermIQ are " + ", ".join(shipped)
        what = "is a directory, not a mapping" if path.is_dir() else "does not exist"
        raise RecordingError(name, what, help_)
    return shipped[name]


def load_mapping(path: Path) -> tuple[Mapping | None, tuple[Problem, ...]]:
    """Return a file's mapping, None if there are problems. RecordingError: it cannot be read."""
    return read_mapping(str(path), read_bytes(path))


def read_mapping(file: str, content: bytes) -> tuple[Mapping | None, tuple[Problem, ...]]:
    """Return the mapping that a file's content describes, None if there are problems."""
    findings = Findings()
    text, problems = read_text(file, content)
    findings.add(problems)
    parsed: list[Problem] = []
    table = None if problems else parse_yaml(file, text, parsed)
    findings.add(parsed)
    mapping = None if table is None else _Reader(findings).mapping(table)
    return None if findings.failed else mapping, findings.problems()


class _Reader:
    """Takes values out of the document; what is wrong with them goes to the findings."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def mapping(self, table: Table) -> Mapping | None:
        keys = self._keys(table, _KEYS)
        format_: Format = "homeassistant" if "entities" in keys else "csv"
        written = self._choice(keys.get("format"), ("csv", "homeassistant"), format_)
        columns = self._columns(keys.get("columns", keys.get("entities")), table.position)
        if written != format_ or ("columns" in keys and "entities" in keys):
            self._wrong("format: csv has `columns`, homeassistant has `entities`", table.position)
        time = keys.get("time")
        if time is None and format_ == "csv":
            self._wrong("`time:` is missing", table.position, "time: {column: NAME, zone: UTC}")
        times = self._keys(time, _TIME_KEYS) if isinstance(time, Table) else {}
        if format_ == "csv" and isinstance(time, Table) and "column" not in times:
            self._wrong("`time:` does not name its `column`", time.position)
        if format_ == "csv" and "hold" not in keys:
            help_ = "how long a row stands before its points are STALE, as in `hold: 30 min`"
            self._wrong("`hold:` is missing", table.position, help_)
        named = [(key, self._text(keys[key])) for key in ("source", "licence") if key in keys]
        return Mapping(
            format=format_,
            columns=columns,
            time_column=self._text(times.get("column")),
            time_format=self._time_format(times.get("format")),
            zone=self._zone(times.get("zone")),
            hold_ms=self._duration(keys.get("hold")),
            delimiter=self._letter(keys.get("delimiter"), ","),
            style=self._style(keys),
            encoding=self._encoding(keys.get("encoding")),
            missing=frozenset(self._texts(keys.get("missing"))),
            meta=tuple(named),
            position=table.position,
            time_position=times["column"].position if "column" in times else table.position,
        )

    def _columns(self, node: Node | None, place: Position) -> tuple[ColumnMap, ...]:
        if not isinstance(node, Table) or not node.items:
            help_ = "columns: {NAME: {point: pv.power, unit: W}}"
            self._wrong("no column is mapped to a point", place, help_)
            return ()
        return tuple(self._column(name, value) for name, value in node.items)

    def _column(self, name: Scalar, node: Node) -> ColumnMap:
        keys = self._keys(node, _COLUMN_KEYS)
        point = self._text(keys.get("point"))
        if not point:
            self._wrong(f"{quoted(name.text)} names no `point`", name.position)
        low, high = self._range(keys.get("range"))
        unit = keys.get("unit")
        types: tuple[PointType, ...] = ("number", "bool", "enum")
        missing = keys.get("when_missing")
        when_missing = None
        if isinstance(missing, Scalar) and missing.text not in ("missing", "keep"):
            when_missing = self._number(missing, 0.0)
        return ColumnMap(
            source=name.text,
            point=point,
            unit=self._text(unit),
            scale=self._number(keys.get("scale"), 1.0),
            low=low,
            high=high,
            counter=self._choice(keys.get("counter"), tuple(_TRUTHS), "false") == "true",
            type=self._choice(keys.get("type"), types, "number"),
            when_missing="keep" if self._text(missing) == "keep" else when_missing,
            position=name.position,
            unit_position=unit.position if unit is not None else name.position,
            point_position=keys["point"].position if "point" in keys else name.position,
        )

    def _keys(self, node: Node | None, known: tuple[str, ...]) -> dict[str, Node]:
        if not isinstance(node, Table):
            if node is not None:
                self._wrong("a mapping `{key: value}` belongs here", node.position)
            return {}
        for key, _ in node.items:
            if key.text not in known:
                help_ = advise(key.text, known) or "known are " + ", ".join(known)
                self._wrong(f"{quoted(key.text)} is not known here", key.position, help_)
        return {key.text: value for key, value in node.items}

    def _text(self, node: Node | None) -> str:
        if node is None or isinstance(node, Scalar):
            return "" if node is None else node.text
        self._wrong("a text belongs here", node.position)
        return ""

    def _texts(self, node: Node | None) -> list[str]:
        if isinstance(node, Sequence):
            return [self._text(each) for each in node.items]
        return [] if node is None else [self._text(node)]

    def _number(self, node: Node | None, default: float) -> float:
        if node is None:
            return default
        text = self._text(node)
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if number - number == 0 and "_" not in text:
            return number
        self._wrong(f"{quoted(text)} is not a number", node.position)
        return default

    def _range(self, node: Node | None) -> tuple[float | None, float | None]:
        if node is None:
            return None, None
        if not isinstance(node, Sequence) or len(node.items) != 2:  # noqa: PLR2004 - low and high
            self._wrong("a range is written `[low, high]`", node.position)
            return None, None
        low, high = (self._number(each, 0.0) for each in node.items)
        if low > high:
            self._wrong(f"the range's low end {low:g} is above its high end", node.position)
        return low, high

    def _choice(self, node: Node | None, choices: tuple[C, ...], default: C) -> C:
        if node is None:
            return default
        text = self._text(node)
        for choice in choices:
            if choice == text:
                return choice
        help_ = advise(text, choices) or "one of " + ", ".join(choices)
        self._wrong(f"{quoted(text)} is not known here", node.position, help_)
        return default

    def _duration(self, node: Node | None) -> int | None:
        if node is None:
            return None
        try:
            return duration_ms(self._text(node))
        except ValueError:
            help_ = "write it as `30 min`, `90 s` or `2 h`"
            self._wrong(f"{quoted(self._text(node))} is not a duration", node.position, help_)
        return None

    def _letter(self, node: Node | None, default: str) -> str:
        text = default if node is None else self._text(node)
        if node is not None and len(text) != 1:
            self._wrong(f"{quoted(text)} is not one character", node.position)
            return default
        return text

    def _style(self, keys: dict[str, Node]) -> NumberStyle:
        decimal = self._letter(keys.get("decimal"), ".")
        thousands = self._letter(keys["thousands"], "") if "thousands" in keys else ""
        if decimal == thousands:
            place = keys["thousands"].position
            self._wrong("`decimal` and `thousands` are the same character", place)
        return NumberStyle(decimal, thousands)

    def _zone(self, node: Node | None) -> tzinfo:
        name = "UTC" if node is None else self._text(node)
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            help_ = "write it as `Europe/Berlin` or `UTC`"
            place = Position("", 1, 1) if node is None else node.position
            self._wrong(f"{quoted(name)} is not a time zone", place, help_)
            return ZoneInfo("UTC")

    def _time_format(self, node: Node | None) -> str:
        text = "iso" if node is None else self._text(node)
        if node is not None and text not in _TIME_FORMATS and "%" not in text:
            help_ = "iso, unix, unix_ms, or a pattern like `%d.%m.%Y %H:%M:%S`"
            self._wrong(f"{quoted(text)} is not a time format", node.position, help_)
        return text

    def _encoding(self, node: Node | None) -> str:
        name = "utf-8" if node is None else self._text(node)
        try:
            "".encode(name)
        except LookupError:
            place = Position("", 1, 1) if node is None else node.position
            self._wrong(f"{quoted(name)} is not an encoding", place, "utf-8 or cp1252")
            return "utf-8"
        return name

    def _wrong(self, message: str, place: Position, help_: str = "") -> None:
        self._findings.fail("mapping", f"{message} {place}", message, place, help_)
