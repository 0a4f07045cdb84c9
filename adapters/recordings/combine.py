"""Readings to samples: values that stand too long go stale, columns of one point are added."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from itertools import pairwise

from adapters.recordings.data import MISSING_STATE, Change, PointInfo, Span, State
from adapters.recordings.findings import Findings, quoted
from adapters.recordings.moments import iso
from adapters.recordings.readings import Reading, tidy
from engine.language.position import Position
from engine.values.fact import Quality

_WORST_FIRST = (Quality.BAD, Quality.MISSING, Quality.STALE)


def held(readings: Iterable[Reading], hold_ms: int | None) -> Iterator[Reading]:
    """Yield the readings, and STALE where a good one has stood `hold_ms` without a next one."""
    last: Reading | None = None
    for reading in readings:
        if last is not None:
            yield from _expired(last, reading[0], hold_ms)
        yield reading
        last = reading
    if last is not None:
        yield from _expired(last, None, hold_ms)


def _expired(last: Reading, next_ms: int | None, hold_ms: int | None) -> Iterator[Reading]:
    at_ms, _, quality = last
    if hold_ms is None or quality is not Quality.GOOD:
        return
    if next_ms is None or next_ms > at_ms + hold_ms:
        yield at_ms + hold_ms, None, Quality.STALE


def added(parts: Sequence[Sequence[Reading]]) -> Iterator[Reading]:
    """Yield the sum of the parts whenever one changes; as good as the worst of them."""
    if len(parts) == 1:
        yield from parts[0]
        return
    states: list[State] = [MISSING_STATE] * len(parts)
    tagged = [[(reading[0], i, reading) for reading in part] for i, part in enumerate(parts)]
    now: int | None = None
    for at_ms, part, (_, value, quality) in merge(*tagged, key=lambda entry: entry[:2]):
        if now is not None and at_ms != now:
            yield now, *_sum(states)
        states[part] = (value, quality)
        now = at_ms
    if now is not None:
        yield now, *_sum(states)


def _sum(states: Sequence[State]) -> State:
    qualities = {quality for _, quality in states}
    for quality in _WORST_FIRST:
        if quality in qualities:
            return None, quality
    return tidy(sum(value for value, _ in states if isinstance(value, float))), Quality.GOOD


def to_samples(
    readings: Iterable[Reading],
    info: PointInfo,
    place: Callable[[int], Position],
    findings: Findings,
) -> Iterator[Change]:
    """Yield the samples of a point: BAD where the value is outside the point's declared range."""
    for at_ms, value, quality in readings:
        if isinstance(value, float) and not _in_range(value, info):
            message = f"{quoted(info.name)} is {value:g} {info.unit} at {iso(at_ms)}".rstrip()
            allowed = f"its range is {_bound(info.low)} to {_bound(info.high)} {info.unit}".rstrip()
            findings.warn(
                "import-out-of-range", info.name, f"{message}; BAD", place(at_ms), allowed
            )
            yield at_ms, info.name, None, Quality.BAD
        else:
            yield at_ms, info.name, value, quality


def _in_range(value: float, info: PointInfo) -> bool:
    above = info.low is None or value >= info.low
    return above and (info.high is None or value <= info.high)


def _bound(bound: float | None) -> str:
    return "any" if bound is None else f"{bound:g}"


def stretches(times_ms: Iterable[int], hold_ms: int | None, reach_ms: int) -> list[Span]:
    """Return the stretches without a gap.

    A gap is longer than `hold_ms` (None: there is no gap); the last moment of a stretch reaches
    `reach_ms` further.
    """
    ordered = sorted(times_ms)
    if not ordered:
        return []
    gaps = [
        (earlier, later)
        for earlier, later in pairwise(ordered)
        if hold_ms is not None and later - earlier > hold_ms
    ]
    starts = [ordered[0], *(later for _, later in gaps)]
    ends = [*(earlier for earlier, _ in gaps), ordered[-1]]
    return [Span(start, end + reach_ms) for start, end in zip(starts, ends, strict=True)]
