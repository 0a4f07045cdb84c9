"""What decisions and alarms tell of rules, permissives, interlocks and trips."""

from collections.abc import Iterator, Mapping, Sequence

from engine.control.decision import Alarm, AlarmKind, Cause, Decision, RestrictionKind, Trace
from engine.control.program import Program
from engine.language.expression import NameKind
from engine.language.rulebook import Bound, Latch
from engine.values.fact import Value
from engine.workshop.coverage_ledger import Ledger, Stretch
from engine.workshop.coverage_report import Outcome

Numbers = Mapping[tuple[Outcome, str, str], int]
_Marks = tuple[int, ...]
_DEMANDED = (Cause.DEFAULT, Cause.RULE, Cause.OVERRIDE)
"""Causes by which an output starts only with its permissives."""


class OutcomeWatch:
    """The decisions and the trips of a run, followed from one to the next."""

    def __init__(self, program: Program, numbers: Numbers, ledger: Ledger) -> None:
        """Begin with nothing decided."""
        outputs = program.rulebook.plant.outputs
        self._numbers = numbers
        self._ledger = ledger
        self._trips = {trip.id: trip for trip in program.rulebook.trips}
        self._trip_slots = dict(zip(self._trips, program.network.trips, strict=True))
        self._outputs = outputs
        self._last_values = [program.slots.number(NameKind.OUTPUT, each.name) for each in outputs]
        self._permissives = program.permissives
        self._stretches: tuple[Stretch[_Marks], ...] = tuple(
            Stretch(ledger, lambda marks: marks) for _ in (*outputs, "alarms")
        )
        self.start(0)

    def start(self, scan: int) -> None:
        """Enter what was seen before this scan, and begin anew."""
        for stretch in self._stretches:
            stretch.end(scan)
        self._decisions: tuple[Decision | None, ...] = (None,) * len(self._outputs)
        self._alarms: tuple[Alarm, ...] | None = None
        self._latched: frozenset[str] = frozenset()

    def look(self, trace: Trace, scan: int) -> None:
        """Follow one scan."""
        if trace.image.resets:
            self._hear_resets(trace)
        if trace.alarms != self._alarms:
            self._hear_alarms(trace, scan)
        if trace.decisions != self._decisions:
            for place, (new, old) in enumerate(zip(trace.decisions, self._decisions, strict=True)):
                if new is not old:
                    self._stretches[place].stand(tuple(self._marks(new)), scan)
                    self._hear_start(place, new, trace.slots)
            self._decisions = trace.decisions

    def _marks(self, decision: Decision) -> Iterator[int]:
        """Yield what a decision tells of who asked and who held back."""
        output = decision.output
        yield from self._known(Outcome.DECIDED, decision.asked_by, output)
        for rule in decision.overruled:
            yield from self._known(Outcome.OVERRULED, rule, output)
        before = decision.wanted
        for step in decision.restrictions:
            if step.kind is RestrictionKind.PERMISSIVE:
                yield from self._known(Outcome.REFUSED, step.by)
            elif step.kind is RestrictionKind.INTERLOCK:
                bound = bound_between(before, step.value)
                limited = list(self._known(Outcome.HELD_BACK, step.by, f"{output} {bound}"))
                yield from limited or self._known(Outcome.HELD_BACK, step.by)
            before = step.value

    def _hear_start(self, place: int, decision: Decision, slots: Sequence[Value | None]) -> None:
        """Count a start for every permissive that was asked."""
        output, before = self._outputs[place], slots[self._last_values[place]]
        assert before is not None  # noqa: S101 - an output always has a value
        if output.is_on(before) or not output.is_on(decision.value):
            return
        if decision.cause in _DEMANDED:
            for permissive, slot in self._permissives[place]:
                if slots[slot] is True:
                    self._ledger.enter(self._known(Outcome.GRANTED, permissive), 1)

    def _hear_resets(self, trace: Trace) -> None:
        """Count the resets that released a latch: the cause is gone, and it stood until now."""
        for reset in trace.image.resets:
            slot = self._trip_slots.get(reset.trip)
            if reset.trip in self._latched and slot is not None and trace.slots[slot] is False:
                self._ledger.enter(self._known(Outcome.RESET, reset.trip), 1)

    def _hear_alarms(self, trace: Trace, scan: int) -> None:
        """Note which latches force although their cause is gone, and which will."""
        self._alarms = trace.alarms
        waiting = [each.subject for each in trace.alarms if each.kind is AlarmKind.LATCHED]
        marks = [mark for trip in waiting for mark in self._known(Outcome.LATCHED, trip)]
        self._stretches[-1].stand(tuple(marks), scan)
        tripped = {each.subject for each in trace.alarms if each.kind is AlarmKind.TRIPPED}
        latching = {trip for trip in tripped if self._latches(trip, trace)}
        self._latched = frozenset(waiting) | latching | (self._latched & tripped)

    def _latches(self, trip: str, trace: Trace) -> bool:
        latch = self._trips[trip].latch
        seen = trace.slots[self._trip_slots[trip]]
        return latch is Latch.YES or (latch is Latch.ON_TRUE and seen is True)

    def _known(self, outcome: Outcome, owner: str, about: str = "") -> Iterator[int]:
        number = self._numbers.get((outcome, owner, about))
        if number is not None:
            yield number


def bound_between(wanted: Value, given: Value) -> str:
    """Return which kind of limit made one value of the other."""
    if isinstance(wanted, bool | str) or isinstance(given, bool | str):
        return ""
    bound = Bound.AT_MOST if given < wanted else Bound.AT_LEAST
    return str(bound.value)
