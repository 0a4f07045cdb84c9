"""A counterexample that a person can read: everything that does not matter is ordinary.

One wish after the other is granted where the violation still stands: no overrides, no resets,
nothing latched, facts known and round, conditions at rest.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import z3

from engine.language.plant import Output, Point
from engine.language.rulebook import Rulebook
from engine.language.types import BoolType, EnumType, NumberType
from engine.values.moment import DAY_S, MONTHS
from engine.workshop.encode_scan import Encoded
from engine.workshop.encode_values import Cell, States, constant, negated, real
from engine.workshop.scenario import MomentAt

_EVERY_S = 10
_NOON_S = 43_200
_GRIDS = (100, 10, 5, 1, Fraction(1, 10))
_ONE_TRY_MS = 300
_MOST_TRIES = 250
"""A plain counterexample is a courtesy; the time for it has an end."""
_LONG_S = -86_400
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


def tidy(
    solver: z3.Solver, rulebook: Rulebook, scans: list[Encoded], states: States
) -> z3.ModelRef:
    """Return a model of what the solver holds already, as plain as it can be had soon."""
    model = solver.model()
    solver.set("timeout", _ONE_TRY_MS)
    tries = 0
    for wish in _wishes(rulebook, scans, states):
        if z3.is_true(model.eval(wish, model_completion=True)):
            solver.add(wish)
        elif tries < _MOST_TRIES:
            tries += 1
            solver.push()
            solver.add(wish)
            if solver.check() == z3.sat:
                model = solver.model()
                solver.pop()
                solver.add(wish)
            else:
                solver.pop()
    return model


def _wishes(rulebook: Rulebook, scans: list[Encoded], states: States) -> Iterator[z3.BoolRef]:
    for scan in scans:
        yield from (negated(cell.known) for cell in scan.given.overrides.values())
        yield from (negated(reset) for reset in scan.given.resets.values())
    first = scans[0]
    yield from (negated(latched) for latched in first.before.latched.values())
    for before, after in pairwise(scans):
        yield after.given.now_s == before.given.now_s + _EVERY_S
        for name, cell in before.given.points.items():
            later = after.given.points[name]
            yield cell.known == later.known
            yield cell.value == later.value
    yield first.given.now_s == _EVERY_S
    yield first.given.calendar["time_of_day"].value == _NOON_S
    for scan in scans:
        for cell in (*scan.given.points.values(), *scan.given.ages.values()):
            yield cell.known
        yield from (age.value == 0 for age in scan.given.ages.values())
    yield from _memory(rulebook, first, states)
    for point in rulebook.plant.points:
        yield from _round(point, first.given.points[point.name], states)


def _memory(rulebook: Rulebook, first: Encoded, states: States) -> Iterator[z3.BoolRef]:
    for output in rulebook.plant.outputs:
        memory = first.before.outputs[output.name]
        yield memory.value == constant(output.default, states)
        yield memory.target == memory.value
        yield from (negated(blocked) for blocked in memory.blocked.values())
        times_s = (memory.switched_at_s, memory.changed_at_s, *memory.starts_s, *memory.changes_s)
        yield from (time_s == _LONG_S for time_s in times_s)
        yield from _round(output, Cell(memory.value), states)
    for timer in first.before.timers.values():
        yield negated(z3.Or(timer.pending, timer.on, timer.resting))
        yield negated(timer.side)
        yield timer.since_s == _LONG_S


def _round(each: Point | Output, cell: Cell, states: States) -> Iterator[z3.BoolRef]:
    match each.type:
        case BoolType():
            yield negated(cell.value)
        case EnumType(values=values):
            yield cell.value == states.term(values[0])
        case NumberType():
            yield cell.value == real(0.0)
            for grid in _GRIDS:
                steps = cell.value / real(Fraction(grid))
                yield steps == z3.ToReal(z3.ToInt(steps))
