"""Two runs side by side: from when to when which output was decided otherwise, and by whom.

Each run hands in its turns: the moments at which an output got another value or another decider.
Most scans have none, so comparing costs next to nothing. A span lasts as long as both values differ
and the same two deciders stand behind them; a number that moves meanwhile is kept as a range.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from typing import NamedTuple

from engine.control.decision import Cause, Decision
from engine.values.fact import Value

PAUSE = -1
"""The place of a turn that says: here a stretch ended, and nobody looked any more."""

MOST_SPANS = 100_000
"""More are counted, not kept."""

_SAME = 1e-9
"""Two numbers closer than this part of themselves are equal: `3 kW` and `3000 W` may differ so."""


class Told(NamedTuple):
    """What one run decided: the value, what is behind it, and whose it is."""

    value: Value
    cause: Cause
    by: str


class Turn(NamedTuple):
    """From `at_ms` (Unix time) on, the output at `place` of those compared is decided so."""

    at_ms: int
    place: int
    told: Told | None


class Watch:
    """Sees the decisions of one run and notes its turns."""

    def __init__(self, places: Sequence[int], factors: Sequence[float]) -> None:
        """Watch the outputs at `places` of a plant; `factors` make the common unit of numbers."""
        self._places = tuple(places)
        self._factors = tuple(factors)
        self._seen: list[Decision | None] = [None] * len(self._places)
        self._turns: list[Turn] = []

    def see(self, at_ms: int, decisions: Sequence[Decision]) -> None:
        """Take in what one scan decided."""
        seen = self._seen
        for place, index in enumerate(self._places):
            now, before = decisions[index], seen[place]
            if now is before:
                continue
            seen[place] = now
            if (
                before is None
                or now.value != before.value
                or now.by != before.by
                or now.cause is not before.cause
            ):
                value, factor = now.value, self._factors[place]
                if factor != 1.0 and not isinstance(value, bool | str):
                    value *= factor
                self._turns.append(Turn(at_ms, place, Told(value, now.cause, now.by)))

    def pause(self, end_ms: int) -> None:
        """Hear that a stretch ended; what comes next is noted anew."""
        self._seen = [None] * len(self._places)
        self._turns.append(Turn(end_ms, PAUSE, None))

    def turns(self) -> list[Turn]:
        """Return what was noted since the last call."""
        found, self._turns = self._turns, []
        return found


@dataclass(frozen=True, slots=True)
class SideOfSpan:
    """What one run decided in a span: the value at its start, and a number's lowest and highest."""

    value: Value
    low: Value
    high: Value
    cause: Cause
    by: str


@dataclass(frozen=True, slots=True)
class Span:
    """One changed decision, from `start_ms` up to, not including, `end_ms`."""

    number: int
    """Counts all spans from 0 in order of their start."""
    start_ms: int
    end_ms: int
    place: int
    old: SideOfSpan
    new: SideOfSpan

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return (self.end_ms - self.start_ms) / 1000


class Opened(NamedTuple):
    """A span that has just begun: the moment to ask both runs for their reasons."""

    number: int
    at_ms: int
    place: int
    old: Told
    new: Told


@dataclass(slots=True)
class _Open:
    opened: Opened
    lows: list[Value]
    highs: list[Value]

    def widen(self, old: Value, new: Value) -> None:
        for side, value in enumerate((old, new)):
            if isinstance(value, float):
                self.lows[side] = min(self.lows[side], value)
                self.highs[side] = max(self.highs[side], value)

    def closed(self, end_ms: int) -> Span:
        number, at_ms, place, *tolds = self.opened
        sides = [
            SideOfSpan(told.value, low, high, told.cause, told.by)
            for told, low, high in zip(tolds, self.lows, self.highs, strict=True)
        ]
        return Span(number, at_ms, end_ms, place, *sides)


class SpanBook:
    """Joins the turns of two runs to spans."""

    def __init__(self, outputs: int) -> None:
        """Begin with that many outputs, of which nothing is known."""
        self._told: list[list[Told | None]] = [[None, None] for _ in range(outputs)]
        self._open: list[_Open | None] = [None] * outputs
        self._spans: list[Span] = []
        self.count = 0
        """All spans, kept or not."""

    def take(self, old: Iterable[Turn], new: Iterable[Turn]) -> list[Opened]:
        """Take in the turns of both runs over the same stretch of time; return what began in it."""
        opened: list[Opened] = []
        sided = merge(
            ((turn.at_ms, turn.place, 0, turn.told) for turn in old),
            ((turn.at_ms, turn.place, 1, turn.told) for turn in new),
            key=lambda turn: turn[0],
        )
        for at_ms, turns in groupby(sided, key=lambda turn: turn[0]):
            touched: dict[int, None] = {}
            # A pause ends what was before its moment; a scan of the same moment comes after it.
            for _, place, side, told in sorted(turns, key=lambda turn: turn[1]):
                if told is None:
                    self._pause(at_ms)
                else:
                    self._told[place][side] = told
                    touched[place] = None
            opened += [each for place in touched if (each := self._settle(at_ms, place))]
        return opened

    def _pause(self, end_ms: int) -> None:
        for place in range(len(self._open)):
            self._close(place, end_ms)

    def _settle(self, at_ms: int, place: int) -> Opened | None:
        """Continue, end or begin the span of an output."""
        old, new = self._told[place]
        if old is None or new is None or same(old.value, new.value):
            self._close(place, at_ms)
            return None
        standing = self._open[place]
        if standing is not None and _continues(standing.opened, old, new):
            standing.widen(old.value, new.value)
            return None
        self._close(place, at_ms)
        opened = Opened(self.count, at_ms, place, old, new)
        self.count += 1
        self._open[place] = _Open(opened, [old.value, new.value], [old.value, new.value])
        return opened

    def _close(self, place: int, end_ms: int) -> None:
        standing = self._open[place]
        if standing is not None:
            self._open[place] = None
            if len(self._spans) < MOST_SPANS:
                self._spans.append(standing.closed(end_ms))

    def spans(self) -> tuple[Span, ...]:
        """Return the spans that have ended, by their start."""
        return tuple(sorted(self._spans, key=lambda span: span.number))


def same(old: Value, new: Value) -> bool:
    """Tell whether two decided values are equal, apart from the dust of floating point."""
    if isinstance(old, bool | str) or isinstance(new, bool | str):
        return old == new and isinstance(old, bool) == isinstance(new, bool)
    return abs(old - new) <= _SAME * max(abs(old), abs(new))


def _continues(opened: Opened, old: Told, new: Told) -> bool:
    for before, now in ((opened.old, old), (opened.new, new)):
        if before.cause is not now.cause or before.by != now.by:
            return False
        if isinstance(now.value, bool | str) and before.value != now.value:
            return False
    return True
