"""What the invariants look at: the declarations of a program, and one scan under them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.control.decision import Decision
from engine.control.program import Program
from engine.control.recount import Look, Recount, View, definitions, truth_of
from engine.control.scan import Scan
from engine.control.shaping import OutputState
from engine.control.state import Retained
from engine.control.trips import TripState
from engine.inference.image import ProcessImage
from engine.language.expression import Expression, Name, NameKind, walk
from engine.language.plant import Output, Point
from engine.language.rulebook import Interlock, Limit, Rulebook, Trip
from engine.language.types import NumberType
from engine.values.fact import Value
from engine.values.truth import Truth

Span = tuple[float, float]
LARGEST = 1.7976931348623157e308
"""The largest float; infinity is no number that may be."""


class Lock(NamedTuple):
    """An interlock: its condition and limits, and the outputs that it is about or holds."""

    declared: Interlock
    condition: Look
    limits: tuple[tuple[Limit, Look], ...]
    reads: frozenset[int]
    holds: frozenset[int]


class Plan:
    """The declarations of one program, each with the function that works it out."""

    def __init__(self, program: Program) -> None:
        """Take them from the program's rulebook."""
        book = program.rulebook
        asked: list[Expression] = [trip.when for trip in book.trips]
        asked += [permissive.needs for permissive in book.permissives]
        for lock in book.interlocks:
            asked += [lock.condition, *(limit.value for limit in lock.limits)]
        self._recount = Recount(program, asked)
        look = self._recount.look
        self.program = program
        self.outputs = book.plant.outputs
        self.points = book.plant.points
        self.point_spans = tuple(_span(point) for point in self.points)
        self.output_spans = tuple(_span(output) for output in self.outputs)
        self.index = {output.name: place for place, output in enumerate(self.outputs)}
        self.trips: tuple[tuple[Trip, Look], ...] = tuple((t, look(t.when)) for t in book.trips)
        self._declared = book.trips
        self.locks = tuple(self._lock(book, lock) for lock in book.interlocks)
        self.lock_by_id = {lock.declared.id: lock for lock in self.locks}
        self.needs: dict[str, list[tuple[str, Look]]] = {each.name: [] for each in self.outputs}
        for permissive in book.permissives:
            self.needs[permissive.output].append((permissive.id, look(permissive.needs)))
        self.rules = {rule.id: place for place, rule in enumerate(book.rules)}
        self.asks: dict[tuple[str, str], Look] = {
            (rule.id, each.output): look(each.value)
            for rule in book.rules
            for each in rule.proposals
        }

    def _lock(self, book: Rulebook, lock: Interlock) -> Lock:
        look, index = self._recount.look, self.index
        held = {name for name, _ in lock.force} | {limit.output for limit in lock.limits}
        return Lock(
            lock,
            look(lock.condition),
            tuple((limit, look(limit.value)) for limit in lock.limits),
            frozenset(index[name] for name in _outputs_read(book, lock.condition)),
            frozenset(index[name] for name in held),
        )

    def at(self, before: Retained, scan: Scan) -> "Now":
        """Return a scan as the invariants look at it; it has a decision on every output."""
        trace, settle = scan.trace, self._recount.settle
        written = [decision.value for decision in scan.decisions]
        was = [state.value for state in before.outputs]
        last = settle(View(trace.image, trace.moment, was, trace.slots))
        deciding = settle(View(trace.image, trace.moment, written, trace.slots), last)
        causes = [truth_of(cause(last)) for _, cause in self.trips]
        forced: list[list[Value]] = [[] for _ in self.outputs]
        active = set()
        trips = zip(self.trips, causes, scan.retained.trips, strict=True)
        for (trip, _), cause, state in trips:
            if cause is not False or state.latched:
                active.add(trip.id)
                for name, value in trip.force:
                    forced[self.index[name]].append(value)
        locks = [truth_of(lock.condition(deciding)) for lock in self.locks]
        places, after = range(len(written)), scan.retained
        each_output = list(
            zip(places, self.outputs, scan.decisions, before.outputs, after.outputs, strict=True)
        )
        each_trip = list(zip(self._declared, causes, before.trips, after.trips, strict=True))
        return Now(
            before, scan, written, causes, active, forced, locks, last, deciding, each_output,
            each_trip,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Now:
    """One scan: what was, what came out, and what the plan makes of it."""

    before: Retained
    scan: Scan
    written: Sequence[Value]
    causes: Sequence[Truth]
    """Of the trips, worked out anew."""
    active: set[str]
    """The trips whose cause or latch lasts."""
    forced: Sequence[Sequence[Value]]
    """For each output what active trips force."""
    locks: Sequence[Truth]
    """Of the interlocks, with the values about to be written."""
    last: View
    """Names of outputs mean what was decided in the last scan."""
    deciding: View
    """They mean what is about to be written."""
    each_output: Sequence[tuple[int, Output, Decision, OutputState, OutputState]]
    """Its place, its decision, and its state before and after."""
    each_trip: Sequence[tuple[Trip, Truth, TripState, TripState]]
    """Its cause, and its state before and after."""

    @property
    def image(self) -> ProcessImage:
        """What was known in this scan."""
        return self.scan.trace.image

    @property
    def at_s(self) -> float:
        """Monotonic seconds."""
        return self.scan.trace.moment.monotonic_s


def _span(declared: Point | Output) -> Span | None:
    """Return the least and the greatest number that may be, None if it is no number."""
    if not isinstance(declared.type, NumberType):
        return None
    low = -LARGEST if declared.low is None else declared.low
    return low, LARGEST if declared.high is None else declared.high


def _outputs_read(book: Rulebook, condition: Expression) -> set[str]:
    """Return the outputs that a condition is about, also through signals and conditions."""
    defined = definitions(book)
    found, waiting = set[str](), [condition]
    while waiting:
        for node in walk(waiting.pop()):
            if not isinstance(node, Name):
                continue
            if node.kind is NameKind.OUTPUT:
                found.add(node.name)
            expression = defined.pop(node.name, None) if node.kind in _DEFINED else None
            if expression is not None:
                waiting.append(expression)
    return found


_DEFINED = (NameKind.SIGNAL, NameKind.CONDITION)
