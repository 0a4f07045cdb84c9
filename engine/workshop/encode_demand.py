"""What is wanted of an output, as terms: override, rules by salience, else rest."""

from dataclasses import dataclass, field
from fractions import Fraction

import z3

from engine.language.plant import Output
from engine.language.rulebook import Rule
from engine.workshop.encode_fit import fit
from engine.workshop.encode_memory import OutputMemory
from engine.workshop.encode_values import (
    FALSE,
    Cell,
    States,
    all_of,
    any_of,
    both,
    choose,
    constant,
    either,
    equal,
    negated,
    times,
)


@dataclass(frozen=True, slots=True)
class Asking:
    """One rule that proposes a value (base units) for an output, and its truth."""

    rule: Rule
    truth: Cell
    value: Cell


@dataclass(slots=True)
class Demand:
    """The wish for one output, brought into its range and steps; who decided it; who is blocked.

    `wins` has for each rule whether it decides alone, `disputes` whether it is one of a conflict.
    """

    wanted: z3.ExprRef
    conflict: z3.BoolRef
    by_override: z3.BoolRef
    blocked: dict[str, z3.BoolRef]
    wins: dict[str, z3.BoolRef] = field(default_factory=dict)
    disputes: dict[str, z3.BoolRef] = field(default_factory=dict)


def demand(
    output: Output,
    asking: list[Asking],
    memory: OutputMemory,
    override: Cell,
    released: z3.BoolRef,
    states: States,
) -> Demand:
    """Return the demand; `asking` is in the order of the file, `released` says a reset came."""
    blocked = {
        each.rule.id: both(
            either(released, memory.blocked[each.rule.id]), negated(each.truth.is_false)
        )
        for each in asking
    }
    by_override = both(override.known, negated(released))
    rest = fit(output, constant(output.default, states))
    found = Demand(rest, FALSE, by_override, blocked)
    failsafe = constant(output.failsafe, states)
    heard = [
        all_of((each.truth.is_true, each.value.known, negated(blocked[each.rule.id])))
        for each in asking
    ]
    order = sorted(range(len(asking)), key=lambda place: -asking[place].rule.salience)
    for at in reversed(range(len(order))):  # the last one heard decides least
        place = order[at]
        mine = asking[place]
        others = [
            (other, both(heard[other], negated(equal(asking[other].value.value, mine.value.value))))
            for other in order[at + 1 :]
            if asking[other].rule.salience == mine.rule.salience
        ]
        dispute = any_of(term for _, term in others)
        value = fit(output, in_unit(output, mine.value.value))
        value = choose(dispute, fit(output, failsafe), value)
        found.wanted = choose(heard[place], value, found.wanted)
        found.conflict = choose(heard[place], dispute, found.conflict)
        unheard = negated(heard[place])
        for rule in found.wins:
            found.wins[rule] = both(found.wins[rule], unheard)
            found.disputes[rule] = both(found.disputes[rule], unheard)
        for other, term in others:
            id_ = asking[other].rule.id
            found.disputes[id_] = either(found.disputes[id_], both(heard[place], term))
        found.wins[mine.rule.id] = both(heard[place], negated(dispute))
        found.disputes[mine.rule.id] = both(heard[place], dispute)
    found.wanted = choose(by_override, fit(output, override.value), found.wanted)
    found.conflict = both(found.conflict, negated(by_override))
    return found


def in_unit(output: Output, value: z3.ExprRef) -> z3.ExprRef:
    """Return a base value in the output's unit."""
    if output.unit is None or output.unit.factor == 1.0:
        return value
    return times(value, 1 / Fraction(repr(output.unit.factor)))
