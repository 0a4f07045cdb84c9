"""What an output may do next, as terms: the rows of `engine/control/shaping.py`."""

from dataclasses import dataclass

import z3

from engine.language.plant import Output, Rate
from engine.language.types import NumberType
from engine.workshop.encode_fit import ZERO, in_gap, is_on, lowest_like, none_of
from engine.workshop.encode_memory import OutputMemory
from engine.workshop.encode_values import (
    FALSE,
    States,
    added,
    all_of,
    any_of,
    both,
    choose,
    compared,
    either,
    equal,
    larger,
    negated,
    real,
    smaller,
)


@dataclass(frozen=True, slots=True)
class Shaped:
    """The value that an output may take, and the target behind it."""

    value: z3.ExprRef
    target: z3.ExprRef


@dataclass(frozen=True, slots=True)
class Situation:
    """One output in one scan: what it remembers, whether it may start, and the time."""

    output: Output
    memory: OutputMemory
    permitted: z3.BoolRef
    now_s: z3.ArithRef
    elapsed_s: z3.ArithRef
    states: States


def shape(at: Situation, wanted: z3.ExprRef) -> Shaped:
    """Return what the output does about what is wanted of it."""
    output, memory = at.output, at.memory
    target = _allowed(at, wanted)
    value = target
    if output.ramp_per_s and isinstance(output.type, NumberType):
        reach = real(output.ramp_per_s) * at.elapsed_s
        ramped = smaller(larger(target, memory.value - reach), memory.value + reach)
        if output.off_below:
            edge = real(output.off_below)
            signed = choose(compared("<", target, ZERO), -edge, edge)
            jumped = choose(equal(target, ZERO), ZERO, signed)
            ramped = choose(in_gap(output, ramped), jumped, ramped)
        value = choose(equal(target, memory.value), target, ramped)
    return Shaped(value, target)


def _allowed(at: Situation, target: z3.ExprRef) -> z3.ExprRef:
    """Return the target, or what the output keeps because something objects."""
    output, memory, states = at.output, at.memory, at.states
    was_on, on = is_on(output, memory.value, states), is_on(output, target, states)
    starts = both(on, negated(was_on))
    changes = either(
        _busy(output.max_changes, memory.changes_s, at.now_s),
        both(was_on, _early(memory.changed_at_s, output.settle_s, at.now_s)),
    )
    refused = any_of(
        (
            _early(memory.switched_at_s, output.min_off_s, at.now_s),
            _busy(output.max_starts, memory.starts_s, at.now_s),
            negated(at.permitted),
            both(changes, negated(equal(target, memory.target))),
        )
    )
    keeps_on = all_of(
        (was_on, negated(on), _early(memory.switched_at_s, output.min_on_s, at.now_s))
    )
    kept = lowest_like(output, memory.value) if output.off_below else memory.target
    running = choose(keeps_on, kept, target)
    moves = none_of(running, [memory.target, memory.value])
    late = all_of((moves, was_on, is_on(output, running, states), changes))
    running = choose(late, memory.target, running)
    return choose(starts, choose(refused, memory.value, target), running)


def _early(since_s: z3.ArithRef, wait_s: float, now_s: z3.ArithRef) -> z3.BoolRef:
    """Return whether a time has not passed yet."""
    return compared("<", now_s, added(since_s, real(wait_s))) if wait_s else FALSE


def _busy(rate: Rate | None, times_s: tuple[z3.ArithRef, ...], now_s: z3.ArithRef) -> z3.BoolRef:
    """Return whether a rate allows no more."""
    return FALSE if rate is None else _early(times_s[0], rate.per_s, now_s)


def record(
    at: Situation, shaped: Shaped, decided: z3.ExprRef, blocked: dict[str, z3.BoolRef]
) -> OutputMemory:
    """Return the memory after a decision. A value that was forced is its own target."""
    output, memory, states = at.output, at.memory, at.states
    target = choose(equal(decided, shaped.value), shaped.target, decided)
    on = is_on(output, decided, states)
    switched = negated(equal(on, is_on(output, memory.value, states)))
    moved = negated(equal(target, memory.target))
    return OutputMemory(
        decided,
        target,
        choose(switched, at.now_s, memory.switched_at_s),
        choose(moved, at.now_s, memory.changed_at_s),
        _noted(both(switched, on), memory.starts_s, at.now_s),
        _noted(moved, memory.changes_s, at.now_s),
        blocked,
    )


def _noted(
    happened: z3.BoolRef, times_s: tuple[z3.ArithRef, ...], now_s: z3.ArithRef
) -> tuple[z3.ArithRef, ...]:
    """Return the times with this one added and the oldest forgotten."""
    later = (*times_s[1:], now_s)
    return tuple(
        choose(happened, new, old) for new, old in zip(later, times_s, strict=True)
    ) if times_s else ()  # fmt: skip
