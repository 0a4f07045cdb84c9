"""What every output wants in a scan, before trips and interlocks: its demand, shaped.

Most outputs want in a scan what they wanted in the last one. Such a *quiet* wish is taken over as
it stands; it is quiet when nothing that it came from can have changed. Where all of them are quiet
they are taken over as one.
"""

import math
from collections.abc import Sequence
from operator import is_
from typing import NamedTuple

from engine.control import arbiter, shaping
from engine.control.arbiter import Asking, Demand
from engine.control.decision import Cause, Decision, Restriction, RestrictionKind
from engine.control.program import Program
from engine.control.shaping import OutputState, Shaped
from engine.control.trips import Tripped
from engine.inference.chain import Picker, reader
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


class Wishes(NamedTuple):
    """The wishes of all outputs, and what follows of them if nothing restricts them further.

    They stand as a whole while `states` and `asking` are the same, the slots that `watch` picks
    hold `seen`, and the time is before `due_s`.
    """

    each: tuple[Wish, ...]
    decisions: tuple[Decision, ...]
    values: tuple[Value, ...]
    states: tuple[OutputState, ...]
    asking: Sequence[tuple[Asking, ...]]
    watch: Picker
    seen: tuple[Value | None, ...]
    due_s: float


class Given(NamedTuple):
    """What a round is decided from, beside the program. Times are monotonic seconds.

    `slots` take the values being decided, for the interlocks. `elapsed_s` is the time since the
    last scan, 0 for the first.
    """

    slots: SlotValues
    asking: Sequence[tuple[Asking, ...]]
    tripped: Tripped
    overrides: tuple[Override, ...]
    now_s: float
    elapsed_s: float
    stirred: bool
    """Whether anything that interlocks read, apart from outputs, is not what it was."""


def wishes_of(
    program: Program,
    states: tuple[OutputState, ...],
    last: Wishes | None,
    given: Given,
    overrides: tuple[Override, ...],
) -> Wishes:
    """Return what all outputs want, and take over from the `last` scan what is quiet.

    `states` and `last` are what that scan left; None means that there was none. `overrides` are
    those that stand and fit.
    """
    slots, now_s, asking = given.slots, given.now_s, given.asking
    released = given.tripped.released
    if last is None or overrides or released:
        each = [
            _wish(program, index, state, given, overrides, released)
            for index, state in enumerate(states)
        ]
    elif (
        now_s < last.due_s
        and states is last.states
        and asking is last.asking
        and last.watch(slots) == last.seen
    ):
        return last
    else:
        each = [
            wish
            if now_s < wish.due_s
            and wish.state is state
            and wish.asking is asking[index]
            and (wish.watched < 0 or slots[wish.watched] == wish.seen)
            else _wish(program, index, state, given, (), released)
            for index, (wish, state) in enumerate(zip(last.each, states, strict=True))
        ]
    decisions = tuple([wish.decision for wish in each])
    watch, seen, due_s = _NO_WATCH
    if last is not None and all(map(is_, each, last.each)):
        watch = reader(tuple([wish.watched for wish in each if wish.watched >= 0]))
        seen = watch(slots)
        due_s = min([wish.due_s for wish in each], default=math.inf)
    return Wishes(
        tuple(each),
        decisions,
        tuple([decision.value for decision in decisions]),
        tuple([wish.state for wish in each]),
        asking,
        watch,
        seen,
        due_s,
    )


_NO_WATCH: tuple[Picker, tuple[Value | None, ...], float] = (reader(()), (), -math.inf)
"""Of wishes that have just changed: they may change again, and are looked at one by one."""


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
