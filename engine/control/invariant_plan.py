"""What the invariants look at: the declarations of a program, and one scan under them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from engine.control.decision import Decision
from engine.control.program import Program
from engine.control.recount import Looks, Recount, View, definitions
from engine.control.scan import Scan
from engine.control.shaping import OutputState
from engine.control.state import Retained
from engine.control.trips import TripState
from engine.inference.image import ProcessImage
from engine.language.expression import Expression, Name, NameKind, walk
from engine.language.plant import Output, Point
from engine.language.rulebook import Interlock, Limit, Rulebook, Trip
from engine.language.types import BoolType, NumberType
from engine.values.fact import Value

LARGEST = 1.7976931348623157e308
"""The largest float; infinity is no number that may be."""


class Lock(NamedTuple):
    """An interlock: the outputs that it is about or holds, and how far. Outputs are places."""

    declared: Interlock
    forces: tuple[tuple[int, Value], ...]
    limits: tuple[tuple[int, Limit], ...]
    borders: Looks
    """What the limits are."""
    reads: frozenset[int]
    holds: frozenset[int]


class Needs(NamedTuple):
    """The permissives of one output, and whether they hold."""

    permissives: tuple[str, ...]
    looks: Looks


class Plan:
    """The declarations of one program, each with the function that works it out."""

    def __init__(self, program: Program) -> None:
        """Take them from the program's rulebook."""
        book = program.rulebook
        self._recount = Recount(program)
        looks = self._recount.looks
        self.outputs = book.plant.outputs
        self.fresh = [
            (point, point.max_age_s, *span(point), isinstance(point.type, BoolType))
            for point in book.plant.points
        ]
        """How old each point may be, its least and greatest number, and whether it is on/off."""
        self.fitting = [
            (output, *span(output), isinstance(output.type, BoolType)) for output in self.outputs
        ]
        """The same of the outputs."""
        self.names = [output.name for output in self.outputs]
        self.index = {name: place for place, name in enumerate(self.names)}
        self.trips = book.trips
        self._causes = looks([trip.when for trip in book.trips])
        self.locks = tuple(self._lock(book, lock) for lock in book.interlocks)
        self._conditions = looks([lock.condition for lock in book.interlocks])
        self.lock_by_id = {lock.declared.id: lock for lock in self.locks}
        self.needs = self._needs(book)
        self.rules = {rule.id: place for place, rule in enumerate(book.rules)}
        self._proposals = {
            (rule.id, each.output): each.value for rule in book.rules for each in rule.proposals
        }
        self._asks: dict[tuple[str, str], Looks] = {}

    def _lock(self, book: Rulebook, lock: Interlock) -> Lock:
        index = self.index
        forces = tuple((index[name], value) for name, value in lock.force)
        limits = tuple((index[limit.output], limit) for limit in lock.limits)
        return Lock(
            lock,
            forces,
            limits,
            self._recount.looks([limit.value for limit in lock.limits]) if limits else _nothing,
            frozenset(index[name] for name in _outputs_read(book, lock.condition)),
            frozenset(place for place, _ in (*forces, *limits)),
        )

    def _needs(self, book: Rulebook) -> dict[str, Needs]:
        """Return by output what it needs, of those that need something."""
        found: dict[str, Needs] = {}
        for name in self.names:
            own = [each for each in book.permissives if each.output == name]
            if own:
                looks = self._recount.looks([each.needs for each in own])
                found[name] = Needs(tuple(each.id for each in own), looks)
        return found

    def asks(self, rule: str, output: str) -> Looks | None:
        """Return what works out what a rule asks of an output; written when it asks first."""
        looks = self._asks.get((rule, output))
        if looks is None and (rule, output) in self._proposals:
            looks = self._recount.looks([self._proposals[rule, output]])
            self._asks[rule, output] = looks
        return looks

    def at(self, before: Retained, scan: Scan) -> "Now":
        """Return a scan as the invariants look at it; it has a decision on every output."""
        trace, after = scan.trace, scan.retained
        written = [decision.value for decision in scan.decisions]
        was = [state.value for state in before.outputs]
        last = View(trace.image, trace.moment, was, trace.slots)
        deciding = View(trace.image, trace.moment, written, trace.slots)
        causes = self._causes(last)
        active: set[str] = set()
        forced: dict[int, list[Value]] = {}
        for trip, cause, state in zip(self.trips, causes, after.trips, strict=True):
            if cause is not False or state.latched:
                active.add(trip.id)
                for name, value in trip.force:
                    forced.setdefault(self.index[name], []).append(value)
        holding = [
            lock
            for lock, truth in zip(self.locks, self._conditions(deciding), strict=True)
            if truth is not False
        ]
        each_output = list(
            zip(
                range(len(written)), self.outputs, scan.decisions, before.outputs, after.outputs,
                strict=True,
            )
        )  # fmt: skip
        each_trip = list(zip(self.trips, causes, before.trips, after.trips, strict=True))
        return Now(
            scan, written, causes, active, forced, holding, last, deciding, each_output,
            each_trip,
        )  # fmt: skip


class Now(NamedTuple):
    """One scan: what was, what came out, and what the plan makes of it."""

    scan: Scan
    written: Sequence[Value]
    causes: Sequence[Value | None]
    """Of the trips, worked out anew."""
    active: set[str]
    """The trips whose cause or latch lasts."""
    forced: dict[int, list[Value]]
    """By the place of an output what active trips force."""
    holding: Sequence[Lock]
    """The interlocks that are not FALSE of the values about to be written."""
    last: View
    """Names of outputs mean what was decided in the last scan."""
    deciding: View
    """They mean what is about to be written."""
    each_output: Sequence[tuple[int, Output, Decision, OutputState, OutputState]]
    """Its place, its decision, and its state before and after."""
    each_trip: Sequence[tuple[Trip, Value | None, TripState, TripState]]
    """Its cause, and its state before and after."""

    @property
    def image(self) -> ProcessImage:
        """What was known in this scan."""
        return self.scan.trace.image

    @property
    def at_s(self) -> float:
        """Monotonic seconds."""
        return self.scan.trace.moment.monotonic_s


def _nothing(_view: View) -> tuple[()]:
    """Work out what limits the outputs of an interlock that has no limits."""
    return ()


def span(declared: Point | Output) -> tuple[float, float]:
    """Return the least and the greatest number that may be; no number may be what is none."""
    if not isinstance(declared.type, NumberType):
        return math.inf, -math.inf
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
