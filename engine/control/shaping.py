"""Shaping: what an output may do next. Range, off gap, step, starts, times, changes, ramp.

In this file: the state of one output and how a demand becomes a value, nothing else. The rows of
`_START`, `_STOP` and `_CHANGE` are tried in order; the first that objects keeps the output where it
is. Nothing here delays the way to failsafe: trips and interlocks come after it (laws 5 and 8).

A stop that the minimum on time forbids keeps a number at its lowest value above the off gap (a
miner at its minimum power), anything else at its last value. The ramp moves the value towards the
accepted target; settle and the change limit look at targets. The off gap is jumped over, never
entered.
"""

import math
from typing import NamedTuple

from engine.control.decision import Restriction, RestrictionKind
from engine.language.plant import Output, Rate
from engine.values.fact import Value

GRID = 1e-9
"""Steps are counted to this part, so that 2,400.0000001 W is still 24 steps of 100 W."""


class OutputState(NamedTuple):
    """What one output remembers; times are monotonic seconds, -inf for never.

    `target` is what was last accepted, `value` what was decided; they differ while ramping.
    `blocked` are demands that do not count until they went away once (law 7).
    """

    value: Value
    target: Value
    switched_at_s: float = -math.inf
    changed_at_s: float = -math.inf
    starts_s: tuple[float, ...] = ()
    changes_s: tuple[float, ...] = ()
    blocked: tuple[str, ...] = ()


class Shaped(NamedTuple):
    """A value that the output may take, the target behind it, and what stood in the way."""

    value: Value
    target: Value
    restrictions: tuple[Restriction, ...]


def at_rest(output: Output) -> OutputState:
    """Return the state before the first scan: at failsafe, never switched."""
    return OutputState(output.failsafe, output.failsafe)


def shape(
    output: Output,
    state: OutputState,
    wanted: Value,
    forbidden: str,
    now_s: float,
    elapsed_s: float,
) -> Shaped:
    """Return what the output does about `wanted` at `now_s`, `elapsed_s` after the last scan.

    `forbidden` is the id of a permissive that does not allow a start, or "".
    """
    restrictions: list[Restriction] = []
    target = _fit(output, wanted, restrictions)
    if target != state.value:
        target = _allowed(output, state, target, forbidden, now_s, restrictions)
    value = target
    if output.ramp_per_s and value != state.value:
        value = _ramped(output, state.value, target, elapsed_s, restrictions)
    return Shaped(value, target, tuple(restrictions))


def _fit(output: Output, wanted: Value, restrictions: list[Restriction]) -> Value:
    """Bring a number into range, out of the off gap and onto the step."""
    if isinstance(wanted, bool | str):
        return wanted
    value = wanted
    if output.low is not None and value < output.low:
        value = output.low
        restrictions.append(Restriction(RestrictionKind.RANGE, "", value))
    elif output.high is not None and value > output.high:
        value = output.high
        restrictions.append(Restriction(RestrictionKind.RANGE, "", value))
    if output.step:
        stepped = step_down(output, value)
        if stepped != value and output.holds(stepped):
            value = stepped
            restrictions.append(Restriction(RestrictionKind.STEP, "", value))
    if output.off_below and 0 < abs(value) < output.off_below:
        value = 0.0 if output.holds(0.0) else _lowest_like(output, value)
        restrictions.append(Restriction(RestrictionKind.OFF_BELOW, "", value))
    return value


def step_down(output: Output, value: float) -> float:
    """Return the nearest multiple of the step that is no further from zero."""
    if not output.step:
        return value
    steps = math.floor(abs(value) / output.step + GRID)
    return math.copysign(steps * output.step, value) if steps else 0.0


def lowest_on(output: Output) -> float:
    """Return the smallest number above the off gap that lies on the step."""
    if not output.step:
        return output.off_below
    return math.ceil(output.off_below / output.step - GRID) * output.step


def _lowest_like(output: Output, value: Value) -> float:
    """Return the smallest number above the off gap with the sign of `value`."""
    negative = isinstance(value, float) and value < 0
    return -lowest_on(output) if negative else lowest_on(output)


def _allowed(
    output: Output,
    state: OutputState,
    target: Value,
    forbidden: str,
    now_s: float,
    restrictions: list[Restriction],
) -> Value:
    """Return the target, or what the output keeps because something objects."""
    was_on, on = output.is_on(state.value), output.is_on(target)
    if on and not was_on:
        objection = _start(output, state, forbidden, now_s)
        if objection is None and target != state.target:  # else it was counted when accepted
            objection = _change(output, state, state.value, now_s)
        if objection is not None:
            restrictions.append(objection)
            return state.value
    elif was_on and not on:
        until_s = state.switched_at_s + output.min_on_s
        if now_s < until_s:
            kept = _lowest_like(output, state.value) if output.off_below else state.target
            restrictions.append(Restriction(RestrictionKind.MIN_ON, "", kept, until_s))
            target = kept
    if target not in (state.target, state.value) and was_on and output.is_on(target):
        objection = _change(output, state, state.target, now_s)
        if objection is not None:
            restrictions.append(objection)
            return state.target
    return target


def _start(output: Output, state: OutputState, forbidden: str, now_s: float) -> Restriction | None:
    """Return what forbids to go from off to on now."""
    until_s = state.switched_at_s + output.min_off_s
    if now_s < until_s:
        return Restriction(RestrictionKind.MIN_OFF, "", state.value, until_s)
    until_s = _free_at(output.max_starts, state.starts_s)
    if now_s < until_s:
        return Restriction(RestrictionKind.MAX_STARTS, "", state.value, until_s)
    if forbidden:
        return Restriction(RestrictionKind.PERMISSIVE, forbidden, state.value)
    return None


def _change(output: Output, state: OutputState, kept: Value, now_s: float) -> Restriction | None:
    """Return what forbids to take another value that is on; then the output stays at `kept`."""
    until_s = state.changed_at_s + output.settle_s
    if now_s < until_s and output.is_on(state.value):
        return Restriction(RestrictionKind.SETTLE, "", kept, until_s)
    until_s = _free_at(output.max_changes, state.changes_s)
    if now_s < until_s:
        return Restriction(RestrictionKind.MAX_CHANGES, "", kept, until_s)
    return None


def _free_at(rate: Rate | None, times_s: tuple[float, ...]) -> float:
    """Return when one more is allowed by a rate, given the times of the last ones."""
    if rate is None or len(times_s) < rate.count:
        return -math.inf
    return times_s[-rate.count] + rate.per_s


def _ramped(
    output: Output,
    last: Value,
    target: Value,
    elapsed_s: float,
    restrictions: list[Restriction],
) -> Value:
    """Return the value one scan further towards the target."""
    if isinstance(last, bool | str) or isinstance(target, bool | str):
        return target
    reach = output.ramp_per_s * elapsed_s
    low, high = last - reach, last + reach
    value = min(max(target, low), high)
    if output.off_below and abs(value) < output.off_below:
        value = math.copysign(output.off_below, target) if target else 0.0
    if value != target:
        restrictions.append(Restriction(RestrictionKind.RAMP, "", value))
    return value


def record(
    output: Output,
    state: OutputState,
    shaped: Shaped,
    decided: Value,
    blocked: tuple[str, ...],
    now_s: float,
) -> OutputState:
    """Return the state after a decision. A value that was forced is its own target."""
    target = shaped.target if decided == shaped.value else decided
    if decided == state.value and target == state.target:
        return state if blocked == state.blocked else state._replace(blocked=blocked)
    switched = output.is_on(decided) != output.is_on(state.value)
    started = switched and output.is_on(decided)
    moved = target != state.target
    return OutputState(
        decided,
        target,
        now_s if switched else state.switched_at_s,
        now_s if moved else state.changed_at_s,
        _noted(output.max_starts, state.starts_s, now_s) if started else state.starts_s,
        _noted(output.max_changes, state.changes_s, now_s) if moved else state.changes_s,
        blocked,
    )


def as_if_switched(output: Output, state: OutputState, now_s: float) -> OutputState:
    """Return the state of an output at failsafe that may have switched at any time up to now.

    Minimum times begin now, and one start and one change more have been made.
    """
    return OutputState(
        output.failsafe,
        output.failsafe,
        now_s,
        now_s,
        _noted(output.max_starts, state.starts_s, now_s),
        _noted(output.max_changes, state.changes_s, now_s),
        state.blocked,
    )


def _noted(rate: Rate | None, times_s: tuple[float, ...], now_s: float) -> tuple[float, ...]:
    """Return the times with `now_s` added, as many as the rate needs."""
    return () if rate is None else (*times_s, now_s)[-rate.count :]
