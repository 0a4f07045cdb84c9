"""Playing a daemon's recording scan by scan: at the very moments at which the daemon scanned.

With the same rules this gives the daemon's own decisions back, to the letter. What the image was
made of stands in the recording: values and qualities, when points were measured whose age is read,
overrides and resets; and at the start of each stretch the state that the controller began it with.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

from adapters.clock import SiteClock
from adapters.playback import Fit, converted
from adapters.recordings.data import CLOCK, TRUSTED, Change, RequestRow, Span
from adapters.recordings.recording import Recording
from engine.control.program import Program
from engine.control.retained import resume
from engine.control.scan import Scan, initial, scan
from engine.control.state import Retained
from engine.inference.image import Override, ProcessImage, Reset
from engine.values.moment import Moment
from engine.workshop.replay import Board, after_gap

_Row = TypeVar("_Row", bound=tuple[Any, ...])
"""A row begins with its time, in milliseconds."""


def play_recorded(
    recording: Recording, program: Program, rules: str, fitting: Fit, spans: Iterable[Span]
) -> Iterator[tuple[int, Scan]]:
    """Yield the scans of every span, each at its own moment.

    A span that begins where a stretch of these `rules` begins starts from the daemon's own state;
    another one starts anew, or as after a restart if a span came before.
    """
    clock = SiteClock(program.rulebook.plant.site)
    retained: Retained | None = None
    for span in spans:
        own = recording.checkpoint_before(span.start_ms, rules)
        if own is not None and own.at_ms == span.start_ms - 1:
            retained, begun = resume(program, own.retained).retained, True
        else:
            begun = retained is None
        for at_ms, moment, image in _images(recording, program, fitting, span, clock):
            if retained is None:
                retained = initial(program)
            elif not begun:
                retained = after_gap(program, retained, moment)
            begun = True
            done = scan(program, retained, image, moment)
            retained = done.retained
            yield at_ms, done


def play_recorded_to(
    recording: Recording, program: Program, rules: str, fitting: Fit, at_ms: int
) -> Iterator[tuple[int, Scan]]:
    """Yield the scans up to `at_ms` from the last checkpoint of these `rules` before it.

    Without a checkpoint from the start of the stretch. The last one is what stood at `at_ms`.
    """
    within = [span for span in recording.segments() if span.start_ms <= at_ms]
    if not within:
        return
    start_ms = within[-1].start_ms
    checkpoint = recording.checkpoint_before(at_ms + 1, rules)
    if checkpoint is not None:
        start_ms = max(start_ms, checkpoint.at_ms + 1)
    end_ms = min(at_ms + 1, within[-1].end_ms)
    yield from play_recorded(recording, program, rules, fitting, [Span(start_ms, end_ms)])


def _images(
    recording: Recording, program: Program, fitting: Fit, span: Span, clock: SiteClock
) -> Iterator[tuple[int, Moment, ProcessImage]]:
    """Yield each scan of a span: its place on the time line, its moment and its image."""
    start_ms, end_ms = span.start_ms, span.end_ms
    board = Board(program.rulebook.plant)
    changes: Iterable[Change] = recording.changes(fitting.points, start_ms, end_ms)
    if fitting.factors:
        changes = converted(changes, fitting.factors)
    coming = _Coming(changes)
    measured = _Coming(recording.measured(start_ms, end_ms))
    asked = _Coming((row.at_ms, row) for row in recording.requests(start_ms, end_ms))
    ages = {place for place, _ in program.network.ages}
    known_s: dict[int, float] = {}
    overrides: tuple[Override, ...] = ()
    for at_ms, moment in _moments(recording, span, clock):
        for _, point, value, quality in coming.up_to(at_ms):
            place = board.places.get(point)
            if place is not None:
                board.put(place, moment.monotonic_s, value, quality)
        for _, point, at_s in measured.up_to(at_ms):
            place = board.places.get(point)
            if place in ages:
                known_s[place] = at_s
        resets: tuple[Reset, ...] = ()
        for row_ms, row in asked.up_to(at_ms):
            overrides = _overrides(row)
            resets = tuple(Reset(*each) for each in row.resets) if row_ms == at_ms else ()
        image = board.image(moment.monotonic_s)
        if known_s or overrides or resets:
            times_s = list(image.measured_at_s)
            for place, at_s in known_s.items():
                times_s[place] = at_s
            image = ProcessImage(image.values, image.qualities, tuple(times_s), overrides, resets)
        yield at_ms, moment, image


def _moments(recording: Recording, span: Span, clock: SiteClock) -> Iterator[tuple[int, Moment]]:
    """Yield the place of each scan on the time line, and its moment."""
    told, trusted = _Coming(_trust(recording, span)), True
    for at_ms, wall_ms, monotonic_ms in recording.scans(span.start_ms, span.end_ms):
        for _, now in told.up_to(at_ms):
            trusted = now
        moment = clock.moment(wall_ms / 1000, monotonic_ms / 1000)
        yield at_ms, moment if trusted else moment._replace(wall_trusted=False)


def _trust(recording: Recording, span: Span) -> Iterator[tuple[int, bool]]:
    """Yield from when on the wall clock was trusted or not, from the stretch's beginning."""
    within = [each.start_ms for each in recording.segments() if each.start_ms <= span.start_ms]
    for event in recording.events(max(within, default=span.start_ms), span.end_ms):
        if event.kind == CLOCK:
            yield event.at_ms, event.text == TRUSTED[True]


def _overrides(row: RequestRow) -> tuple[Override, ...]:
    return tuple(
        Override(str(key), str(output), value, str(by), float(until_s))
        for key, output, value, by, until_s in row.overrides
    )


class _Coming(Generic[_Row]):
    """Rows in order of time, given out as their time comes."""

    def __init__(self, rows: Iterable[_Row]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def up_to(self, at_ms: int) -> Iterator[_Row]:
        """Yield the rows whose time is at most `at_ms`."""
        while self._next is not None and self._next[0] <= at_ms:
            row, self._next = self._next, next(self._rows, None)
            yield row
