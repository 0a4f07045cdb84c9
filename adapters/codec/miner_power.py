"""How a miner's power is controlled: a table of what to do, and nothing that does it.

Only this may live here: what is demanded, how the miner stands, and from both the one next act. The
device asks again after every act and every look at the miner. No clock, no network.

The firmware takes no target below its minimum, 0 W included: "off" is a pause. Each target rewrites
the miner's stored configuration, so a target is sent rarely: only in whole steps, settled, with a
budget an hour, and a few times if it is not followed. A pause is never held back by any of this.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import assert_never

from adapters.codec.miner_target import (
    CHANGES_KEPT,
    Limits,
    PowerRules,
    allowed_w,
    free_at_s,
    target_w,
)


class Demand(Enum):
    """What the controller wants."""

    NONE = "none"
    """Nothing was ever commanded: the miner is read and left alone."""
    OFF = "off"
    ON = "on"


class Standing(Enum):
    """How the miner stands, as far as its status tells."""

    UNKNOWN = "unknown"
    DOWN = "down"
    """The mining process does not run: booting, or stopped by a person."""
    MINING = "mining"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    """Stopped by its own firmware: dead pools, heat. It is not fought."""


class Aim(Enum):
    """How the miner's stored target, or a pause, stands to the demand."""

    ANY = "any"
    TOLD = "told"
    """It took a pause since we connected and since it last started."""
    UNTOLD = "untold"
    UNREAD = "unread"
    """Its limits or its stored target are not known yet."""
    FITS = "fits"
    DIFFERS = "differs"
    BELOW = "below"
    """Stored target too low, and a new one has to wait: flash wear."""
    ABOVE = "above"
    """Stored target too high, and a new one has to wait."""


class Act(Enum):
    """The one next thing to do."""

    LEAVE = "leave"
    PAUSE = "pause"
    SET_TARGET = "set_target"
    RESUME = "resume"


class Phase(Enum):
    """What the control is about, as a reading for people and rules."""

    IDLE = "idle"
    WAITING = "waiting"
    PAUSING = "pausing"
    OFF = "off"
    STARTING = "starting"
    APPLYING = "applying"
    RESUMING = "resuming"
    RUNNING = "running"
    HELD = "held"
    SUSPENDED = "suspended"
    GIVEN_UP = "given_up"
    """Drew more than told, however often told: paused until switched off and on again."""


_ANYHOW = tuple(Standing)
_ROWS: tuple[tuple[Demand, tuple[Standing, ...], tuple[Aim, ...], Act, Phase], ...] = (
    (Demand.NONE, _ANYHOW, (Aim.ANY,), Act.LEAVE, Phase.IDLE),
    # Off: paused, and told so. Whatever else is or is not known, it is told again.
    (Demand.OFF, (Standing.PAUSED,), (Aim.TOLD,), Act.LEAVE, Phase.OFF),
    (Demand.OFF, (Standing.PAUSED,), (Aim.UNTOLD,), Act.PAUSE, Phase.PAUSING),
    (
        Demand.OFF,
        (Standing.UNKNOWN, Standing.DOWN, Standing.MINING, Standing.SUSPENDED),
        (Aim.TOLD, Aim.UNTOLD),
        Act.PAUSE,
        Phase.PAUSING,
    ),
    # On, but the miner is not to be spoken to yet.
    (
        Demand.ON,
        (Standing.UNKNOWN,),
        (Aim.UNREAD, Aim.FITS, Aim.DIFFERS, Aim.BELOW, Aim.ABOVE),
        Act.LEAVE,
        Phase.WAITING,
    ),
    (
        Demand.ON,
        (Standing.DOWN,),
        (Aim.UNREAD, Aim.FITS, Aim.DIFFERS, Aim.BELOW, Aim.ABOVE),
        Act.LEAVE,
        Phase.STARTING,
    ),
    (
        Demand.ON,
        (Standing.SUSPENDED,),
        (Aim.UNREAD, Aim.FITS, Aim.DIFFERS, Aim.BELOW, Aim.ABOVE),
        Act.LEAVE,
        Phase.SUSPENDED,
    ),
    (Demand.ON, (Standing.MINING, Standing.PAUSED), (Aim.UNREAD,), Act.LEAVE, Phase.WAITING),
    # On: first the target, then the resume, lest it wakes up at an older, higher one.
    (
        Demand.ON,
        (Standing.MINING, Standing.PAUSED),
        (Aim.DIFFERS,),
        Act.SET_TARGET,
        Phase.APPLYING,
    ),
    (Demand.ON, (Standing.MINING,), (Aim.FITS,), Act.LEAVE, Phase.RUNNING),
    (Demand.ON, (Standing.MINING,), (Aim.BELOW, Aim.ABOVE), Act.LEAVE, Phase.HELD),
    (Demand.ON, (Standing.PAUSED,), (Aim.FITS, Aim.BELOW), Act.RESUME, Phase.RESUMING),
    (Demand.ON, (Standing.PAUSED,), (Aim.ABOVE,), Act.LEAVE, Phase.HELD),
)

TABLE: Mapping[tuple[Demand, Standing, Aim], tuple[Act, Phase]] = {
    (demand, standing, aim): (act, phase)
    for demand, standings, aims, act, phase in _ROWS
    for standing in standings
    for aim in aims
}


class Strays(Enum):
    """How the drawn power stands to the target, once there was time to get there."""

    NOT = "not"
    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the last look at the miner told; None is not known."""

    standing: Standing = Standing.UNKNOWN
    limits: Limits | None = None
    stored_w: float | None = None
    """The target in its configuration; 0 when there is none."""
    strays: Strays | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """What was told so far. `changes_at_s` are the moments that may have cost a write to flash."""

    told_off: bool = False
    last_act: Act = Act.LEAVE
    last_act_at_s: float = -math.inf
    changes_at_s: tuple[float, ...] = ()
    asked_w: int = 0
    asks: int = 0
    refused_w: int = 0
    only_while_mining: bool = False
    """It refused a target while paused, so it has to be resumed first."""
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """The next act, its target if it has one, the phase, and when to ask again unless woken."""

    act: Act
    phase: Phase
    target_w: int = 0
    again_at_s: float = math.inf


class Outcome(Enum):
    """What came of an act."""

    DONE = "done"
    REFUSED = "refused"
    """The value was not taken; nothing was stored."""
    NOT_NOW = "not_now"
    """The mining process cannot take it in this state."""
    LOST = "lost"
    """Nobody knows whether it was taken."""


def carry(memory: Memory, wanted_w: float | None, seen: Seen, rules: PowerRules) -> Memory:
    """Return the memory after a look at the miner: what is followed need not be asked again.

    A miner that draws more than told, however often told, is given up until it is switched off.
    """
    memory = _stops(memory, _demand(wanted_w, seen, memory, rules), seen.standing)
    if not wanted_w:
        return replace(memory, given_up=False, asks=0) if memory.given_up else memory
    if seen.strays is Strays.NOT and _asks(memory, seen.stored_w):
        return replace(memory, asks=0)
    if seen.strays is Strays.HIGH and _asks(memory, seen.stored_w) >= rules.max_asks:
        return replace(memory, given_up=True)
    return memory


def _stops(memory: Memory, demand: Demand, standing: Standing) -> Memory:
    """Forget a pause that does not count for the next stop.

    Only a pause that was taken and does not show yet makes a repeat wait. One of an earlier stop
    is none, nor is one that was seen to work: whoever runs after that was resumed by somebody.
    """
    if demand is Demand.ON:
        other = Act.LEAVE if memory.last_act is Act.PAUSE else memory.last_act
        return replace(memory, told_off=False, last_act=other)
    if memory.told_off and standing is Standing.PAUSED:
        return replace(memory, last_act=Act.LEAVE)
    return memory


def reconnected(memory: Memory) -> Memory:
    """Return what is left of the memory after a new connection or a restart of the miner.

    Nothing says that the pause outlived it. The count of writes does.
    """
    return Memory(changes_at_s=memory.changes_at_s, given_up=memory.given_up)


def decide(
    wanted_w: float | None, seen: Seen, memory: Memory, rules: PowerRules, now_s: float
) -> Step:
    """Return what to do next; `wanted_w` is None when nothing was ever commanded."""
    demand = _demand(wanted_w, seen, memory, rules)
    aim, target, free_s = Aim.ANY, 0, math.inf
    if demand is Demand.OFF:
        aim = Aim.TOLD if memory.told_off else Aim.UNTOLD
    elif demand is Demand.ON and wanted_w is not None:
        aim, target, free_s = _aim(wanted_w, seen, memory, rules, now_s)
    act, phase = TABLE[demand, seen.standing, aim]
    if memory.given_up and wanted_w:
        phase = Phase.GIVEN_UP
    waits_until_s = _retry_at_s(act, memory, rules)
    if now_s < waits_until_s:
        return Step(Act.LEAVE, phase, again_at_s=waits_until_s)
    return Step(act, phase, target if act is Act.SET_TARGET else 0, free_s)


def _demand(wanted_w: float | None, seen: Seen, memory: Memory, rules: PowerRules) -> Demand:
    if wanted_w is None:
        return Demand.NONE
    if wanted_w <= 0 or memory.given_up:
        return Demand.OFF
    if seen.limits is not None and allowed_w(wanted_w, seen.limits, rules) <= 0:
        return Demand.OFF
    return Demand.ON


def _asks(memory: Memory, target: float | None) -> int:
    return memory.asks if memory.asked_w == target else 0


def _aim(
    wanted_w: float, seen: Seen, memory: Memory, rules: PowerRules, now_s: float
) -> tuple[Aim, int, float]:
    """Return how the stored target fits, the target to send, and when one may be sent."""
    if seen.limits is None or seen.stored_w is None:
        return Aim.UNREAD, 0, math.inf
    allowed = allowed_w(wanted_w, seen.limits, rules)
    target = target_w(allowed, seen.limits, rules)
    high_w = min(seen.limits.max_w, rules.cap_w)
    near = abs(allowed - seen.stored_w) < rules.step_w
    fits = near and seen.limits.min_w <= seen.stored_w <= high_w
    if fits:
        stays_away = seen.strays in {Strays.LOW, Strays.HIGH}
        if not stays_away or _asks(memory, seen.stored_w) >= rules.max_asks:
            return Aim.FITS, target, math.inf
        target = int(seen.stored_w)  # it was taken and is not followed: told again
    waits = Aim.ABOVE if seen.stored_w > target else Aim.BELOW
    if memory.only_while_mining and seen.standing is Standing.PAUSED:
        return (Aim.BELOW if seen.stored_w <= high_w else Aim.ABOVE), target, math.inf
    if target == memory.refused_w or _asks(memory, target) >= rules.max_asks:
        return waits, target, math.inf
    free_s = free_at_s(memory.changes_at_s, rules, lowers=waits is Aim.ABOVE)
    if now_s < free_s:
        return waits, target, free_s
    return Aim.DIFFERS, target, math.inf


def _retry_at_s(act: Act, memory: Memory, rules: PowerRules) -> float:
    """Return when an act that was just done may be done again."""
    if act is Act.LEAVE or act is not memory.last_act:
        return -math.inf
    retry_s = rules.resume_retry_s if act is Act.RESUME else rules.retry_s
    if act is Act.PAUSE and not memory.told_off:
        retry_s = rules.failed_pause_retry_s
    return memory.last_act_at_s + retry_s


def remember(memory: Memory, step: Step, outcome: Outcome, now_s: float) -> Memory:
    """Return the memory after an act; a write that may have happened counts as one."""
    done = replace(memory, last_act=step.act, last_act_at_s=now_s)
    match step.act:
        case Act.PAUSE:
            return replace(done, told_off=outcome is Outcome.DONE)
        case Act.RESUME:
            return replace(done, told_off=False)
        case Act.SET_TARGET:
            return _after_target(done, step.target_w, outcome, now_s)
        case Act.LEAVE:
            return memory
        case _:
            assert_never(step.act)


def _after_target(memory: Memory, target: int, outcome: Outcome, now_s: float) -> Memory:
    match outcome:
        case Outcome.NOT_NOW:
            return replace(memory, only_while_mining=True)
        case Outcome.REFUSED:
            return replace(memory, refused_w=target)
        case Outcome.DONE | Outcome.LOST:
            return replace(
                memory,
                asked_w=target,
                asks=_asks(memory, target) + 1,
                refused_w=0,
                changes_at_s=(*memory.changes_at_s, now_s)[-CHANGES_KEPT:],
            )
        case _:
            assert_never(outcome)
