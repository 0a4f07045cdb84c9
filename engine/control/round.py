"""One round of decisions: what every output wants, tripped, interlocked, and written down."""

from typing import NamedTuple

from engine.control import shaping
from engine.control.decision import (
    Alarm,
    AlarmKind,
    Cause,
    Decision,
    Restriction,
    RestrictionKind,
)
from engine.control.interlocks import hear
from engine.control.program import Program
from engine.control.shaping import OutputState
from engine.control.trips import Tripped
from engine.control.wishes import Given, Wishes, wishes_of
from engine.inference.image import Override


class Round(NamedTuple):
    """What the next round may take over."""

    wishes: Wishes
    tripped: Tripped
    calm: bool
    """Whether trips and interlocks left all as it was wished, and had nothing to tell."""


class Decided(NamedTuple):
    """The outcome of a round, in the order of the plant's outputs."""

    decisions: tuple[Decision, ...]
    states: tuple[OutputState, ...]
    alarms: tuple[Alarm, ...]
    round: Round


def decide(
    program: Program, states: tuple[OutputState, ...], last: Round | None, given: Given
) -> Decided:
    """Return the decisions on all outputs, and what each output remembers of them.

    `states` and the `last` round are what the last scan left; None means that there was none.
    """
    alarms = list(given.tripped.alarms)
    overrides = _accepted(program, given, alarms) if given.overrides else ()
    wishes = wishes_of(program, states, None if last is None else last.wishes, given, overrides)
    if last is not None and _repeats(last, wishes, given):
        decisions, after, now = wishes.decisions, wishes.states, last
    else:
        decisions, after, told = _restrict(program, given, states, wishes)
        now = Round(wishes, given.tripped, decisions is wishes.decisions and not told)
        alarms += told
    alarms += [
        Alarm(AlarmKind.CONFLICT, decision.output, f"{decision.by} disagree: failsafe")
        for decision in decisions
        if decision.cause is Cause.CONFLICT
    ]
    return Decided(decisions, after, tuple(alarms), now)


def _repeats(last: Round, wishes: Wishes, given: Given) -> bool:
    """Tell whether trips and interlocks would find what they found nothing to say about."""
    return (
        last.calm and not given.stirred and wishes is last.wishes and given.tripped is last.tripped
    )


def _accepted(program: Program, given: Given, alarms: list[Alarm]) -> tuple[Override, ...]:
    """Return the overrides that stand and fit their output; alarm about those that do not fit."""
    outputs = {found.output.name: found.output for found in program.candidates}
    accepted = []
    for override in given.overrides:
        output = outputs.get(override.output)
        if given.now_s >= override.until_s:
            continue
        if output is None or not output.holds(override.value):
            text = f"`{override.output}` cannot be {override.value}"
            alarms.append(Alarm(AlarmKind.OVERRIDE_REFUSED, override.id, text))
        else:
            accepted.append(override)
    return tuple(accepted)


def _restrict(
    program: Program, given: Given, states: tuple[OutputState, ...], wishes: Wishes
) -> tuple[tuple[Decision, ...], tuple[OutputState, ...], list[Alarm]]:
    """Apply trips, then interlocks; return decisions, what outputs remember of them, and alarms.

    Where nothing is restricted the decisions are the very ones of the wishes.
    """
    values, forced = list(wishes.values), given.tripped.forced
    fixed = set[int]()
    if forced:
        for index, found in enumerate(program.candidates):
            if found.output.name in forced:
                values[index] = forced[found.output.name].value
                fixed.add(index)
    hearing = hear(program.interlocks, given.slots, values, frozenset(fixed))
    held, alarms = ({}, []) if hearing is None else (hearing.held, hearing.alarms)
    if not fixed and not held:
        return wishes.decisions, wishes.states, alarms
    decisions, after = list(wishes.decisions), list(wishes.states)
    for index in fixed.union(held):
        output, wanted, value = program.candidates[index].output, wishes.each[index], values[index]
        if index in fixed:
            trip = forced[output.name]
            cause, by = trip.cause, trip.by
            kind = RestrictionKind.TRIP if cause is Cause.TRIP else RestrictionKind.LATCH
        else:
            cause, by, kind = Cause.INTERLOCK, held[index], RestrictionKind.INTERLOCK
        decisions[index] = wanted.decision._replace(
            value=value,
            cause=cause,
            by=by,
            restrictions=(*wanted.decision.restrictions, Restriction(kind, by, value)),
        )
        after[index] = shaping.record(
            output, states[index], wanted.shaped, value, wanted.state.blocked, given.now_s
        )
    return tuple(decisions), tuple(after), alarms
