"""A fact over time as one line of text: `20 °C x6 +0.5 K x20 -> 60 °C in 1 h stale for 5 min`.

In this file: the grammar of one item, and what a row of items amounts to. `series_text` writes
what is read here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from engine.language.check import limit_exceeded, syntax, unknown_unit, value_outside_range
from engine.language.constants import in_unit, read_constant, read_duration_s
from engine.language.document import Ruler, Scalar
from engine.language.expression import Number
from engine.language.numbers import range_text
from engine.language.plant import Point
from engine.language.position import Position
from engine.language.problem import Problem
from engine.language.types import NumberType
from engine.values.fact import Quality, Value
from engine.values.units import KELVIN, NUMBER, Unit, parse_unit
from engine.workshop.scenario import Piece, Series

MAX_STEPS = 10_000
"""Of one `x`; a series that needs more is a recording."""

_QUALITIES = {"_": Quality.MISSING, "stale": Quality.STALE, "bad": Quality.BAD}
_WORDS = r"(?:x\s*[0-9]|(?:for|in|by|stale|bad)\b)"
_TIME = r"[0-9]+(?:\.[0-9]+)?\s*[a-z]+"
_ITEM = re.compile(
    r"(?:(?P<clock>[0-9]{1,2}:[0-9]{2})\s+)?"
    r"(?P<arrow>->\s*)?"
    r"(?:(?P<sense>=|by\b)\s*)?"
    r"(?:(?P<number>[+-]?[0-9]+(?:\.[0-9]+)?)"
    rf"(?:\s*(?!{_WORDS})(?P<unit>[A-Za-zµ€°%]\S*?)(?=\s|$|x[0-9]))?"
    r"|(?P<word>_|[A-Za-z]\w*))"
    rf"(?:\s*x\s*(?P<count>[0-9]+)|\s+(?P<joint>for|in)\s+(?P<time>{_TIME}))?"
    r"(?=\s|$)"
)


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a row of items needs to know of its scenario: its step, and when a time of day comes.

    `clock_ms` takes minutes after midnight and a time of the scenario (ms), and returns the next
    such time of day that is not before it.
    """

    every_ms: int
    clock_ms: Callable[[int, int], int]


class _Refused(Exception):  # noqa: N818 - its problem is noted already
    """The row makes no sense from here on."""


@dataclass(slots=True)
class _Row:
    """The pieces so far, and where the next item begins."""

    point: Point
    timeline: Timeline
    ruler: Ruler
    problems: list[Problem]
    pieces: list[Piece] = field(default_factory=list)
    at_ms: int = 0
    open_ms: int | None = None
    """Where the last item began, if nothing says how long it takes: an arrow starts there."""

    @property
    def level(self) -> float | None:
        """The number at the end of what was read, None if there is none."""
        last = self.pieces[-1] if self.pieces else None
        value = None if last is None else last.value if last.end is None else last.end
        return None if isinstance(value, bool | str) else value

    def take(self, item: re.Match[str]) -> None:
        """Add one item."""
        self._wait(item)
        if item["arrow"]:
            self._ramp(item)
        elif item["number"] and self._is_change(item):
            self._change(item)
        else:
            self._stand(item)

    def _wait(self, item: re.Match[str]) -> None:
        """Go on to the time of day that the item names."""
        if not item["clock"] or item["arrow"]:
            return
        due_ms = self._clock(item)
        if not self.pieces and due_ms:
            message = f"the series says nothing until {item['clock']}"
            self._refuse(message, item, "clock", "begin with a value, or with `_`")
        self.at_ms = due_ms

    def _clock(self, item: re.Match[str]) -> int:
        hours, minutes = (int(part) for part in item["clock"].split(":"))
        if hours > 23 or minutes > 59:  # noqa: PLR2004 - the clock's
            self._refuse(f"`{item['clock']}` is not a time of day", item, "clock")
        return self.timeline.clock_ms(hours * 60 + minutes, self.at_ms)

    def _is_change(self, item: re.Match[str]) -> bool:
        """Tell whether a signed number is a change; refuse one that may be either."""
        if item["sense"]:
            return bool(item["sense"] == "by")
        sign = item["number"][0]
        if not self.pieces or item["clock"] or sign not in "+-":
            return False
        unit = parse_unit(item["unit"]) if item["unit"] else None
        if self.point.unit is not None and self.point.unit.absolute and unit is not None:
            return not unit.absolute  # a difference is in K, a temperature in °C
        may_be_value = sign == "-" and (self.point.low is None or self.point.low < 0)
        if may_be_value:
            number = item["number"]
            message = f"`{number}` may be a value or a change of `{self.point.name}`"
            advice = f"write `= {number}` for the value, `by {number}` for the change"
            self._refuse(message, item, "number", advice)
        return True

    def _stand(self, item: re.Match[str]) -> None:
        if item["joint"] == "in":
            self._refuse("`in` follows a move only", item, "joint", "write `-> 60 °C in 1 h`")
        quality = _QUALITIES.get(item["word"] or "", Quality.GOOD)
        value = self._value(item) if quality is Quality.GOOD else None
        self._put(Piece(self.at_ms, value, quality), item)
        length_ms = self._length_ms(item)
        self.open_ms = self.at_ms if length_ms is None else None
        self.at_ms += self.timeline.every_ms if length_ms is None else length_ms

    def _change(self, item: re.Match[str]) -> None:
        level = self.level
        if level is None:
            self._refuse("there is no number before this change", item, "number")
        if item["joint"]:
            self._refuse("a change has a number of steps", item, "joint", "write `+0.5 x20`")
        own = self.point.unit or NUMBER
        step = self._number(item, KELVIN if own.absolute else own)
        for index in range(1, self._count(item) + 1):
            value = float(f"{level + index * step:.12g}")
            self._put(Piece(self.at_ms, value), item)
            self.at_ms += self.timeline.every_ms
        self.open_ms = None

    def _ramp(self, item: re.Match[str]) -> None:
        level, begin_ms = self.level, self.at_ms if self.open_ms is None else self.open_ms
        end = self._value(item) if item["number"] else None
        if level is None or end is None or isinstance(end, bool | str):
            message = "`->` leads from one number to another"
            self._refuse(message, item, "arrow", "write `20 °C -> 60 °C in 1 h`")
        if bool(item["clock"]) == bool(item["joint"]) or item["joint"] == "for" or item["count"]:
            message = "a move says how long it takes, or at which time of day it arrives"
            self._refuse(message, item, "arrow", "write `-> 60 °C in 1 h` or `12:00 -> 60 °C`")
        length_ms = self._length_ms(item)
        until_ms = self._clock(item) if length_ms is None else begin_ms + length_ms
        if until_ms <= begin_ms:
            self._refuse("this move takes no time", item, "arrow")
        slope = abs(end - level) * 1000 / (until_ms - begin_ms)
        limit = self.point.max_rate_per_s
        if limit is not None and slope > limit * (1 + 1e-9):
            self._too_fast(level, end, item)
        if self.open_ms is not None:
            self.pieces.pop()
        self._put(Piece(begin_ms, level, Quality.GOOD, until_ms, end), item)
        self.at_ms, self.open_ms = until_ms, None

    def _put(self, piece: Piece, item: re.Match[str]) -> None:
        """Append a piece that the plant would believe after the one before."""
        last, limit = self.level, self.point.max_rate_per_s
        new = piece.value
        if limit is not None and last is not None and new is not None:
            assert not isinstance(new, bool | str)  # noqa: S101 - a rate has only what is a number
            if abs(new - last) > limit * self.timeline.every_ms / 1000 + 1e-9:
                self._too_fast(last, new, item)
        if len(self.pieces) >= MAX_STEPS:
            place = self._place(item, 0)
            problem = limit_exceeded.problem("the series has more steps", f"{MAX_STEPS:,}", place)
            self.problems.append(problem)
            raise _Refused
        self.pieces.append(piece)

    def _too_fast(self, old: float, new: float, item: re.Match[str]) -> NoReturn:
        unit = self.point.unit or NUMBER
        message = (
            f"`{self.point.name}` cannot move from {old:g} to {new:g} {unit.symbol} so fast: "
            "the plant would take it as BAD"
        )
        limit = self.point.max_rate_per_s or 0.0
        advice = f"`max_rate` allows {limit:g} a second; write `-> … in …`, or `bad`"
        problem = value_outside_range.plain(message, self._place(item, 0), advice)
        self.problems.append(problem)
        raise _Refused

    def _value(self, item: re.Match[str]) -> Value:
        """Return the value that an item names, in the point's unit and range."""
        if isinstance(self.point.type, NumberType) and item["number"]:
            value: Value | None = self._number(item, self.point.unit or NUMBER)
        else:
            group = "number" if item["number"] else "word"
            scalar = Scalar(item[group], "", self._place(item, group))
            unit, name = self.point.unit, self.point.name
            value = read_constant(scalar, self.point.type, unit, name, self.problems)
        if value is None:
            raise _Refused
        if not isinstance(value, bool | str):
            low, high = self.point.low, self.point.high
            if (low is not None and value < low) or (high is not None and value > high):
                limits = range_text(low, high, self.point.unit or NUMBER)
                place = self._place(item, "number")
                problem = value_outside_range.problem(
                    f"`{item['number']}`", self.point.name, limits, place, self.point.position
                )
                self.problems.append(problem)
                raise _Refused
        return value

    def _number(self, item: re.Match[str], own: Unit) -> float:
        """Return a number in the unit `own`, which it has unless it names another."""
        number = float(item["number"])
        if not item["unit"]:
            return number
        unit = parse_unit(item["unit"])
        if unit is None:
            self.problems.append(unknown_unit.problem(item["unit"], self._place(item, "unit")))
            raise _Refused
        written = Number(number, unit, self._place(item, "number"))
        value = in_unit(written, own, self.point.name, self.problems)
        if value is None:
            raise _Refused
        return value

    def _length_ms(self, item: re.Match[str]) -> int | None:
        """Return how long an item takes, None if it does not say."""
        if item["count"]:
            return self._count(item) * self.timeline.every_ms
        if not item["time"]:
            return None
        scalar = Scalar(item["time"], "", self._place(item, "time"))
        seconds = read_duration_s(scalar, item["joint"], self.problems)
        if seconds is None:
            raise _Refused
        if round(seconds * 1000) < 1:
            self._refuse("this takes no time", item, "time")
        return round(seconds * 1000)

    def _count(self, item: re.Match[str]) -> int:
        text = item["count"] or "1"
        if len(text) > len(str(MAX_STEPS)) or not 1 <= int(text) <= MAX_STEPS:
            message = f"`x` takes a number of steps from 1 to {MAX_STEPS:,}"
            self._refuse(message, item, "count")
        return int(text)

    def _refuse(self, message: str, item: re.Match[str], group: str, advice: str = "") -> NoReturn:
        self.problems.append(syntax.problem(message, self._place(item, group), advice))
        raise _Refused

    def _place(self, item: re.Match[str], group: str | int) -> Position:
        return self.ruler.at(item.start(group), item.end(group))


_ADVICE = "as in `20 °C x6`, `+0.5 K x20`, `-> 60 °C in 1 h`, `10:30 6 kW`, `_`, `stale`, `bad`"


def read_series(
    scalar: Scalar, point: Point, timeline: Timeline, problems: list[Problem]
) -> tuple[Series, int] | None:
    """Return a series and its length in milliseconds, or None and what is wrong with it."""
    row = _Row(point, timeline, Ruler(scalar), problems)
    text, place = scalar.text, 0
    while text[place:].strip():
        place += len(text[place:]) - len(text[place:].lstrip())
        item = _ITEM.match(text, place)
        if item is None:
            word = text[place:].split()[0]
            where = row.ruler.at(place, place + len(word))
            message = f"`{word}` does not fit into a series"
            problems.append(syntax.problem(message, where, _ADVICE))
            return None
        try:
            row.take(item)
        except _Refused:
            return None
        place = item.end()
    if not row.pieces:
        problems.append(syntax.problem("a value is missing here", scalar.position, _ADVICE))
        return None
    length_ms = row.at_ms if row.open_ms is None or len(row.pieces) > 1 else 0
    return Series(point.name, tuple(row.pieces), scalar.position), length_ms
