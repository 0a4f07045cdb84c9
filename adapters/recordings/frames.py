"""The state of all points row by row: at every change, or at every step."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from adapters.recordings.data import MISSING_STATE, Span, State
from adapters.recordings.recording import Recording

Frame = tuple[int, tuple[State, ...]]
"""A moment, and the state of each point in the order that was asked for."""


def frames(
    recording: Recording, points: Sequence[str], span: Span, step_ms: int | None = None
) -> Iterator[Frame]:
    """Yield the points' states over a span, its end not included.

    Without a step a row stands at the start and wherever a point changes. With one, rows stand a
    step apart from the start of each segment on, and none in the gaps between segments.
    """
    changing = _at_changes(recording, points, span)
    return changing if step_ms is None else _stepped(changing, _grid(recording, span, step_ms))


def _at_changes(recording: Recording, points: Sequence[str], span: Span) -> Iterator[Frame]:
    places = {name: place for place, name in enumerate(points)}
    states: list[State] = [MISSING_STATE] * len(points)
    changes = recording.changes(points, span.start_ms, span.end_ms)
    for at_ms, group in groupby(changes, key=itemgetter(0)):
        for _, name, value, quality in group:
            states[places[name]] = (value, quality)
        yield at_ms, tuple(states)


def _grid(recording: Recording, span: Span, step_ms: int) -> Iterator[int]:
    for segment in recording.segments():
        start_ms = max(segment.start_ms, span.start_ms)
        yield from range(start_ms, min(segment.end_ms, span.end_ms), step_ms)


def _stepped(changing: Iterator[Frame], grid: Iterator[int]) -> Iterator[Frame]:
    """Yield at each moment of the grid the last frame at or before it."""
    upcoming = next(changing, None)
    current: tuple[State, ...] = ()
    for at_ms in grid:
        while upcoming is not None and upcoming[0] <= at_ms:
            current = upcoming[1]
            upcoming = next(changing, None)
        yield at_ms, current
