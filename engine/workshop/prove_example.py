"""From a model of the solver to something that can be run: memory, images, moments.

Times of the model count from the scan before the first one; real ones are moved so that the first
scan is the moment that the caller gives.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import z3

from engine.control.program import Program
from engine.control.scan import initial, scan
from engine.control.shaping import OutputState
from engine.control.state import Retained
from engine.control.trips import TripState
from engine.inference.image import Override, ProcessImage, Reset
from engine.inference.slots import content_of
from engine.inference.timing import Phase, TimerState
from engine.inference.windows import PARTS, Part, WindowState
from engine.language.expression import Window
from engine.language.plant import Output, Rate
from engine.values.fact import Quality, Value
from engine.values.moment import MONTHS, WEEKDAYS, Moment
from engine.workshop.encode_memory import Memory, TimerMemory
from engine.workshop.encode_scan import Book, Encoded
from engine.workshop.encode_values import Cell, is_true
from engine.workshop.prove_property import Seen
from engine.workshop.scenario import MomentAt

_DAY_MS = 86_400_000
_YEAR_MS = 1_767_225_600_000
"""2026-01-01, 00:00 UTC: counterexamples are dated from here on."""
_MOST_DATES = 6
_MID_MONTH = 15


@dataclass(frozen=True, slots=True)
class Told:
    """What one scan of an example is given."""

    image: ProcessImage
    moment: Moment


@dataclass(frozen=True, slots=True)
class Example:
    """A memory, and the scans that follow; the first of them is at Unix time `start_ms`."""

    program: Program
    retained: Retained
    told: tuple[Told, ...]
    start_ms: int

    def run(self) -> list[Seen]:
        """Play it into the real `scan`."""
        seen, retained = list[Seen](), self.retained
        for told in self.told:
            result = scan(self.program, retained, told.image, told.moment)
            seen.append(Seen(self.program, retained, result))
            retained = result.retained
        return seen

    def repeated(self, rounds: int, moment_at: MomentAt) -> "Example":
        """Return the same scans over and over, as far apart as the first two."""
        images = [told.image for told in self.told] * rounds
        apart_ms = round((self.told[1].moment.wall_s - self.told[0].moment.wall_s) * 1000)
        trusted = self.told[0].moment.wall_trusted
        moments = [moment_at(self.start_ms + place * apart_ms) for place in range(len(images))]
        told = tuple(
            Told(_measured_now(image, moment), moment._replace(wall_trusted=trusted))
            for image, moment in zip(images, moments, strict=True)
        )
        return Example(self.program, self.retained, told, self.start_ms)


def _measured_now(image: ProcessImage, moment: Moment) -> ProcessImage:
    """Return an image with its facts as old as if they were heard just now."""
    measured = tuple(
        moment.monotonic_s if quality is Quality.GOOD else at_s
        for quality, at_s in zip(image.qualities, image.measured_at_s, strict=True)
    )
    return image._replace(measured_at_s=measured)


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads terms in a model."""

    book: Book
    model: z3.ModelRef

    def exact(self, term: z3.ExprRef) -> Fraction:
        """Return a number."""
        value: Any = self.model.eval(term, model_completion=True)
        if z3.is_algebraic_value(value):
            value = value.approx(20)
        return Fraction(value.numerator_as_long(), value.denominator_as_long())

    def holds(self, term: z3.BoolRef) -> bool:
        """Return a truth."""
        return is_true(self.model.eval(term, model_completion=True))

    def value(self, cell: Cell) -> Value | None:
        """Return what a cell holds, None where it is unknown."""
        return self.plain(cell.value) if self.holds(cell.known) else None

    def plain(self, term: z3.ExprRef) -> Value:
        """Return the value of a term."""
        if z3.is_bool(term):
            return self.holds(term)
        if z3.is_bv(term):
            code: Any = self.model.eval(term, model_completion=True)
            return self.book.states.name(code.as_long())
        return float(self.exact(term))


def examples(
    book: Book, program: Program, model: z3.ModelRef, scans: list[Encoded], moment_at: MomentAt
) -> Iterator[Example]:
    """Yield what the model says, at each of a few dates on which its calendar is right."""
    reading = Reading(book, model)
    clocks = [reading.holds(each.given.calendar["time_of_day"].known) for each in scans]
    for start_ms in _dates(reading, scans[0], moment_at):
        first = moment_at(start_ms)
        zero = reading.exact(scans[0].given.now_s)
        offsets = [reading.exact(each.given.now_s) - zero for each in scans]
        moments = [
            moment_at(start_ms + round(offset * 1000))._replace(wall_trusted=trusted)
            for offset, trusted in zip(offsets, clocks, strict=True)
        ]
        base_s = first.monotonic_s - float(zero)
        retained = _retained(reading, program, scans[0], base_s, first.monotonic_s)
        told = tuple(
            Told(_image(reading, scan, moment), moment)
            for scan, moment in zip(scans, moments, strict=True)
        )
        yield Example(program, retained, told, start_ms)


def _dates(reading: Reading, scan: Encoded, moment_at: MomentAt) -> list[int]:
    """Return Unix times with the weekday, the month and the time of day of a model."""
    calendar = scan.given.calendar
    weekday, month = (
        reading.plain(calendar["weekday"].value),
        reading.plain(calendar["month"].value),
    )
    day_ms = int(reading.exact(calendar["time_of_day"].value) * 1000)
    first = MONTHS.index(str(month)) * 30
    found = []
    for day in range(first, first + 36):
        guess = _YEAR_MS + day * _DAY_MS + day_ms
        if datetime.fromtimestamp(guess / 1000, UTC).weekday() not in _near(str(weekday)):
            continue
        start_ms = guess - moment_at(guess).utc_offset_s * 1000
        moment = moment_at(start_ms)
        if (moment.weekday, moment.month) == (weekday, month):
            found.append(start_ms)
    middle = sorted(found, key=lambda at_ms: abs(_day_of_month(at_ms) - _MID_MONTH))
    return middle[:_MOST_DATES]


def _near(weekday: str) -> set[int]:
    """Return a day of the week and its neighbours, which it may be elsewhere."""
    day = WEEKDAYS.index(weekday)
    return {(day + each) % len(WEEKDAYS) for each in (-1, 0, 1)}


def _day_of_month(at_ms: int) -> int:
    return datetime.fromtimestamp(at_ms / 1000, UTC).day


def _image(reading: Reading, scan: Encoded, moment: Moment) -> ProcessImage:
    """Return the facts of one scan, and what people ask for in it."""
    rulebook, given, now_s = reading.book.rulebook, scan.given, moment.monotonic_s
    values, qualities, measured = list[Value | None](), list[Quality](), list[float]()
    for point in rulebook.plant.points:
        value = reading.value(given.points[point.name])
        age = reading.value(given.ages[point.name]) if point.name in given.ages else None
        quality = Quality.MISSING if age is None else Quality.BAD
        if isinstance(age, float) and age > point.max_age_s:
            quality = Quality.STALE
        values.append(value)
        qualities.append(quality if value is None else Quality.GOOD)
        silent = value is None and age is None
        measured.append(-math.inf if silent else now_s - (age if isinstance(age, float) else 0.0))
    overrides = []
    for output in rulebook.plant.outputs:
        wish = reading.value(given.overrides[output.name])
        if wish is not None:
            name = f"override_{output.name}_{scan.number}"
            overrides.append(Override(name, output.name, wish, "prove", now_s + 1.0))
    resets = tuple(
        Reset(trip.id, "prove") for trip in rulebook.trips if reading.holds(given.resets[trip.id])
    )
    rows = (tuple(values), tuple(qualities), tuple(measured))
    return ProcessImage(*rows, tuple(overrides), resets)


def _retained(
    reading: Reading, program: Program, scan: Encoded, base_s: float, first_s: float
) -> Retained:
    """Return the memory before the first scan; `base_s` is the time of the scan before it."""
    conditions, start, memory = program.network.conditions, initial(program), scan.before
    return Retained(
        at_s=base_s,
        timers=tuple(
            _timer(reading, memory.timers[step.timed.key], base_s) for step in conditions.timers
        ),
        windows=tuple(
            _window(reading, scan, step.window, base_s, first_s) for step in conditions.windows
        ),
        outputs=tuple(
            _output(reading, output, memory, base_s) for output in program.rulebook.plant.outputs
        ),
        trips=tuple(
            TripState(reading.holds(memory.latched[trip.id]), base_s)
            for trip, _ in zip(program.rulebook.trips, start.trips, strict=True)
        ),
    )


def _timer(reading: Reading, memory: TimerMemory, base_s: float) -> TimerState:
    phases = (
        (memory.pending, Phase.PENDING),
        (memory.on, Phase.ON),
        (memory.resting, Phase.RESTING),
    )
    phase = next((phase for term, phase in phases if reading.holds(term)), Phase.OFF)
    since_s = base_s + float(reading.exact(memory.since_s))
    return TimerState(reading.holds(memory.side), phase, since_s)


def _output(reading: Reading, output: Output, memory: Memory, base_s: float) -> OutputState:
    cell = memory.outputs[output.name]

    def times(terms: tuple[z3.ArithRef, ...], rate: Rate | None) -> tuple[float, ...]:
        return () if rate is None else tuple(base_s + float(reading.exact(t)) for t in terms)

    return OutputState(
        reading.plain(cell.value),
        reading.plain(cell.target),
        base_s + float(reading.exact(cell.switched_at_s)),
        base_s + float(reading.exact(cell.changed_at_s)),
        times(cell.starts_s, output.max_starts),
        times(cell.changes_s, output.max_changes),
        tuple(sorted(rule for rule, term in cell.blocked.items() if reading.holds(term))),
    )


def _window(
    reading: Reading, scan: Encoded, window: Window, base_s: float, first_s: float
) -> WindowState | None:
    """Return a window that is full and has the model's value in the first scan."""
    cell = scan.sight.windows[content_of(window)]
    value, operand = reading.value(cell), reading.value(scan.sight.root(window.operand))
    if not isinstance(value, float) or not isinstance(operand, float):
        return None
    length_s = window.window_s
    begin_s = first_s - length_s
    first = operand - value * length_s if window.function == "rate" else value
    total = value * length_s - operand * (first_s - base_s)
    part = Part(int(begin_s * PARTS // length_s), begin_s, first, 0.0)
    return WindowState(begin_s - length_s, (part,), total, base_s, operand)
