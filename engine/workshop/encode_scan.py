"""One whole scan as terms: memory and inputs in, decisions and the next memory out."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import z3

from engine.inference.image import LARGEST_NUMBER
from engine.inference.inline import inlined_interlocks
from engine.inference.slots import content_of
from engine.language import interval
from engine.language.contents import expressions
from engine.language.expression import Expression, Timed, Window, walk
from engine.language.interval import Interval
from engine.language.rulebook import Condition, Interlock, Latch, Rulebook, Signal
from engine.workshop.encode_chain import derive
from engine.workshop.encode_demand import Asking, Demand, demand
from engine.workshop.encode_expression import Sight
from engine.workshop.encode_inputs import Given, given
from engine.workshop.encode_interlocks import Hearing, Plan, seen
from engine.workshop.encode_memory import (
    Memory,
    OutputMemory,
    TimerMemory,
    advance,
    timed_conditions,
)
from engine.workshop.encode_shaping import Shaped, Situation, record, shape
from engine.workshop.encode_values import (
    FALSE,
    Cell,
    States,
    added,
    all_of,
    any_of,
    both,
    choose,
    constant,
    either,
    equal,
    negated,
    real,
    times,
)

_LONG_S = 3600.0
"""As in the scan: one that comes later than this ramps as after no time at all."""


@dataclass(frozen=True, slots=True)
class Book:
    """A rulebook, and what of it is worked out once for all scans."""

    rulebook: Rulebook
    expressions: list[Expression]
    timed: list[Timed]
    locks: tuple[Interlock, ...]
    states: States
    plan: Plan


@dataclass(frozen=True, slots=True)
class Encoded:
    """A scan: what it was given, what it remembered, what it saw, decided and will remember.

    `outcome` are the decided values as expressions see them. `tripping` has for each trip whether
    it forces now, `causes` the truth of its condition.
    `facts` is what is true of all terms in here.
    """

    number: int
    given: Given
    before: Memory
    after: Memory
    sight: Sight
    rules: Mapping[str, Cell]
    demands: Mapping[str, Demand]
    decided: Mapping[str, z3.ExprRef]
    outcome: Mapping[str, Cell]
    permitted: Mapping[str, Mapping[str, z3.BoolRef]]
    causes: Mapping[str, Cell]
    tripping: Mapping[str, z3.BoolRef]
    fixed: Mapping[str, z3.BoolRef]
    held: Mapping[str, z3.BoolRef]
    locks: Mapping[str, Cell]
    limits: Mapping[str, tuple[Cell, ...]]
    facts: tuple[z3.BoolRef, ...]


@dataclass(frozen=True, slots=True)
class Same:
    """Inputs of a scan that are those of another one, and averages and rates that stand still."""

    given: Given
    windows: Mapping[object, Cell]


def book_of(rulebook: Rulebook, plan: Plan) -> Book:
    """Return a checked rulebook ready to be encoded."""
    trees = list(expressions(rulebook))
    locks = inlined_interlocks(rulebook)
    return Book(rulebook, trees, timed_conditions(trees), locks, States(), plan)


def encode(book: Book, memory: Memory, number: int, same: "Same | None" = None) -> Encoded:
    """Return the scan with this number, after `memory`; `same` is what it shares with others."""
    rulebook, states = book.rulebook, book.states
    if same is None:
        told = given(rulebook, book.expressions, states, number, memory.at_s)
    else:
        told = same.given
    sight = look(book, told, memory, number)
    sight.windows.update({} if same is None else same.windows)
    timers = _remember(book, sight, memory, told.now_s)
    rules = derive(rulebook, sight)
    causes = {trip.id: sight.value(trip.when) for trip in rulebook.trips}
    latched, tripping, released = _trips(rulebook, memory, told, causes)
    fixed, forced = forced_by(rulebook, tripping, states)
    gap_s = added(told.now_s, times(memory.at_s, Fraction(-1)))
    elapsed_s = choose(gap_s < real(_LONG_S), gap_s, real(0.0))
    demands, shaped, situations = dict[str, Demand](), dict[str, Shaped](), dict[str, Situation]()
    permitted: dict[str, dict[str, z3.BoolRef]] = {}
    decided: dict[str, z3.ExprRef] = {}
    for output in rulebook.plant.outputs:
        name, before = output.name, memory.outputs[output.name]
        asking = [
            Asking(rule, rules[rule.id], sight.root(proposal.value))
            for rule in rulebook.rules
            for proposal in rule.proposals
            if proposal.output == name
        ]
        demands[name] = demand(
            output, asking, before, told.overrides[name], released.get(name, FALSE), states
        )
        permitted[name] = {
            each.id: sight.value(each.needs).is_true
            for each in rulebook.permissives
            if each.output == name
        }
        may = all_of(permitted[name].values())
        situations[name] = Situation(output, before, may, told.now_s, elapsed_s, states)
        shaped[name] = shape(situations[name], demands[name].wanted)
        decided[name] = choose(fixed[name], forced[name], shaped[name].value)
    hearing = Hearing(rulebook, book.locks, sight, states, decided, fixed)
    hearing.restrict(book.plan)
    after = dict[str, OutputMemory]()
    for name, at in situations.items():
        after[name] = record(at, shaped[name], hearing.decided[name], demands[name].blocked)
    deciding = hearing.deciding()
    return Encoded(
        number, told, memory, Memory(told.now_s, after, timers, latched), sight, rules, demands,
        hearing.decided, deciding, permitted, causes, tripping, fixed, hearing.held,
        {lock.id: sight.value(lock.condition, deciding) for lock in book.locks},
        {
            lock.id: tuple(sight.root(limit.value, deciding) for limit in lock.limits)
            for lock in book.locks
        },
        (*told.facts, *sight.facts),
    )  # fmt: skip


def look(book: Book, told: Given, memory: Memory, number: int) -> Sight:
    """Return what expressions see: the facts, and the outputs as the last scan decided them."""
    plant = book.rulebook.plant
    defined: tuple[Signal | Condition, ...] = (*book.rulebook.signals, *book.rulebook.conditions)
    return Sight(
        f"@{number}",
        book.states,
        {each.name: each.expression for each in defined},
        told.points,
        told.ages,
        told.calendar,
        {each.name: seen(each, memory.outputs[each.name].value) for each in plant.outputs},
    )


def _remember(
    book: Book, sight: Sight, memory: Memory, now_s: z3.ArithRef
) -> dict[str, TimerMemory]:
    """Move everything on that remembers, the innermost first; return the timers afterwards."""
    timers = dict[str, TimerMemory]()
    for tree in book.expressions:
        for node in reversed(walk(tree)):
            if isinstance(node, Timed) and node.key not in timers:
                until = None if node.until is None else sight.value(node.until)
                timers[node.key], sight.timers[node.key] = advance(
                    node, memory.timers[node.key], sight.value(node.when), until, now_s
                )
            elif isinstance(node, Window) and content_of(node) not in sight.windows:
                sight.windows[content_of(node)] = window(node, sight)
    return timers


def window(node: Window, sight: Sight) -> Cell:
    """Return an average or rate: anything within the bounds of its operand, known or not yet."""
    operand = sight.root(node.operand)
    span = operand.span
    number = len(sight.windows)
    value = z3.Real(f"window {number}{sight.name}")
    known = both(z3.Bool(f"window {number}{sight.name}?"), operand.known)
    if node.function == "rate":
        reach = (span.high - span.low) / node.window_s
        span = Interval(-reach, reach)
    span = interval.calculated("+", span, interval.point(0.0))  # a mean of floats is rounded
    if span.low > -LARGEST_NUMBER:
        sight.facts.append(value >= real(span.low))
    if span.high < LARGEST_NUMBER:
        sight.facts.append(value <= real(span.high))
    return Cell(value, known, span)


def _trips(
    rulebook: Rulebook, memory: Memory, told: Given, causes: Mapping[str, Cell]
) -> tuple[dict[str, z3.BoolRef], dict[str, z3.BoolRef], dict[str, z3.BoolRef]]:
    """Return what is latched afterwards, what forces now, and the outputs that a reset releases."""
    latched, tripping, released = {}, {}, dict[str, z3.BoolRef]()
    for trip in rulebook.trips:
        cause, before = causes[trip.id], memory.latched[trip.id]
        lasts = negated(cause.is_false)
        freed = all_of((before, cause.is_false, told.resets[trip.id]))
        match trip.latch:
            case Latch.YES:
                seen_now = lasts
            case Latch.ON_TRUE:
                seen_now = cause.is_true
            case Latch.NO:
                seen_now = FALSE
        latched[trip.id] = either(both(before, negated(freed)), seen_now)
        tripping[trip.id] = either(lasts, both(before, negated(freed)))
        for name, _ in trip.force:
            released[name] = either(released.get(name, FALSE), freed)
    return latched, tripping, released


def forced_by(
    rulebook: Rulebook, tripping: Mapping[str, z3.BoolRef], states: States
) -> tuple[dict[str, z3.BoolRef], dict[str, z3.ExprRef]]:
    """Return which outputs trips force, and to what; where two disagree, to failsafe."""
    fixed, forced = dict[str, z3.BoolRef](), dict[str, z3.ExprRef]()
    for output in rulebook.plant.outputs:
        failsafe = constant(output.failsafe, states)
        fixed[output.name], forced[output.name] = FALSE, failsafe
        for trip in rulebook.trips:
            for name, value in trip.force:
                if name != output.name:
                    continue
                wanted, active, before = constant(value, states), tripping[trip.id], fixed[name]
                same = either(negated(before), equal(forced[name], wanted))
                forced[name] = choose(active, choose(same, wanted, failsafe), forced[name])
                fixed[name] = any_of((before, active))
    return fixed, forced
