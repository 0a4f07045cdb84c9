"""Playing a recording to a program: which points fit, which stretches to scan, and the scans.

What the rules read and the recording cannot give is named once, point by point, and stays MISSING:
no value is made up for it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from adapters.clock import SiteClock
from adapters.recordings.data import Change, PointInfo, Span
from adapters.recordings.recording import Recording
from engine.control.program import Program
from engine.control.retained import resume
from engine.control.scan import Scan, initial
from engine.control.state import Retained
from engine.language.contents import names_read
from engine.language.expression import NameKind
from engine.language.plant import Plant, Point
from engine.language.rulebook import Rulebook
from engine.language.types import BoolType, EnumType, NumberType
from engine.values.moment import Moment
from engine.values.units import parse_unit
from engine.workshop.replay import frames, replay


class Sink(Protocol):
    """Whoever takes in a run of scans, one after the other."""

    def add(self, at_ms: int, scan: Scan) -> None:
        """Take in one scan; what it says holds until the next one."""
        ...

    def pause(self, end_ms: int) -> None:
        """Hear that the last scan held until `end_ms`, and that a gap follows or nothing more."""
        ...


@dataclass(frozen=True, slots=True)
class Fit:
    """What of a recording a plant can use.

    `factors` multiply the recorded values of points whose recorded unit differs from the plant's.
    """

    points: tuple[str, ...]
    factors: dict[str, float]
    warnings: tuple[str, ...]


def fit(recorded: Iterable[PointInfo], rulebook: Rulebook) -> Fit:
    """Compare what was recorded with what the plant declares and the rules read."""
    known = {info.name: info for info in recorded if info.kind == "fact"}
    read = {name for kind, name in names_read(rulebook) if kind is NameKind.POINT}
    names: list[str] = []
    factors: dict[str, float] = {}
    warnings: list[str] = []
    for point in rulebook.plant.points:
        info = known.get(point.name)
        if info is None:
            if point.name in read:
                warnings.append(f"`{point.name}` is not in the recording: unknown to the rules")
            continue
        factor = _factor(info, point)
        if isinstance(factor, str):
            warnings.append(f"`{point.name}` {factor}: unknown to the rules")
            continue
        names.append(point.name)
        if factor != 1.0:
            factors[point.name] = factor
    return Fit(tuple(names), factors, tuple(warnings))


def _factor(info: PointInfo, point: Point) -> float | str:
    """Return what makes the plant's unit of the recorded one, or in words why nothing can."""
    wanted = _kind_of(point)
    if info.type != wanted:
        return f"is recorded as {info.type}, the plant declares it as {wanted}"
    if point.unit is None or info.unit == point.unit.symbol:
        return 1.0
    unit = parse_unit(info.unit)
    if unit is None or (unit.dimension, unit.absolute) != (
        point.unit.dimension,
        point.unit.absolute,
    ):
        shown = f"`{info.unit}`" if info.unit else "no unit"
        return f"is recorded in {shown}, the plant declares `{point.unit.symbol}`"
    return unit.factor / point.unit.factor


def _kind_of(point: Point) -> str:
    match point.type:
        case NumberType():
            return "number"
        case BoolType():
            return "bool"
        case EnumType():
            return "enum"


def converted(changes: Iterable[Change], factors: dict[str, float]) -> Iterator[Change]:
    """Return the changes in the plant's units."""
    for at_ms, point, value, quality in changes:
        factor = factors.get(point)
        if factor is None or isinstance(value, bool | str) or value is None:
            yield at_ms, point, value, quality
        else:
            yield at_ms, point, value * factor, quality


def spans_within(
    segments: Iterable[Span], start_ms: int | None, end_ms: int | None
) -> tuple[Span, ...]:
    """Return the stretches without a gap that lie between two moments."""
    found = []
    for segment in segments:
        first = segment.start_ms if start_ms is None else max(segment.start_ms, start_ms)
        last = segment.end_ms if end_ms is None else min(segment.end_ms, end_ms)
        if first < last:
            found.append(Span(first, last))
    return tuple(found)


def moments(clock: SiteClock, spans: Iterable[Span], step_ms: int) -> Iterator[tuple[int, Moment]]:
    """Yield the moments of all spans, each from its own start on."""
    return chain.from_iterable(clock.moments(span.start_ms, span.end_ms, step_ms) for span in spans)


def play(
    recording: Recording, program: Program, fitting: Fit, spans: tuple[Span, ...], step_ms: int
) -> Iterator[tuple[int, Scan]]:
    """Yield a scan every `step_ms` of every span, from a controller that starts anew."""
    if not spans:
        return
    clock = SiteClock(program.rulebook.plant.site)
    yield from _play(
        recording, program, initial(program), fitting, moments(clock, spans, step_ms),
        Span(spans[0].start_ms, spans[-1].end_ms), step_ms,
    )  # fmt: skip


def play_from_checkpoint(
    recording: Recording, program: Program, rules: str, at_ms: int, step_ms: int
) -> Iterator[tuple[int, Scan]]:
    """Yield the scans up to `at_ms`, from the last checkpoint of these `rules` before it.

    Without a checkpoint from the recording's start. The last one yielded is what stood at `at_ms`.
    """
    segments = recording.segments()
    checkpoint = recording.checkpoint_before(at_ms, rules)
    retained = initial(program)
    spans = spans_within(segments, None, at_ms + 1)
    if checkpoint is not None:
        retained = resume(program, checkpoint.retained).retained
        spans = spans_within(spans, checkpoint.at_ms + step_ms, None)
    if not spans:
        return
    clock = SiteClock(program.rulebook.plant.site)
    yield from _play(
        recording, program, retained, fit(recording.points(), program.rulebook),
        moments(clock, spans, step_ms), Span(spans[0].start_ms, spans[-1].end_ms), step_ms,
    )  # fmt: skip


def _play(
    recording: Recording,
    program: Program,
    retained: Retained,
    fitting: Fit,
    when: Iterator[tuple[int, Moment]],
    span: Span,
    step_ms: int,
    last_ms: int | None = None,
) -> Iterator[tuple[int, Scan]]:
    changes: Iterable[Change] = recording.changes(fitting.points, span.start_ms, span.end_ms)
    if fitting.factors:
        changes = converted(changes, fitting.factors)
    plant: Plant = program.rulebook.plant
    yield from replay(program, retained, frames(plant, changes, when), step_ms, last_ms)


def pour(
    scans: Iterable[tuple[int, Scan]],
    sinks: Iterable[Sink],
    step_ms: int,
    gap_ms: int | None = None,
) -> None:
    """Give every scan to every sink, and tell them of gaps and of the end.

    A gap is more than `gap_ms` from scan to scan, by default more than one step.
    """
    gap_ms = step_ms if gap_ms is None else gap_ms
    adds = [sink.add for sink in sinks]
    pauses = [sink.pause for sink in sinks]
    due_ms: int | None = None
    for at_ms, done in scans:
        if due_ms is not None and at_ms > due_ms - step_ms + gap_ms:
            for pause in pauses:
                pause(due_ms)
        due_ms = at_ms + step_ms
        for add in adds:
            add(at_ms, done)
    if due_ms is not None:
        for pause in pauses:
            pause(due_ms)
