"""A counterexample that a person can read: everything that does not matter is ordinary.

One wish after the other is granted where the violation still stands: no overrides, no resets,
nothing latched, facts known and round, conditions at rest.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise

import z3

from engine.language.expression import Timed, Window
from engine.language.plant import Output, Point
from engine.language.rulebook import Rulebook
from engine.language.types import BoolType, EnumType, NumberType
from engine.values.moment import DAY_S, MONTHS
from engine.workshop.encode_scan import Encoded
from engine.workshop.encode_values import Cell, States, constant, negated, real
from engine.workshop.prove_effort import allow
from engine.workshop.scenario import MomentAt

_EVERY_S = 10
_NOON_S = 43_200
_GRIDS = (100, 10, 5, 1, Fraction(1, 10))
_ONE_TRY_S = 0.03
"""In steps, as `allow` counts them: many short questions take some five times as long."""
_MOST_TRIES = 150
"""A plain counterexample is a courtesy; the time for it has an end."""
_LONG_S = -86_400
_CLEAR_S = 0.01
_MONTH_MS = 365.25 / 12 * DAY_S * 1000
MID_JANUARY_MS = 1_768_435_200_000
"""2026-01-15, 00:00 UTC."""


def lasting(scans: list[Encoded]) -> Iterator[z3.BoolRef]:
    """Yield that the clock on the wall runs on from scan to scan, as in a scenario."""
    for before, after in pairwise(scans):
        early, late = before.given, after.given
        for name in ("weekday", "month", "sunrise", "sunset"):
            yield early.calendar[name].value == late.calendar[name].value
            yield early.calendar[name].known == late.calendar[name].known
        gone_s = late.now_s - early.now_s
        yield late.calendar["time_of_day"].value == early.calendar["time_of_day"].value + gone_s
        yield gone_s < DAY_S


def usual_sun(scan: Encoded, states: States, moment_at: MomentAt) -> z3.BoolRef:
    """Return that the sun of the first scan is that of the middle of its month."""
    calendar = scan.given.calendar
    terms = []
    for number, month in enumerate(MONTHS):
        moment = moment_at(MID_JANUARY_MS + round(number * _MONTH_MS))
        same = [calendar["month"].value == states.term(month)]
        for name, time_s in (("sunrise", moment.sunrise_s), ("sunset", moment.sunset_s)):
            cell = calendar[name]
            same.append(cell.known == (time_s is not None))
            if time_s is not None:
                same.append(cell.value == real(round(time_s)))
        terms.append(z3.And(same))
    return z3.Or(terms)


def still_windows(windows: Mapping[object, Window], scans: list[Encoded]) -> Iterator[z3.BoolRef]:
    """Yield that averages and rates are known as soon as their facts are, and stand still.

    `windows` are by content. To the solver each may have any value in every scan; a real scan has
    only those that come of the facts before.
    """
    for content, window in windows.items():
        operands = [scan.sight.root(window.operand) for scan in scans]
        values = [scan.sight.windows[content] for scan in scans]
        operand, value = operands[0], values[0]
        rest = real(0.0) if window.function == "rate" else operand.value
        yield value.known == operand.known
        yield z3.Implies(value.known, value.value == rest)
        for first, *others in (operands, values):
            for cell in others:
                yield z3.And(first.known == cell.known, first.value == cell.value)


def clear_times(
    rulebook: Rulebook, timed: list[Timed], scans: list[Encoded]
) -> Iterator[z3.BoolRef]:
    """Yield that no time hangs by a hair: a float has no billionth of a second to show."""
    for scan in scans:
        now_s, before = scan.given.now_s, scan.before
        for output in rulebook.plant.outputs:
            memory = before.outputs[output.name]
            for wait_s in {output.min_on_s, output.min_off_s} - {0.0}:
                yield _clear(now_s, memory.switched_at_s, wait_s)
            if output.settle_s:
                yield _clear(now_s, memory.changed_at_s, output.settle_s)
            rates = ((output.max_starts, memory.starts_s), (output.max_changes, memory.changes_s))
            for rate, times_s in rates:
                if rate is not None:
                    yield from (_clear(now_s, time_s, rate.per_s) for time_s in times_s)
        for each in timed:
            since_s = before.timers[each.key].since_s
            for wait_s in {each.for_s, each.hold_s, each.rest_s} - {0.0}:
                yield _clear(now_s, since_s, wait_s)


def _clear(now_s: z3.ArithRef, since_s: z3.ArithRef, wait_s: float) -> z3.BoolRef:
    passed = now_s - since_s
    return z3.Or(passed >= real(wait_s + _CLEAR_S), passed <= real(wait_s - _CLEAR_S))


class _Tidying:
    """A solver that holds a violation, and the plainest model of it so far."""

    def __init__(self, solver: z3.Solver) -> None:
        self.solver, self.model, self.tries = solver, solver.model(), 0

    def grant(self, wishes: list[z3.BoolRef]) -> None:
        """Grant as many wishes as can be had: all at once, or half of them and the other half."""
        open_ = [wish for wish in wishes if not self._has(wish)]
        if not open_:
            self.solver.add(*wishes)
        elif self.tries < _MOST_TRIES:
            self.tries += 1
            self.solver.push()
            self.solver.add(*wishes)
            granted = self.solver.check() == z3.sat
            if granted:
                self.model = self.solver.model()
            self.solver.pop()
            if granted:
                self.solver.add(*wishes)
            elif len(wishes) > 1:
                middle = len(wishes) // 2
                self.grant(wishes[:middle])
                self.grant(wishes[middle:])

    def _has(self, wish: z3.BoolRef) -> bool:
        return bool(z3.is_true(self.model.eval(wish, model_completion=True)))


def tidy(
    solver: z3.Solver, rulebook: Rulebook, scans: list[Encoded], states: States
) -> z3.ModelRef:
    """Return a model of what the solver holds already, as plain as it can be had soon."""
    tidying = _Tidying(solver)
    allow(solver, _ONE_TRY_S)
    for wishes in _wishes(rulebook, scans, states):
        tidying.grant(list(wishes))
    return tidying.model


def _wishes(
    rulebook: Rulebook, scans: list[Encoded], states: States
) -> Iterator[Iterable[z3.BoolRef]]:
    """Yield what would be plain, in groups, the most important first."""
    first = scans[0]
    yield [scan.given.calendar["time_of_day"].known for scan in scans]
    for scan in scans:
        yield [negated(cell.known) for cell in scan.given.overrides.values()]
        yield [negated(reset) for reset in scan.given.resets.values()]
    yield [negated(latched) for latched in first.before.latched.values()]
    memories = first.before.outputs.values()
    yield [negated(blocked) for memory in memories for blocked in memory.blocked.values()]
    for before, after in pairwise(scans):
        yield [after.given.now_s == before.given.now_s + _EVERY_S]
        yield [
            z3.And(cell.known == after.given.points[name].known,
                   cell.value == after.given.points[name].value)
            for name, cell in before.given.points.items()
        ]  # fmt: skip
    yield [first.given.now_s == _EVERY_S]
    yield [first.given.calendar["time_of_day"].value == _NOON_S]
    for scan in scans:
        yield [cell.known for cell in (*scan.given.points.values(), *scan.given.ages.values())]
        yield [age.value == 0 for age in scan.given.ages.values()]
    yield from _memory(rulebook, first, states)
    for point in rulebook.plant.points:
        yield from _round(point, first.given.points[point.name], states)


def _memory(rulebook: Rulebook, first: Encoded, states: States) -> Iterator[Iterable[z3.BoolRef]]:
    outputs = [(each, first.before.outputs[each.name]) for each in rulebook.plant.outputs]
    yield [memory.value == constant(each.default, states) for each, memory in outputs]
    yield [memory.target == memory.value for _, memory in outputs]
    for each, memory in outputs:
        yield from _round(each, Cell(memory.value), states)
        yield from _round(each, Cell(memory.target), states)
    timers = first.before.timers.values()
    yield [negated(z3.Or(timer.pending, timer.on, timer.resting)) for timer in timers]
    yield [negated(timer.side) for timer in timers]
    yield [timer.since_s == _LONG_S for timer in timers]
    for _, memory in outputs:
        yield [
            time_s == _LONG_S
            for time_s in (
                memory.switched_at_s, memory.changed_at_s, *memory.starts_s, *memory.changes_s,
            )
        ]  # fmt: skip


def _round(each: Point | Output, cell: Cell, states: States) -> Iterator[Iterable[z3.BoolRef]]:
    match each.type:
        case BoolType():
            yield [negated(cell.value)]
        case EnumType(values=values):
            yield [cell.value == states.term(values[0])]
        case NumberType():
            yield [cell.value == real(0.0)]
            for grid in _GRIDS:
                steps = cell.value / real(Fraction(grid))
                yield [steps == z3.ToReal(z3.ToInt(steps))]
