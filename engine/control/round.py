"""One round of decisions: every output's demand, shaped, tripped, interlocked, and written down.

Most outputs want in a scan what they wanted in the last one. Such a *quiet* wish is taken over as
it stands; it is quiet when nothing that it came from can have changed.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from engine.control import arbiter, shaping, trips
from engine.control.arbiter import Asking, Demand
from engine.control.decision import (
    Alarm,
    AlarmKind,
    Cause,
    Decision,
    Restriction,
    RestrictionKind,
)
from engine.control.interlocks import Hearing
from engine.control.program import Program
from engine.control.shaping import OutputState, Shaped
from engine.control.trips import TripResult
from engine.inference.conditions import SlotValues
from engine.inference.image import Override
from engine.values.fact import Value


class Wish(NamedTuple):
    """One output before trips and interlocks: what is wanted, what it may do, and what follows.

    `decision` and `state` are the outcome if nothing restricts it further. The wish stands while
    `asking` is the same, the slot `watched` (-1: none) still holds `seen`, and the time is before
    `due_s`.
    """

    shaped: Shaped
    decision: Decision
    state: OutputState
    asking: tuple[Asking, ...]
    watched: int
    seen: Value | None
    due_s: float


class Decided(NamedTuple):
    """The outcome of a round, in the order of the plant's outputs."""

    decisions: tuple[Decision, ...]
    states: tuple[OutputState, ...]
    wishes: tuple[Wish, ...]
    alarms: tuple[Alarm, ...]


class Given(NamedTuple):
    """What a round is decided from, beside the program. Times are monotonic seconds.

    `slots` take the values being decided, for the interlocks. `elapsed_s` is the time since the
    last scan, 0 for the first.
    """

    slots: SlotValues
    asking: Sequence[tuple[Asking, ...]]
    tripped: tuple[TripResult, ...]
    overrides: tuple[Override, ...]
    now_s: float
    elapsed_s: float


def decide(
    program: Program, states: Sequence[OutputState], wishes: Sequence[Wish], given: Given
) -> Decided:
    """Return the decisions on all outputs, and what each output remembers of them.

    `states` and `wishes` are those of the last scan; no wishes means that there was none.
    """
    alarms = [alarm for result in given.tripped for alarm in result.alarms]
    overrides = _accepted(program, given, alarms) if given.overrides else ()
    released = _released(program, given.tripped)
    if overrides or released or not wishes:
        now = [
            _wish(program, index, state, given, overrides, released)
            for index, state in enumerate(states)
        ]
    else:
        slots, now_s, asking = given.slots, given.now_s, given.asking
        now = [
            wish
            if now_s < wish.due_s
            and wish.state is state
            and wish.asking is asking[index]
            and (wish.watched < 0 or slots[wish.watched] == wish.seen)
            else _wish(program, index, state, given, (), released)
            for index, (wish, state) in enumerate(zip(wishes, states, strict=True))
        ]
    decisions = [wish.decision for wish in now]
    after = [wish.state for wish in now]
    forced = trips.forced(program.rulebook.trips, given.tripped, program.failsafe)
    if forced or program.interlocks.entries:
        alarms += _restrict(program, given, states, now, forced, decisions, after)
    alarms += [
        Alarm(AlarmKind.CONFLICT, decision.output, f"{decision.by} disagree: failsafe")
        for decision in decisions
        if decision.cause is Cause.CONFLICT
    ]
    return Decided(tuple(decisions), tuple(after), tuple(now), tuple(alarms))


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


def _released(program: Program, tripped: tuple[TripResult, ...]) -> frozenset[str]:
    """Return the outputs of trips that were reset in this scan."""
    found: frozenset[str] = frozenset()
    for trip, result in zip(program.rulebook.trips, tripped, strict=True):
        if result.released:
            found |= {output for output, _ in trip.force}
    return found


def _wish(
    program: Program,
    index: int,
    state: OutputState,
    given: Given,
    overrides: tuple[Override, ...],
    released: frozenset[str],
) -> Wish:
    """Return the demand on one output, what the output makes of it, and what would follow."""
    found = program.candidates[index]
    output, asking, slots = found.output, given.asking[index], given.slots
    blocked = state.blocked
    if blocked or output.name in released:
        blocked = _still_blocked(found, blocked, slots, overrides, output.name in released)
    demand = arbiter.arbitrate(found, asking, slots, overrides, blocked)
    forbidden = ""
    for permissive, slot in program.permissives[index]:
        if slots[slot] is not True:
            forbidden = permissive
            break
    shaped = shaping.shape(output, state, demand.value, forbidden, given.now_s, given.elapsed_s)
    restrictions = shaped.restrictions
    if blocked:
        waiting = Restriction(RestrictionKind.NEW_DEMAND, ", ".join(blocked), demand.value)
        restrictions = (waiting, *restrictions)
    decision = Decision(
        output.name,
        shaped.value,
        demand.cause,
        demand.by,
        demand.value,
        demand.by if demand.cause in _ASKED else "",
        demand.overruled,
        restrictions,
    )
    kept = shaping.record(output, state, shaped, shaped.value, blocked, given.now_s)
    watched, settled = _watched(demand, asking)
    calm = settled and kept is state and not blocked and not overrides
    calm = calm and shaped.value == shaped.target
    calm = calm and not (restrictions and program.permissives[index])
    due_s = _due(restrictions) if calm else -math.inf
    seen = slots[watched] if watched >= 0 else None
    return Wish(shaped, decision, kept, asking, watched, seen, due_s)


_ASKED = (Cause.RULE, Cause.OVERRIDE)


def _still_blocked(
    found: arbiter.Candidates,
    blocked: tuple[str, ...],
    slots: SlotValues,
    overrides: tuple[Override, ...],
    released: bool,
) -> tuple[str, ...]:
    """Return the demands that do not count: those that stood at the reset and stand ever since.

    A rule stands until it is seen FALSE, so that a sensor that drops out renews no demand.
    """
    standing = {rule.id for rule in found.rules if slots[rule.rule_slot] is not False}
    standing |= {override.id for override in overrides if override.output == found.output.name}
    return tuple(sorted(standing if released else standing.intersection(blocked)))


def _watched(demand: Demand, asking: tuple[Asking, ...]) -> tuple[int, bool]:
    """Return the slot that the demand's value comes from, and whether it depends on no other."""
    if not asking:
        return -1, True
    first = asking[0]
    alone = len(asking) == 1 or asking[1].salience != first.salience
    return first.value_slot, alone and demand.by == first.id


def _due(restrictions: tuple[Restriction, ...]) -> float:
    """Return until when the restrictions of a calm wish stand: those without an end for ever."""
    return min(
        (each.until_s for each in restrictions if each.until_s is not None), default=math.inf
    )


def _restrict(
    program: Program,
    given: Given,
    states: Sequence[OutputState],
    wishes: Sequence[Wish],
    forced: dict[str, trips.Forced],
    decisions: list[Decision],
    after: list[OutputState],
) -> list[Alarm]:
    """Apply trips, then interlocks, to `decisions` and `after` in place; return the alarms."""
    values = [decision.value for decision in decisions]
    fixed = set()
    for index, found in enumerate(program.candidates):
        if found.output.name in forced:
            values[index] = forced[found.output.name].value
            fixed.add(index)
    hearing = Hearing(program.interlocks, given.slots, values, frozenset(fixed))
    hearing.restrict()
    for index in fixed.union(hearing.held):
        output, wish, value = program.candidates[index].output, wishes[index], values[index]
        if index in fixed:
            trip = forced[output.name]
            cause, by = trip.cause, trip.by
            kind = RestrictionKind.TRIP if cause is Cause.TRIP else RestrictionKind.LATCH
        else:
            cause, by, kind = Cause.INTERLOCK, hearing.held[index], RestrictionKind.INTERLOCK
        decisions[index] = wish.decision._replace(
            value=value,
            cause=cause,
            by=by,
            restrictions=(*wish.decision.restrictions, Restriction(kind, by, value)),
        )
        after[index] = shaping.record(
            output, states[index], wish.shaped, value, wish.state.blocked, given.now_s
        )
    return hearing.alarms
