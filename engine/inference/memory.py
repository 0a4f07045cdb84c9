"""Working memory, and the step that brings it up to date: image in, truths of all rules out.

Everything here is a function of the image, the moment and what was remembered. The memory of the
last scan only saves work: without it the same values come out, computed from nothing.
"""

import math
from dataclasses import dataclass, field
from functools import reduce
from itertools import compress
from operator import ne, or_

from engine.inference import timing, windows
from engine.inference.conditions import Conditions, Level, SlotValues
from engine.inference.image import ProcessImage
from engine.inference.network import Network
from engine.inference.timing import TimerState
from engine.inference.windows import WindowState
from engine.values.fact import Quality, Value
from engine.values.moment import Moment
from engine.values.truth import Truth


@dataclass(slots=True)
class Working:
    """What one scan works on: slots and timers, copied from the last scan and then brought up."""

    slots: SlotValues
    timers: list[TimerState]
    windows: list[WindowState | None]
    dues: list[float]
    """When each timer moves by itself, monotonic seconds."""
    next_due_s: float
    changed: list[int] = field(default_factory=list)
    """Slots of the rules and derived facts whose truth is not what it was in the last scan."""


def remember(network: Network, timers: list[TimerState], kept: list[WindowState | None]) -> Working:
    """Return a memory that knows timers and windows only, as after a restart."""
    slots: SlotValues = [None] * network.slots.count
    return Working(slots, timers, kept, [-math.inf] * len(timers), -math.inf)


def infer(
    network: Network,
    working: Working,
    image: ProcessImage,
    outputs: list[Value],
    moment: Moment,
    *,
    fresh: bool,
) -> int:
    """Bring `working` up to date: slots, timers, windows and the truths of all rules.

    `outputs` are the values decided in the last scan; `fresh` says that the slots hold nothing yet.
    Returns the mask of all who read something that changed.
    """
    conditions = network.conditions
    mask = conditions.everything if fresh else 0
    mask = _take_in(network, working.slots, image, outputs, moment, mask)
    now_s = moment.monotonic_s
    for level in conditions.levels:
        if level.windows:
            mask = _slide(conditions, level, working, now_s, mask)
        if level.timers and (mask & level.timer_bits or now_s >= working.next_due_s):
            mask = _advance(conditions, level, working, now_s, mask)
        if mask:
            slots = working.slots
            for bit, block in level.blocks:
                if mask & bit:
                    mask = block(slots, mask)
    if mask:
        mask = _fire(network, working, mask)
    working.next_due_s = min(working.dues, default=math.inf)
    return mask


def _take_in(
    network: Network,
    slots: SlotValues,
    image: ProcessImage,
    outputs: list[Value],
    moment: Moment,
    mask: int,
) -> int:
    """Write what the scan was given into its slots; return the mask of who must look again."""
    readers = network.conditions.readers
    values = image.values  # the first slots are the points, in their order
    mask = reduce(or_, compress(readers, map(ne, values, slots)), mask)
    slots[: len(values)] = values
    for index, slot in network.ages:
        known = image.qualities[index] is not Quality.MISSING
        age_s = moment.monotonic_s - image.measured_at_s[index] if known else None
        if age_s != slots[slot]:
            slots[slot] = age_s
            mask |= readers[slot]
    if network.reads_calendar:
        for slot, value in zip(network.calendar, moment.calendar, strict=True):
            if value != slots[slot]:
                slots[slot] = value
                mask |= readers[slot]
    place = slice(network.outputs.start, network.outputs.stop)
    if outputs != slots[place]:
        mask = reduce(or_, compress(readers[place], map(ne, outputs, slots[place])), mask)
        slots[place] = outputs
    return mask


def _slide(conditions: Conditions, level: Level, working: Working, now_s: float, mask: int) -> int:
    """Move the windows of a level on by one scan."""
    slots, kept = working.slots, working.windows
    for place, operand, result, length_s, measure in level.windows:
        seen = slots[operand]
        kept[place] = windows.advance(kept[place], seen, length_s, now_s)  # type: ignore[arg-type] # checked: a number
        value = measure(kept[place], length_s)
        if value != slots[result]:
            slots[result] = value
            mask |= conditions.readers[result]
    return mask


def _advance(
    conditions: Conditions, level: Level, working: Working, now_s: float, mask: int
) -> int:
    """Advance the timers of a level whose inputs changed or whose time has come."""
    slots = working.slots
    for index in level.timers:
        step = conditions.timers[index]
        if not mask & step.bit and now_s < working.dues[index]:
            continue
        when = slots[step.when]
        until = None if step.until is None else slots[step.until]
        advanced = timing.advance(
            step.timed, working.timers[index], truth(when), truth(until), now_s
        )
        working.timers[index] = advanced.state
        working.dues[index] = advanced.due_s
        if advanced.truth is not slots[step.result]:
            slots[step.result] = advanced.truth
            mask |= conditions.readers[step.result]
    return mask


def truth(value: Value | None) -> Truth:
    """Return what a condition's slot holds, as the truth it is."""
    assert value is None or isinstance(value, bool)  # noqa: S101 - checked: a condition
    return value


def _fire(network: Network, working: Working, mask: int) -> int:
    """Match the rule groups that read something new, stratum by stratum."""
    slots = working.slots
    readers = network.conditions.readers
    for bit, pick, group in network.groups:
        if mask & bit:
            for slot, truth in zip(group.writes, group.fire(pick(slots)), strict=True):
                if truth is not slots[slot]:
                    slots[slot] = truth
                    mask |= readers[slot]
                    working.changed.append(slot)
    return mask
