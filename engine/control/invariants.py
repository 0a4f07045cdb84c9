"""What must hold of every scan before its values are written: the table of invariants.

    I1   what a trip forces while its cause or its latch lasts is written, and nothing else
    I2   what latches is latched; a latch goes by a reset alone, and only while its cause is FALSE
    I3   no demand that stood at a reset decides before it went away once
    I4   an interlock that is not FALSE of the values about to be written holds its outputs, or
         they are at failsafe, or a trip has them
    I5   an output starts while its permissives are TRUE, or because it is forced
    I6   who asks is TRUE, and what is asked is known; nobody asks: the default
    I7   minimum on and off times are kept, unless an output is forced
    I8   one value for every output, of this very scan, remembered as it was decided
    I9   limits of interlocks hold: of a circuit, of the house connection, of a battery (I15)
    I11  what is GOOD is finite, in its range, and no older than its `max_age`
    I14  every value is of its output's type and in its range

All is worked out from the declarations and the trees of their expressions, never by arbiter,
shaping, trips or interlocks: it is their work that is looked at. I10, I12 and I13 are not of one
scan; docs/invariants.md says who holds them.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from engine.control.decision import Cause, Decision
from engine.control.invariant_plan import Lock, Now, Plan, span
from engine.control.program import Program
from engine.control.scan import Scan
from engine.control.state import Retained
from engine.language.plant import Output, Point
from engine.language.rulebook import Bound, Latch, Limit
from engine.language.types import EnumType
from engine.values.fact import Quality, Value

_NO_NUMBER = (bool, str)
NEAR = 1e-6
"""Numbers that differ by this part are the same."""


class Broken(NamedTuple):
    """An invariant that does not hold, and what was seen."""

    invariant: str
    text: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.text}"


class Invariants:
    """The invariants of one program."""

    def __init__(self, program: Program) -> None:
        """Prepare what is looked at in every scan."""
        self._plan = Plan(program)

    def broken(self, before: Retained, scan: Scan) -> tuple[Broken, ...]:
        """Return what does not hold of a scan that came after the state `before`."""
        plan, found = self._plan, list[Broken]()
        for name, look in DATA:
            for text in look(plan, before, scan):
                found.append(Broken(name, text))
        if found:  # nothing else can be worked out from it
            return tuple(found)
        now = plan.at(before, scan)
        for name, check in CHECKS:
            for text in check(plan, now):
                found.append(Broken(name, text))
        return tuple(found)


def alike(one: Value, other: Value) -> bool:
    """Tell whether two values of an output are the same."""
    if isinstance(one, _NO_NUMBER) or isinstance(other, _NO_NUMBER):
        return type(one) is type(other) and one == other
    return abs(one - other) <= NEAR * (1.0 + abs(one))


def _is_whole(plan: Plan, before: Retained, scan: Scan) -> Iterator[str]:
    names = [decision.output for decision in scan.decisions]
    kept, at_s = scan.retained, scan.trace.moment.monotonic_s
    if names != plan.names:
        yield f"decisions on {', '.join(names) or 'nothing'}, not on every output once"
        return
    if not before.at_s <= at_s == kept.at_s < math.inf:
        yield f"scanned at {at_s:g} s, after {before.at_s:g} s, remembered for {kept.at_s:g} s"
    if [each.value for each in kept.outputs] == [each.value for each in scan.decisions]:
        return
    for decision, state in zip(scan.decisions, kept.outputs, strict=True):
        if state.value != decision.value:
            yield f"`{decision.output}` is {decision.value} and remembered as {state.value}"


def _facts_are_fresh(plan: Plan, _before: Retained, scan: Scan) -> Iterator[str]:
    image, now_s, good = scan.trace.image, scan.trace.moment.monotonic_s, Quality.GOOD
    rows = zip(plan.fresh, image.values, image.qualities, image.measured_at_s, strict=True)
    for (point, max_age_s, low, high, truth), value, quality, measured_at_s in rows:
        if quality is not good:
            if value is not None:
                yield f"`{point.name}` is {quality.name} and has the value {value}"
            continue
        if not 0.0 <= now_s - measured_at_s <= max_age_s:
            age_s = now_s - measured_at_s
            yield f"`{point.name}` is {age_s:g} s old, at most {max_age_s:g} s count"
        if isinstance(value, float) and low <= value <= high:
            continue
        if truth and (value is True or value is False):
            continue
        if not _is_state_or_number(point, value):
            yield f"`{point.name}` cannot be {value}"


def _values_fit(plan: Plan, _before: Retained, scan: Scan) -> Iterator[str]:
    for (output, low, high, truth), decision in zip(plan.fitting, scan.decisions, strict=False):
        value = decision.value
        if isinstance(value, float) and low <= value <= high:
            continue
        if truth and (value is True or value is False):
            continue
        if not _is_state_or_number(output, value):
            yield f"`{output.name}` cannot be {value}"


def _is_state_or_number(declared: Point | Output, value: Value | None) -> bool:
    """Tell whether a value is a state of an enum, or a number in range; on/off is seen before."""
    if isinstance(declared.type, EnumType):
        return isinstance(value, str) and value in declared.type.values
    if value is None or isinstance(value, _NO_NUMBER):
        return False
    low, high = span(declared)
    return low <= value <= high


def _trips_force(plan: Plan, now: Now) -> Iterator[str]:
    for place, forced in now.forced.items():
        output, value = plan.outputs[place], now.written[place]
        agreed = all(each == forced[0] for each in forced)
        wanted = forced[0] if agreed else output.failsafe
        if value != wanted:
            yield f"a trip forces `{output.name}` to {wanted}, not to {value}"


def _latches_stay(_plan: Plan, now: Now) -> Iterator[str]:
    resets = {reset.trip for reset in now.image.resets}
    for trip, cause, was, state in now.each_trip:
        if cause is False and not was.latched:
            continue
        latches = cause is True if trip.latch is Latch.ON_TRUE else cause is not False
        if latches and trip.latch is not Latch.NO and not state.latched:
            yield f"the cause of `{trip.id}` lasts, and it is not latched"
        if was.latched and not state.latched and (trip.id not in resets or cause is not False):
            yield f"`{trip.id}` is latched no more, without a reset or in spite of its cause"


def _resets_start_nothing(plan: Plan, now: Now) -> Iterator[str]:
    released = {
        name
        for trip, _, was, state in now.each_trip
        if was.latched and not state.latched
        for name, _ in trip.force
    }
    for _, output, decision, was, state in now.each_output:
        if not (was.blocked or state.blocked or released):
            continue
        asking = decision.asked_by
        if asking and (output.name in released or asking in state.blocked):
            yield f"`{asking}` stood at a reset and decides `{output.name}`"
        for demand in set(was.blocked).difference(state.blocked):
            if _stands(plan, now, demand, output.name):
                yield f"`{demand}` stands since a reset, and counts for `{output.name}`"


def _stands(plan: Plan, now: Now, demand: str, output: str) -> bool:
    """Tell whether a rule is not FALSE, or an override of an output is there."""
    rule = plan.rules.get(demand)
    if rule is not None and now.scan.trace.rule_truths[rule] is not False:
        return True
    return any((each.id, each.output) == (demand, output) for each in now.image.overrides)


def _interlocks_hold(plan: Plan, now: Now) -> Iterator[str]:
    for lock in now.holding:
        if lock.declared.never:
            if not all(_is_safe(plan, now, place) for place in lock.reads):
                yield f"`{lock.declared.id}` forbids {_told(plan, now, lock)}"
            continue
        for place, value in lock.forces:
            if now.written[place] != value and not _is_safe(plan, now, place):
                name = plan.names[place]
                yield f"`{lock.declared.id}` forces `{name}` to {value}: {now.written[place]}"


def _is_safe(plan: Plan, now: Now, place: int) -> bool:
    """Tell whether no interlock moves an output any more: failsafe, or a trip has it."""
    return now.written[place] == plan.outputs[place].failsafe or place in now.forced


def _told(plan: Plan, now: Now, lock: Lock) -> str:
    return ", ".join(f"`{plan.names[i]}` {now.written[i]}" for i in sorted(lock.reads))


def _limits_hold(plan: Plan, now: Now) -> Iterator[str]:
    for lock in now.holding:
        for (place, limit), border in zip(lock.limits, lock.borders(now.deciding), strict=True):
            value = now.written[place]
            if not _is_safe(plan, now, place) and not _is_within(
                plan.outputs[place], limit, border, value
            ):
                yield f"`{lock.declared.id}` limits `{limit.output}`: {value}"


def _is_within(output: Output, limit: Limit, border: Value | None, value: Value) -> bool:
    """Tell whether a value keeps a limit (base units), as far as the output's range goes."""
    if border is None or isinstance(value, bool | str):
        return False
    factor = 1.0 if output.unit is None else output.unit.factor
    held = float(border) / factor
    slack = NEAR * (1.0 + abs(held))
    if limit.bound is Bound.AT_MOST:
        return value <= held + slack or value == output.low
    return value >= held - slack or value == output.high


def _permissives_hold(plan: Plan, now: Now) -> Iterator[str]:
    for place, output, decision, was, _ in now.each_output:
        if decision.value == was.value:
            continue
        needs = plan.needs.get(output.name)
        if needs is None or not output.is_on(decision.value) or output.is_on(was.value):
            continue
        if _is_forced(plan, now, place, decision, starts=True):
            continue
        for permissive, holds in zip(needs.permissives, needs.looks(now.last), strict=True):
            if holds is not True:
                yield f"`{output.name}` starts without `{permissive}`"


def _is_forced(plan: Plan, now: Now, place: int, decision: Decision, *, starts: bool) -> bool:
    """Tell whether who is said to force an output does so by its declaration."""
    if decision.cause in (Cause.TRIP, Cause.LATCH):
        return decision.by in now.active and place in now.forced
    if decision.cause is not Cause.INTERLOCK:
        return False
    if decision.value == plan.outputs[place].failsafe:
        return True
    lock = plan.lock_by_id.get(decision.by)
    if lock is None or place not in lock.holds:
        return False
    limited = any(limited == place for limited, _ in lock.limits)
    return not starts or limited or (place, decision.value) in lock.forces


def _who_asks_is_true(plan: Plan, now: Now) -> Iterator[str]:
    overrides = {(each.id, each.output): each.value for each in now.image.overrides}
    for _, output, decision, _, _ in now.each_output:
        asking = decision.asked_by
        if not asking:
            if decision.cause is Cause.DEFAULT and decision.wanted != output.default:
                yield f"nobody asks, and `{output.name}` wants {decision.wanted}"
            continue
        wanted = overrides.get((asking, output.name)) if overrides else None
        if wanted is None:
            wanted = _asked(plan, now, asking, output)
        if wanted is None or not alike(wanted, decision.wanted):
            yield f"`{asking}` asks {wanted} of `{output.name}`, which wants {decision.wanted}"


def _asked(plan: Plan, now: Now, asking: str, output: Output) -> Value | None:
    """Return what a rule asks of an output, in its unit; None unless it is TRUE."""
    rule, looks = plan.rules.get(asking), plan.asks(asking, output.name)
    if rule is None or looks is None or now.scan.trace.rule_truths[rule] is not True:
        return None
    (value,) = looks(now.last)
    if value is None or output.unit is None or isinstance(value, bool | str):
        return value
    return value / output.unit.factor


def _times_are_kept(plan: Plan, now: Now) -> Iterator[str]:
    for place, output, decision, was, _ in now.each_output:
        if decision.value == was.value:
            continue
        on = output.is_on(decision.value)
        if on == output.is_on(was.value):
            continue
        least_s = output.min_off_s if on else output.min_on_s
        lasted_s = now.at_s - was.switched_at_s
        if now.at_s < was.switched_at_s + least_s and not _is_forced(
            plan, now, place, decision, starts=False
        ):
            yield f"`{output.name}` switches after {lasted_s:g} s, not {least_s:g} s"


DATA: Sequence[tuple[str, Callable[[Plan, Retained, Scan], Iterator[str]]]] = (
    ("I8", _is_whole),
    ("I11", _facts_are_fresh),
    ("I14", _values_fit),
)
"""Looked at first: what the others take for granted."""
CHECKS: Sequence[tuple[str, Callable[[Plan, Now], Iterator[str]]]] = (
    ("I1", _trips_force),
    ("I2", _latches_stay),
    ("I3", _resets_start_nothing),
    ("I4", _interlocks_hold),
    ("I5", _permissives_hold),
    ("I6", _who_asks_is_true),
    ("I7", _times_are_kept),
    ("I9", _limits_hold),
)
