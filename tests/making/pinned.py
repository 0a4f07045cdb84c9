"""A scan of the encoding with all its inputs fixed to those of a real one, and what it decides."""

import math
import operator
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import z3

from engine.control.program import Program
from engine.control.scan import Scan
from engine.control.state import Retained
from engine.inference.image import ProcessImage
from engine.inference.slots import content_of
from engine.inference.timing import Phase
from engine.values.fact import Quality
from engine.values.moment import Moment
from engine.workshop.encode_scan import Book, Encoded
from engine.workshop.encode_values import Cell, constant

_LONG_AGO = Fraction(-(10**12))
_FIRST = Fraction(10**6)
NEAR = Fraction(1, 10**6)


ROUNDING = "only by rounding"


def exact(value: float) -> Fraction:
    """Return what a number says, not how it is stored: 61.7 is 617 tenths."""
    return Fraction(repr(float(value)))


class Pinned:
    """One real scan, from `retained` to `result`, and the encoding that must agree with it."""

    def __init__(
        self, book: Book, encoded: Encoded, program: Program, retained: Retained, result: Scan
    ) -> None:
        self.book, self.encoded, self.program = book, encoded, program
        self.retained, self.result = retained, result
        self.image: ProcessImage = result.trace.image
        self.moment: Moment = result.trace.moment
        at_s = retained.at_s
        now = exact(self.moment.monotonic_s)
        self.base = exact(at_s) if math.isfinite(at_s) else now - _FIRST

    def time(self, time_s: float) -> z3.ArithRef:
        return self.number(exact(time_s) - self.base if math.isfinite(time_s) else _LONG_AGO)

    @staticmethod
    def number(value: Fraction) -> z3.ArithRef:
        return z3.RealVal(f"{value.numerator}/{value.denominator}")

    def cell(self, cell: Cell, value: Any) -> z3.BoolRef:
        if value is None:
            return z3.Not(cell.known)
        return z3.And(cell.known, cell.value == constant(value, self.book.states))

    def inputs(self) -> Iterator[z3.BoolRef]:
        """Yield what fixes every variable of the encoding."""
        given, image, moment = self.encoded.given, self.image, self.moment
        yield given.now_s == self.time(moment.monotonic_s)
        for index, point in enumerate(self.book.rulebook.plant.points):
            yield self.cell(given.points[point.name], image.values[index])
            if point.name in given.ages:
                missing = image.qualities[index] is Quality.MISSING
                age = moment.monotonic_s - image.measured_at_s[index]
                yield self.cell(given.ages[point.name], None if missing else age)
        names = ("weekday", "month", "time_of_day", "sunrise", "sunset")
        for name, value in zip(names, moment.calendar, strict=True):
            yield self.cell(given.calendar[name], value)
        for trip in self.book.rulebook.trips:
            asked = any(reset.trip == trip.id for reset in image.resets)
            yield given.resets[trip.id] == asked
        yield from self._overrides()
        yield from self._windows()
        yield from self.memory(self.encoded.before, self.retained, operator.eq)

    def _overrides(self) -> Iterator[z3.BoolRef]:
        plant, now_s = self.book.rulebook.plant, self.moment.monotonic_s
        for output, state in zip(plant.outputs, self.retained.outputs, strict=True):
            standing = [
                each.value
                for each in self.image.overrides
                if each.output == output.name
                and now_s < each.until_s
                and output.holds(each.value)
                and each.id not in state.blocked
            ]
            value = standing[-1] if standing else None
            yield self.cell(self.encoded.given.overrides[output.name], value)

    def _windows(self) -> Iterator[z3.BoolRef]:
        slots = self.result.trace.slots
        for step in self.program.network.conditions.windows:
            cell = self.encoded.sight.windows[content_of(step.window)]
            yield self.cell(cell, slots[step.result])

    def memory(
        self, memory: Any, retained: Retained, same: Callable[[Any, Any], Any]
    ) -> Iterator[z3.BoolRef]:
        """Yield that a memory is the same as what was retained, as far as it matters."""
        states = self.book.states
        for output, state in zip(self.book.rulebook.plant.outputs, retained.outputs, strict=True):
            cell = memory.outputs[output.name]
            yield same(cell.value, constant(state.value, states))
            yield same(cell.target, constant(state.target, states))
            yield cell.switched_at_s == self.time(state.switched_at_s)
            yield cell.changed_at_s == self.time(state.changed_at_s)
            for terms, times in (
                (cell.starts_s, state.starts_s),
                (cell.changes_s, state.changes_s),
            ):
                padded = (-math.inf,) * (len(terms) - len(times)) + times
                for term, time_s in zip(terms, padded, strict=True):
                    yield term == self.time(time_s)
            for rule, blocked in cell.blocked.items():
                yield blocked == (rule in state.blocked)
        steps = self.program.network.conditions.timers
        for step, timer in zip(steps, retained.timers, strict=True):
            cell = memory.timers[step.timed.key]
            if step.timed.until is not None:
                yield cell.side == timer.side
            yield cell.pending == (timer.phase is Phase.PENDING)
            yield cell.on == (timer.phase is Phase.ON)
            yield cell.resting == (timer.phase is Phase.RESTING)
            if timer.phase is not Phase.OFF:
                yield cell.since_s == self.time(timer.since_s)
        for trip, kept in zip(self.book.rulebook.trips, retained.trips, strict=True):
            yield memory.latched[trip.id] == kept.latched

    def outcome(self) -> Iterator[tuple[str, z3.BoolRef]]:
        """Yield what the encoding must come to, each with what it is about."""
        encoded, states = self.encoded, self.book.states
        for rule, truth in zip(
            self.book.rulebook.rules, self.result.trace.rule_truths, strict=True
        ):
            yield f"rule {rule.id} is {truth}", self.cell(encoded.rules[rule.id], truth)
        for decision in self.result.decisions:
            value = constant(decision.value, states)
            what = f"{decision.output} is {decision.value} by {decision.cause} {decision.by}"
            yield what, _same(encoded.decided[decision.output], value)
            wins = encoded.demands[decision.output].wins
            for id_, term in wins.items():
                won = id_ == decision.asked_by
                yield (
                    f"{decision.output} asked by {decision.asked_by}",
                    z3.Implies(z3.Not(encoded.demands[decision.output].by_override), term == won),
                )
        for index, term in enumerate(self.memory(encoded.after, self.result.retained, _same)):
            yield f"memory {index}", term


def _same(term: Any, value: Any) -> z3.BoolRef:
    if z3.is_arith(term):
        near = z3.RealVal(str(NEAR))
        return z3.And(term - value <= near, value - term <= near)
    return term == value


def _is_rounding(pinned: Pinned, model: z3.ModelRef) -> bool:
    """Tell whether a target moved by a hair, which is seen by one of the two alone."""
    kept = zip(pinned.retained.outputs, pinned.result.retained.outputs, strict=True)
    pairs = [(old.target, new.target) for old, new in kept]
    decisions = pinned.result.decisions
    pairs += [
        (old.value, decision.wanted)
        for old, decision in zip(pinned.retained.outputs, decisions, strict=True)
    ]
    for decision in decisions:
        way = [decision.wanted, *(each.value for each in decision.restrictions), decision.value]
        pairs += pairwise(way)
    if any(
        isinstance(old, float) and isinstance(new, float) and 0 < abs(old - new) < NEAR
        for old, new in pairs
    ):
        return True
    for name, after in pinned.encoded.after.outputs.items():
        target, before = after.target, pinned.encoded.before.outputs[name].target
        if z3.is_arith(target):
            moved = abs(model.eval(target - before, model_completion=True).as_fraction())
            if 0 < moved < NEAR:
                return True
    return False


def disagreement(pinned: Pinned, base: list[z3.BoolRef]) -> str:
    """Return what the encoding says differently from the scan, "" if nothing."""
    solver = z3.Solver()
    solver.add(*base, *pinned.encoded.facts, *pinned.inputs())
    if solver.check() != z3.sat:
        return f"the inputs do not fit: {solver.check()}"
    model = solver.model()
    for what, term in pinned.outcome():
        if not z3.is_true(model.eval(term, model_completion=True)):
            if _is_rounding(pinned, model):
                return ROUNDING
            found = [model.eval(each) for each in term.children()]
            return f"{what}: {term.sexpr()[:60]}; found {found}"
    return ""
