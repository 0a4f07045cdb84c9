"""One round of decisions: every output's demand, shaped, tripped, interlocked, and written down."""

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
from engine.control.state import Retained
from engine.control.trips import TripResult
from engine.inference.conditions import SlotValues
from engine.inference.image import Override, ProcessImage
from engine.values.fact import Value


class Decided(NamedTuple):
    """The outcome of a round, in the order of the plant's outputs."""

    decisions: tuple[Decision, ...]
    states: tuple[OutputState, ...]
    alarms: tuple[Alarm, ...]


class _Wanted(NamedTuple):
    """One output on its way: what is wanted and what shaping made of it."""

    demand: Demand
    shaped: Shaped


def decide(
    program: Program,
    retained: Retained,
    slots: SlotValues,
    asking: tuple[tuple[Asking, ...], ...],
    tripped: tuple[TripResult, ...],
    image: ProcessImage,
    now_s: float,
) -> Decided:
    """Return the decisions on all outputs, and what each output remembers of them.

    `slots` take the values being decided, for the interlocks.
    """
    alarms = [alarm for result in tripped for alarm in result.alarms]
    overrides = _accepted(program, image.overrides, alarms) if image.overrides else ()
    released = _released(program, tripped)
    wanted = [
        _want(
            program, index, state, slots, asking[index], overrides, released, now_s, retained.at_s
        )
        for index, state in enumerate(retained.outputs)
    ]
    values = [found.shaped.value for found in wanted]
    forced = trips.forced(program.rulebook.trips, tripped, program.failsafe)
    fixed = set()
    for index, found in enumerate(program.candidates):
        if found.output.name in forced:
            values[index] = forced[found.output.name][0]
            fixed.add(index)
    hearing = Hearing(program.interlocks, slots, values, frozenset(fixed))
    hearing.restrict()
    alarms += hearing.alarms
    decisions, states = [], []
    before = () if retained.last is None else retained.last.decisions
    for index, (wish, state) in enumerate(zip(wanted, retained.outputs, strict=True)):
        output = program.candidates[index].output
        value = values[index]
        decision = _decision(
            output.name, wish, value, forced.get(output.name), hearing.held.get(index)
        )
        if before and decision == before[index]:
            decision = before[index]
        if decision.cause is Cause.CONFLICT:
            alarms.append(_conflict(decision))
        decisions.append(decision)
        states.append(shaping.record(output, state, wish.shaped, value, wish.demand.blocked, now_s))
    return Decided(tuple(decisions), tuple(states), tuple(alarms))


def _accepted(
    program: Program, overrides: tuple[Override, ...], alarms: list[Alarm]
) -> tuple[Override, ...]:
    """Return the overrides that name an output and a value it can take; alarm about the rest."""
    outputs = {found.output.name: found.output for found in program.candidates}
    accepted = []
    for override in overrides:
        output = outputs.get(override.output)
        if output is None or not output.holds(override.value):
            text = f"`{override.output}` cannot be {override.value}"
            alarms.append(Alarm(AlarmKind.OVERRIDE_REFUSED, override.id, text))
        else:
            accepted.append(override)
    return tuple(accepted)


def _released(program: Program, tripped: tuple[TripResult, ...]) -> frozenset[str]:
    """Return the outputs of trips that were reset in this scan."""
    return frozenset(
        output
        for trip, result in zip(program.rulebook.trips, tripped, strict=True)
        if result.released
        for output, _ in trip.force
    )


def _want(
    program: Program,
    index: int,
    state: OutputState,
    slots: SlotValues,
    asking: tuple[Asking, ...],
    overrides: tuple[Override, ...],
    released: frozenset[str],
    now_s: float,
    last_s: float,
) -> _Wanted:
    """Return the demand on one output and what the output makes of it."""
    found = program.candidates[index]
    blocked = state.blocked
    if blocked or found.output.name in released:
        standing = {rule.id for rule in found.rules if slots[rule.rule_slot] is not False}
        standing |= {o.id for o in overrides if o.output == found.output.name}
        kept = standing if found.output.name in released else standing.intersection(blocked)
        blocked = tuple(sorted(kept))
    demand = arbiter.arbitrate(found, asking, slots, overrides, blocked)

    def permitted() -> str:
        for permissive, slot in program.permissives[index]:
            if slots[slot] is not True:
                return permissive
        return ""

    elapsed_s = now_s - last_s if now_s - last_s < _LONG_S else 0.0
    shaped = shaping.shape(found.output, state, demand.value, permitted, now_s, elapsed_s)
    return _Wanted(demand, shaped)


_LONG_S = 3600.0
"""A scan that comes later than this after the last one ramps as after no time at all."""


def _decision(
    name: str,
    found: _Wanted,
    value: Value,
    forced: tuple[Value, Cause, str] | None,
    held_by: str | None,
) -> Decision:
    """Write one decision down, with everything that stood between the wish and the value."""
    demand, shaped = found
    restrictions = shaped.restrictions
    if demand.blocked:
        waiting = Restriction(RestrictionKind.NEW_DEMAND, ", ".join(demand.blocked), demand.value)
        restrictions = (waiting, *restrictions)
    cause, by = demand.cause, demand.by
    if held_by is not None:
        cause, by = Cause.INTERLOCK, held_by
        restrictions = (*restrictions, Restriction(RestrictionKind.INTERLOCK, by, value))
    if forced is not None:
        _, cause, by = forced
        kind = RestrictionKind.TRIP if cause is Cause.TRIP else RestrictionKind.LATCH
        restrictions = (*restrictions, Restriction(kind, by, value))
    asked_by = demand.by if demand.cause in _ASKED else ""
    return Decision(name, value, cause, by, demand.value, asked_by, demand.overruled, restrictions)


_ASKED = (Cause.RULE, Cause.OVERRIDE)


def _conflict(decision: Decision) -> Alarm:
    return Alarm(AlarmKind.CONFLICT, decision.output, f"{decision.by} disagree: failsafe")
