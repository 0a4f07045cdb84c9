"""What a scan remembers, as variables; and the transition of a Timed condition.

A start state is any that the types allow, so it holds every state that can be reached and more:
what is proved from it holds for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import z3

from engine.language.expression import Expression, Timed, walk
from engine.language.plant import Output, Rate
from engine.language.rulebook import Rulebook
from engine.workshop.encode_inputs import variable
from engine.workshop.encode_values import (
    FALSE,
    Cell,
    States,
    added,
    all_of,
    any_of,
    both,
    choose,
    compared,
    either,
    negated,
    real,
)


@dataclass(frozen=True, slots=True)
class OutputMemory:
    """What one output remembers, as `engine/control/shaping.py` has it; times from the start.

    `starts_s` and `changes_s` hold as many times as their rate counts, the oldest first; a time
    long ago stands for none. `blocked` are rules whose demand does not count yet.
    """

    value: z3.ExprRef
    target: z3.ExprRef
    switched_at_s: z3.ArithRef
    changed_at_s: z3.ArithRef
    starts_s: tuple[z3.ArithRef, ...]
    changes_s: tuple[z3.ArithRef, ...]
    blocked: Mapping[str, z3.BoolRef]


@dataclass(frozen=True, slots=True)
class TimerMemory:
    """What one Timed condition remembers. In none of the three phases it is OFF."""

    side: z3.BoolRef
    pending: z3.BoolRef
    on: z3.BoolRef
    resting: z3.BoolRef
    since_s: z3.ArithRef


@dataclass(frozen=True, slots=True)
class Memory:
    """What one scan leaves to the next: by output, by key of the timer, by trip."""

    at_s: z3.ArithRef
    outputs: Mapping[str, OutputMemory]
    timers: Mapping[str, TimerMemory]
    latched: Mapping[str, z3.BoolRef]


def start(
    rulebook: Rulebook, expressions: list[Expression], states: States
) -> tuple[Memory, list[z3.BoolRef]]:
    """Return any memory at all, and what is true of it."""
    facts: list[z3.BoolRef] = []
    asking: dict[str, list[str]] = {}
    for rule in rulebook.rules:
        for proposal in rule.proposals:
            asking.setdefault(proposal.output, []).append(rule.id)
    outputs = {}
    for output in rulebook.plant.outputs:
        outputs[output.name] = _output(output, asking.get(output.name, []), states, facts)
    timers = {}
    for timed in timed_conditions(expressions):
        name = f"timer {timed.key}"
        pending, on, resting = (z3.Bool(f"{name} {each}") for each in ("pending", "on", "resting"))
        facts.append(z3.AtMost(pending, on, resting, 1))
        since_s = _moment(f"{name} since", facts)
        timers[timed.key] = TimerMemory(z3.Bool(f"{name} side"), pending, on, resting, since_s)
    latched = {trip.id: z3.Bool(f"latched {trip.id}") for trip in rulebook.trips}
    return Memory(real(0.0), outputs, timers, latched), facts


def timed_conditions(expressions: list[Expression]) -> list[Timed]:
    """Return the Timed conditions, each once, the innermost first."""
    found: dict[str, Timed] = {}
    for tree in expressions:
        for node in reversed(walk(tree)):
            if isinstance(node, Timed):
                found.setdefault(node.key, node)
    return list(found.values())


def _output(
    output: Output, rules: list[str], states: States, facts: list[z3.BoolRef]
) -> OutputMemory:
    name = output.name
    value, limits = variable(f"{name}@0", output, states)
    target, same = variable(f"{name} target@0", output, states)
    facts += [*limits, *same]

    def times(what: str, rate: Rate | None) -> tuple[z3.ArithRef, ...]:
        count = 0 if rate is None else rate.count
        found = tuple(_moment(f"{name} {what} {each}", facts) for each in range(count))
        facts.extend(early <= late for early, late in pairwise(found))
        return found

    return OutputMemory(
        value.value,
        target.value,
        _moment(f"{name} switched", facts),
        _moment(f"{name} changed", facts),
        times("start", output.max_starts),
        times("change", output.max_changes),
        {rule: z3.Bool(f"{name} blocks {rule}") for rule in dict.fromkeys(rules)},
    )


def _moment(name: str, facts: list[z3.BoolRef]) -> z3.ArithRef:
    """Return a time at or before the last scan."""
    time_s = z3.Real(name)
    facts.append(time_s <= 0)
    return time_s


def advance(
    timed: Timed, memory: TimerMemory, when: Cell, until: Cell | None, now_s: z3.ArithRef
) -> tuple[TimerMemory, Cell]:
    """Return a Timed condition after a scan, and its truth: the table of `inference/timing.py`."""
    side, given = _side(memory.side, when, until)

    def passed(wait_s: float) -> z3.BoolRef:
        return compared(">=", now_s, added(since_s, real(wait_s)))

    pending, on, resting, since_s = memory.pending, memory.on, memory.resting, memory.since_s
    rested = both(resting, passed(timed.rest_s))
    resting = both(resting, negated(rested))
    begins = both(negated(any_of((pending, on, resting))), given.is_true)
    since_s = choose(either(rested, begins), now_s, since_s)
    pending = either(pending, begins)
    breaks = both(pending, negated(given.is_true))
    ripe = all_of((pending, negated(breaks), passed(timed.for_s)))
    since_s = choose(either(breaks, ripe), now_s, since_s)
    pending = all_of((pending, negated(breaks), negated(ripe)))
    on = either(on, ripe)
    held = both(given.is_false, passed(timed.hold_s))
    ends = both(on, either(negated(given.known), held))
    since_s = choose(ends, now_s, since_s)
    on = both(on, negated(ends))
    resting = either(resting, ends if timed.rest_s > 0 else FALSE)
    return TimerMemory(side, pending, on, resting, since_s), Cell(on, given.known)


def _side(side: z3.BoolRef, when: Cell, until: Cell | None) -> tuple[z3.BoolRef, Cell]:
    """Return the side of the hysteresis after this scan, and what the table is given."""
    if until is None:
        return when.is_true, when
    turns_on = both(when.is_true, until.is_false)
    stays_off = either(when.is_false, until.is_true)
    true = choose(side, until.is_false, turns_on)
    false = choose(side, until.is_true, stays_off)
    return choose(side, negated(until.is_true), turns_on), Cell(true, either(true, false))
