"""How the columns of a file become points, as plain data. The file of it: mapping_file.py."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Literal

from adapters.recordings.cells import NumberStyle
from adapters.recordings.data import PointType
from engine.language.position import NOWHERE, Position

Format = Literal["csv", "homeassistant"]


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """One column (or Home Assistant entity) and its point.

    `unit` is the column's own, `low` and `high` what it may say in that unit. `scale` multiplies;
    several columns of one point are added. A `counter` counts energy up and becomes power.
    `when_missing` says what an empty cell means: MISSING (None), nothing ("keep": the value before
    stands), or a number in the column's unit.
    """

    source: str
    point: str
    unit: str = ""
    scale: float = 1.0
    low: float | None = None
    high: float | None = None
    counter: bool = False
    type: PointType = "number"
    when_missing: float | Literal["keep"] | None = None
    position: Position = NOWHERE
    unit_position: Position = NOWHERE
    point_position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one kind of file is read.

    `time_format` is `iso`, `unix` (seconds), `unix_ms` or a pattern of strptime; times without an
    offset are local to `zone`. After `hold_ms` without a new row a point is STALE; None: never.
    """

    format: Format
    columns: tuple[ColumnMap, ...]
    time_column: str = ""
    time_format: str = "iso"
    zone: tzinfo = UTC
    hold_ms: int | None = None
    delimiter: str = ","
    style: NumberStyle = field(default_factory=NumberStyle)
    encoding: str = "utf-8"
    missing: frozenset[str] = frozenset()
    meta: tuple[tuple[str, str], ...] = ()
    position: Position = NOWHERE
    time_position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Series:
    """One column of a file: texts with their times, in the order of the file.

    `units` are what the file itself says about each text, "" where it says nothing. `place` tells
    where the text of an index stands.
    """

    column: ColumnMap
    at_ms: Sequence[int]
    texts: Sequence[str]
    units: Sequence[str]
    place: Callable[[int], Position]
