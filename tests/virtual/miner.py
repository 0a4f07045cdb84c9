"""A miner: firmware that can misbehave, the plant's physics, and the real table of power control.

The driver's task is left out with its network: here its table (`adapters.codec.miner_power`) is
asked once in every step of the world, and what it wants is done to the firmware at once.
"""

from dataclasses import dataclass, field

from adapters.codec.miner_follow import Drawn, FollowRules, strays
from adapters.codec.miner_power import (
    Act,
    Memory,
    Outcome,
    Phase,
    Seen,
    Standing,
    Step,
    carry,
    decide,
    reconnected,
    remember,
)
from adapters.codec.miner_target import Limits, PowerRules
from adapters.port import Reading
from engine.values.fact import Quality
from tests.virtual.devices import Source

FAILURES_MAX = 3
ACTS_MAX = 4
BOOT_S = 120.0
MINIMUM_W, MAXIMUM_W = 1700.0, 3300.0
_LIMITS, _FOLLOW = Limits(MINIMUM_W, MAXIMUM_W), FollowRules()


@dataclass(slots=True)
class Firmware:
    """What stands on the miner's own side of the wire."""

    standing: Standing = Standing.PAUSED
    stored_w: float = MINIMUM_W
    boots_for_s: float = 0.0
    has_power: bool = True
    """The contactor is closed."""
    faults: set[str] = field(default_factory=set)
    """`ignores_target`, `ignores_pause`, `lies`, `suspended`."""
    writes: int = 0

    def take(self, act: Act, target: float) -> Outcome:
        """Carry out a call of the driver."""
        if self.standing is Standing.DOWN:
            return Outcome.NOT_NOW
        if act is Act.SET_TARGET:
            if not MINIMUM_W <= target <= MAXIMUM_W:
                return Outcome.REFUSED
            self.stored_w = target
            self.writes += 1
        elif "ignores_pause" not in self.faults:
            self.standing = Standing.PAUSED if act is Act.PAUSE else Standing.MINING
        return Outcome.DONE

    def advance(self, dt_s: float) -> float:
        """Let time pass and return the power that it wants; a reboot ends in mining."""
        if not self.has_power:
            self.standing, self.boots_for_s = Standing.DOWN, BOOT_S
            return 0.0
        if self.standing is Standing.DOWN:
            self.boots_for_s -= dt_s
            if self.boots_for_s <= 0.0:
                self.standing = Standing.MINING
        if self.standing is not Standing.MINING or "suspended" in self.faults:
            return 0.0
        return MAXIMUM_W if "ignores_target" in self.faults else self.stored_w

    def shown(self) -> Standing:
        """Return what it says of itself."""
        if "lies" in self.faults and self.standing is Standing.MINING:
            return Standing.PAUSED
        if "suspended" in self.faults and self.standing is Standing.MINING:
            return Standing.SUSPENDED
        return self.standing

    def reboot(self) -> None:
        """Start anew."""
        self.standing, self.boots_for_s = Standing.DOWN, BOOT_S


class Miner(Source):
    """The driver of one miner."""

    power_field = "power_target"
    firmware: Firmware

    def attach(self, firmware: Firmware) -> None:
        """Drive this firmware."""
        self.firmware = firmware
        self._memory = Memory()
        self._rules = PowerRules(cap_w=MAXIMUM_W)
        self._failures = FAILURES_MAX
        self._aimed = (-1.0, 0.0)
        self.sent: list[tuple[Act, int]] = []

    def wanted_w(self, now_s: float) -> float | None:
        """Return the power in force: None before the first command, 0 when it has expired."""
        if self.power_field not in self.commands:
            return None
        value = self.in_force(self.power_field, now_s)
        return 0.0 if value is None else float(value)

    def tell(self) -> None:
        """Look at the miner, publish, and tell it what the table says."""
        if self._publish is None or not self.answers():
            return
        now_s = self._world.monotonic_s()
        if self.name in self._world.broken.unreachable:
            self._failures += 1
            if self._failures >= FAILURES_MAX:
                self._publish(
                    [
                        Reading(each, None, Quality.MISSING, now_s, "no answer")
                        for each in self.wires
                    ]
                )
            return
        if self._failures >= FAILURES_MAX:
            self._memory = reconnected(self._memory)
            if self.wanted_w(now_s) == 0.0:
                self._do(Step(Act.PAUSE, Phase.PAUSING), now_s)
        self._failures = 0
        self.publish()
        self._control(now_s)

    def restarted(self) -> None:
        """Hear that the miner has started anew: its uptime has gone back."""
        self._memory = reconnected(self._memory)

    def _control(self, now_s: float) -> None:
        wanted_w = self.wanted_w(now_s)
        if wanted_w == 0.0 and self._rests():
            return
        for _ in range(ACTS_MAX):
            seen = self._seen(wanted_w, now_s)
            self._memory = carry(self._memory, wanted_w, seen, self._rules)
            step = decide(wanted_w, seen, self._memory, self._rules, now_s)
            if step.act is Act.LEAVE:
                return
            self._do(step, now_s)

    def _rests(self) -> bool:
        """Tell whether the table leaves a miner that is off as it is, until anything changes."""
        memory = self._memory
        told = memory.told_off and memory.last_act is Act.LEAVE and not memory.given_up
        return told and self.firmware.shown() is Standing.PAUSED

    def _seen(self, wanted_w: float | None, now_s: float) -> Seen:
        firmware, power_w = self.firmware, None
        shown = self._world.sensed(f"{self.name}.power")
        if shown.quality is Quality.GOOD and isinstance(shown.value, float):
            power_w = shown.value
        if wanted_w and self._aimed[0] != firmware.stored_w:
            self._aimed = (firmware.stored_w, now_s)
        drawn = Drawn(firmware.shown(), power_w, firmware.stored_w)
        aimed_for_s = now_s - self._aimed[1] if wanted_w else None
        found = strays(drawn, _FOLLOW, aimed_for_s)
        return Seen(drawn.standing, _LIMITS, firmware.stored_w, found)

    def _do(self, step: Step, now_s: float) -> None:
        self._world.reached(f"{self.name}.{step.act.value}")
        self.sent.append((step.act, step.target_w))
        outcome = self.firmware.take(step.act, step.target_w)
        self._memory = remember(self._memory, step, outcome, now_s)
