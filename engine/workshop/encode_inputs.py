"""What one scan is given, as variables: facts of any value and quality, time, people's wishes.

An override is any value that its output takes, by an id never heard before: it is left out of what
a reset blocks only if it comes after it, as in the arbiter.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import z3

from engine.inference.image import LARGEST_NUMBER
from engine.language.expression import Age, Expression, walk
from engine.language.interval import Interval
from engine.language.plant import Output, Point
from engine.language.rulebook import Rulebook
from engine.language.types import BoolType, EnumType, NumberType
from engine.values.moment import DAY_S, MONTHS, WEEKDAYS
from engine.workshop.encode_values import (
    Cell,
    States,
    any_of,
    both,
    equal,
    real,
    state_variable,
)


@dataclass(frozen=True, slots=True)
class Given:
    """The inputs of one scan. `now_s` counts from the last scan before the first one here.

    `ages` are those of the points that some expression asks for; their cells are unknown while the
    point is MISSING. `overrides` are known where somebody has set the output by hand. `facts` is
    what is true of all this, whatever the plant does.
    """

    now_s: z3.ArithRef
    points: Mapping[str, Cell]
    ages: Mapping[str, Cell]
    calendar: Mapping[str, Cell]
    overrides: Mapping[str, Cell]
    resets: Mapping[str, z3.BoolRef]
    facts: tuple[z3.BoolRef, ...]


def variable(name: str, each: Point | Output, states: States) -> tuple[Cell, list[z3.BoolRef]]:
    """Return a value that a point or output may have, in its unit, and what limits it."""
    known = z3.Bool(f"{name}?")
    match each.type:
        case BoolType():
            return Cell(z3.Bool(name), known), []
        case EnumType(values=values):
            state = state_variable(name)
            return Cell(state, known), [any_of(state == states.term(value) for value in values)]
        case NumberType():
            value = z3.Real(name)
            low = -LARGEST_NUMBER if each.low is None else each.low
            high = LARGEST_NUMBER if each.high is None else each.high
            span = Interval(low, high)
            return Cell(value, known, span), [value >= real(low), value <= real(high)]


def given(
    rulebook: Rulebook,
    expressions: list[Expression],
    states: States,
    scan: int,
    last_s: z3.ArithRef,
) -> Given:
    """Return the inputs of the scan with this number, which comes at or after `last_s`."""
    facts: list[z3.BoolRef] = []
    now_s = z3.Real(f"now@{scan}")
    facts.append(now_s >= last_s)
    points, overrides = dict[str, Cell](), dict[str, Cell]()
    for point in rulebook.plant.points:
        points[point.name], limits = variable(f"{point.name}@{scan}", point, states)
        facts += limits
    for output in rulebook.plant.outputs:
        overrides[output.name], limits = variable(f"set {output.name}@{scan}", output, states)
        facts += limits
    ages, aged = _ages(rulebook, expressions, points, scan)
    calendar, dated = _calendar(states, scan)
    resets = {trip.id: z3.Bool(f"reset {trip.id}@{scan}") for trip in rulebook.trips}
    return Given(now_s, points, ages, calendar, overrides, resets, (*facts, *aged, *dated))


def _ages(
    rulebook: Rulebook, expressions: list[Expression], points: Mapping[str, Cell], scan: int
) -> tuple[dict[str, Cell], list[z3.BoolRef]]:
    """Return the ages that are asked for: a GOOD fact has one, and it is not too old."""
    asked = {
        node.point.name for tree in expressions for node in walk(tree) if isinstance(node, Age)
    }
    cells, facts = dict[str, Cell](), list[z3.BoolRef]()
    for point in rulebook.plant.points:
        if point.name not in asked:
            continue
        age, known = z3.Real(f"age {point.name}@{scan}"), z3.Bool(f"age {point.name}@{scan}?")
        cells[point.name] = Cell(age, known, Interval(low=0.0))
        facts.append(age >= 0)
        fresh = z3.And(known, age <= real(point.max_age_s))
        facts.append(z3.Implies(points[point.name].known, fresh))
    return cells, facts


def _calendar(states: States, scan: int) -> tuple[dict[str, Cell], list[z3.BoolRef]]:
    """Return the wall clock's time: any, or not trusted; nobody promises that it runs."""
    cells, facts = dict[str, Cell](), list[z3.BoolRef]()
    trusted = z3.Bool(f"clock@{scan}?")
    for name, values in (("weekday", WEEKDAYS), ("month", MONTHS)):
        state = state_variable(f"{name}@{scan}")
        cells[name] = Cell(state, trusted)
        facts.append(any_of(equal(state, states.term(value)) for value in values))
    for name in ("time_of_day", "sunrise", "sunset"):
        time_s = z3.Real(f"{name}@{scan}")
        known = trusted if name == "time_of_day" else both(trusted, z3.Bool(f"{name}@{scan}?"))
        cells[name] = Cell(time_s, known, Interval(0.0, float(DAY_S), high_open=True))
        facts += [time_s >= 0, time_s < DAY_S]
    return cells, facts
