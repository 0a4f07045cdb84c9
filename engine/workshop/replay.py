"""Recorded facts, played back into the same `scan` that runs the plant.

A recording holds changes: a value stands until the point's next one, and what was good stays
measured "just now" until the recording says otherwise. So a playback judges what is possible (a
value out of range is BAD), while age was judged by whoever recorded.
"""

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.control.program import Program
from engine.control.retained import restore, save
from engine.control.scan import Scan, scan
from engine.control.state import Retained
from engine.inference.image import ProcessImage, plausible
from engine.language.plant import Plant, Point
from engine.language.types import NumberType
from engine.values.fact import Quality, Value
from engine.values.moment import Moment

Change = tuple[int, str, Value | None, Quality]
"""`(at_ms, point, value, quality)`, in order of time; `at_ms` is Unix time in milliseconds."""

_GOOD = Quality.GOOD
_NEVER: Change = (2**63 - 1, "", None, _GOOD)


class Frame(NamedTuple):
    """What one scan of a replay gets: the facts as they stood at a moment."""

    at_ms: int
    moment: Moment
    image: ProcessImage


class Board:
    """The newest state of each point, in the order of the plant; images are taken of it."""

    def __init__(self, plant: Plant) -> None:
        """Begin with every point MISSING."""
        count = len(plant.points)
        self.places = {point.name: place for place, point in enumerate(plant.points)}
        self._points = plant.points
        self._bounds = [_bounds(point) for point in plant.points]
        self._values: list[Value | None] = [None] * count
        self._qualities = [Quality.MISSING] * count
        self._measured_at_s: list[float | None] = [-math.inf] * count
        """None while the point is GOOD: it is measured at the time of each scan."""
        self._frozen_values: tuple[Value | None, ...] | None = None
        self._frozen_qualities: tuple[Quality, ...] | None = None
        self._all_good = False

    def put(self, place: int, at_s: float, value: Value | None, quality: Quality) -> None:
        """Take over what one point is from `at_s` on; impossible values are BAD."""
        if quality is _GOOD:
            low, high = self._bounds[place]
            if type(value) is not float or not low <= value <= high:
                value = plausible(self._points[place], value)
                quality = Quality.BAD if value is None else _GOOD
        else:
            value = None
        self._values[place] = value
        self._frozen_values = None
        if quality is not self._qualities[place]:
            measured_at_s = None if quality is _GOOD else at_s
            self._measured_at_s[place] = -math.inf if quality is Quality.MISSING else measured_at_s
            self._qualities[place] = quality
            self._frozen_qualities = None

    def image(self, now_s: float) -> ProcessImage:
        """Return the board as it stands; tuples are those of the last image if nothing changed."""
        values, qualities = self._frozen_values, self._frozen_qualities
        if values is None:
            values = self._frozen_values = tuple(self._values)
        if qualities is None:
            qualities = self._frozen_qualities = tuple(self._qualities)
            self._all_good = all(quality is _GOOD for quality in qualities)
        if self._all_good:
            return ProcessImage(values, qualities, (now_s,) * len(values))
        measured = [now_s if at_s is None else at_s for at_s in self._measured_at_s]
        return ProcessImage(values, qualities, tuple(measured))


def _bounds(point: Point) -> tuple[float, float]:
    """Return the range in which a float needs no closer look; none for other types."""
    if not isinstance(point.type, NumberType) or point.low is None or point.high is None:
        return (math.inf, -math.inf)
    return (point.low, point.high)


def frames(
    plant: Plant, changes: Iterable[Change], moments: Iterable[tuple[int, Moment]]
) -> Iterator[Frame]:
    """Yield one frame a moment: every change up to and including its time has happened.

    Changes of points that the plant does not have are passed over.
    """
    board = Board(plant)
    places, put, image = board.places, board.put, board.image
    coming = iter(changes)
    at_ms, point, value, quality = next(coming, _NEVER)
    for now_ms, moment in moments:
        while at_ms <= now_ms:
            place = places.get(point)
            if place is not None:
                put(place, at_ms / 1000, value, quality)
            at_ms, point, value, quality = next(coming, _NEVER)
        yield Frame(now_ms, moment, image(moment.monotonic_s))


def after_gap(program: Program, retained: Retained, moment: Moment) -> Retained:
    """Return what is left of the retained state after a gap: the same as after a restart."""
    return restore(program, save(program, retained), moment).retained


def replay(
    program: Program,
    retained: Retained,
    played: Iterable[Frame],
    longest_step_ms: int,
    last_ms: int | None = None,
) -> Iterator[tuple[int, Scan]]:
    """Yield `(at_ms, scan)` for each frame, each scan going on from the one before.

    After more than `longest_step_ms` without a frame the controller counts as restarted. `last_ms`
    is the time of the scan that `retained` is of, if there was one.
    """
    for at_ms, moment, image in played:
        if last_ms is not None and at_ms - last_ms > longest_step_ms:
            retained = after_gap(program, retained, moment)
        last_ms = at_ms
        done = scan(program, retained, image, moment)
        retained = done.retained
        yield at_ms, done
