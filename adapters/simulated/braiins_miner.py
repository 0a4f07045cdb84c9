"""A miner as its interface sees it: stored target, pause, restart, tokens, a slow ramp, and faults.

It lives on an injected clock and catches up whenever it is asked. By itself it draws power by a
simple ramp; a plant with physics of its own takes `commanded_w()` and gives `follow(...)`.
Behaviour after `docs/devices/miners.md`; the figures are assumptions for asp1's two S19J.
"""

import math
from collections import Counter
from dataclasses import dataclass
from enum import Enum

from adapters.port import Clock

NORMAL, PAUSED, SUSPENDED, NOT_STARTED = 2, 3, 4, 1
"""MinerStatus on the wire."""

_CATCH_UP_MAX_S = 7200
"""After two hours nothing moves any more."""


class Fault(Enum):
    """What can be wrong with it. Values are the names by which a fault is switched on."""

    FROZEN = "frozen"
    """Takes calls and never answers."""
    REFUSES_LOGIN = "refuses_login"
    REFUSES_TARGETS = "refuses_targets"
    """Whatever the value."""
    ECHOES_ONLY = "echoes_only"
    """Echoes a target and stores the old one."""
    IGNORES_TARGETS = "ignores_targets"
    """Echoes and stores a target, and does not follow it."""
    IGNORES_PAUSE = "ignores_pause"
    """Answers a pause as if it were one, and mines on."""
    SAYS_PAUSED = "says_paused"
    """Its status is paused, and it draws power."""
    SAYS_ZERO = "says_zero"
    """It says that it draws nothing, whatever it draws."""
    SELF_PAUSED = "self_paused"
    """The firmware stopped it: dead pools, heat."""
    RECONFIGURES = "reconfigures"
    """Statistics, boards and tuner fail, details answer."""
    UNREADABLE = "unreadable"
    """Answers with bytes that are no message."""
    NO_TARGET_WHILE_PAUSED = "no_target_while_paused"
    NO_STATUS = "no_status"
    """Details without a status, as firmware before that field."""
    LOSES_ANSWERS = "loses_answers"
    """Takes a target and never answers that call."""


@dataclass(frozen=True, slots=True)
class MinerNature:
    """What one miner is."""

    serial: str = "SIM-1"
    mac: str = "02:00:00:00:00:01"
    firmware: str = "2026-05-01-0-00000000-26.05-plus"
    username: str = "root"
    password: str = "root"  # noqa: S105 - the simulated miner's own, as the real one's
    token_s: int = 3600
    min_w: int = 954
    default_w: int = 3068
    max_w: int = 6435
    paused_w: float = 15.0
    start_s: float = 90.0
    """From resume to hashing at minimum power."""
    rise_w: float = 100.0
    rise_s: float = 20.0
    """Rises so much, every so often: 1.6 kW in five minutes."""
    fall_w_per_s: float = 30.0
    boot_s: float = 60.0
    stale_power_s: float = 60.0
    """The reported power lags so long behind a pause."""
    hash_per_w: float = 0.033
    """TH/s for each watt: 30 J/TH."""


class SimulatedMiner:
    """The state of one miner. Every public method first catches up with the clock."""

    def __init__(self, clock: Clock, nature: MinerNature | None = None) -> None:
        """Start it mining at its default target, in full swing."""
        self.nature = nature or MinerNature()
        self.faults: set[Fault] = set()
        self.calls: Counter[str] = Counter()
        self.login_count = 0
        self.targets_taken: list[int] = []
        self.stored_w = self.nature.default_w
        self.dps_reduction_w = 0
        """So much the firmware holds itself back, below the stored target."""
        self.paused = False
        self.board_temperature_c = 60.0
        self._clock = clock
        self._power_w = float(self.stored_w)
        self._reported_before_w = 0.0
        self._paused_at_s = -math.inf
        self._resumed_at_s = -math.inf
        self._raised_at_s = clock.monotonic_s()
        self._booted_at_s = clock.monotonic_s() - 86_400
        self._caught_up_s = clock.monotonic_s()
        self._follows_physics = False
        self._tokens: dict[str, float] = {}

    # What the interface asks

    def login(self, username: str, password: str) -> str | None:
        """Return a new token, None when refused."""
        self.login_count += 1
        known = (self.nature.username, self.nature.password)
        if Fault.REFUSES_LOGIN in self.faults or (username, password) != known:
            return None
        token = f"token{self.login_count:011d}"
        self._tokens[token] = self._now_s() + self.nature.token_s
        return token

    def admits(self, token: str) -> bool:
        """Return whether the token is valid, and keep it valid from now on."""
        if self._tokens.get(token, -math.inf) <= self._now_s():
            return False
        self._tokens[token] = self._now_s() + self.nature.token_s
        return True

    def set_target(self, watt: int) -> bool:
        """Take a target; False when it lies outside the range, and the old one stays."""
        self._catch_up()
        if not self.nature.min_w <= watt <= self.nature.max_w:
            return False
        if Fault.REFUSES_TARGETS in self.faults:
            return False
        self.targets_taken.append(watt)
        if Fault.ECHOES_ONLY not in self.faults:
            self.stored_w = watt
        return True

    def pause(self) -> bool:
        """Stop at once; returns whether it was paused already."""
        self._catch_up()
        before = self.paused
        if Fault.IGNORES_PAUSE not in self.faults and not before:
            self._reported_before_w = self._power_w
            self._paused_at_s = self._now_s()
            self.paused = True
        return before

    def resume(self) -> bool:
        """Start anew, at minimum power after a while; returns whether it was mining already."""
        self._catch_up()
        before = self.paused
        if before:
            self.paused = False
            self._resumed_at_s = self._now_s()
        return not before

    def status(self) -> int:
        """Return its MinerStatus."""
        if self._is_down():
            return NOT_STARTED
        if self.paused or Fault.SAYS_PAUSED in self.faults:
            return PAUSED
        return SUSPENDED if Fault.SELF_PAUSED in self.faults else NORMAL

    def system_uptime_s(self) -> int:
        """Return the whole seconds since it was switched on."""
        return int(self._now_s() - self._booted_at_s)

    def bosminer_uptime_s(self) -> int:
        """Return the whole seconds that its mining process runs, 0 while it does not."""
        return max(0, int(self._now_s() - self._booted_at_s - self.nature.boot_s))

    def reported_power_w(self) -> float:
        """Return what it says it draws: stale for a while after a pause."""
        if Fault.SAYS_ZERO in self.faults:
            return 0.0
        stale = self._now_s() - self._paused_at_s < self.nature.stale_power_s
        return self._reported_before_w if self.paused and stale else self.power_w()

    # What the plant asks

    def power_w(self) -> float:
        """Return what it truly draws now."""
        self._catch_up()
        return self._power_w

    def commanded_w(self) -> float:
        """Return what it works towards; 0 while paused, suspended or starting its board."""
        stopped = self.paused or self._is_down() or Fault.SELF_PAUSED in self.faults
        return 0.0 if stopped else float(self.stored_w - self.dps_reduction_w)

    def follow(self, power_w: float, board_temperature_c: float) -> None:
        """Take power and temperature from the plant's physics; the own ramp rests from now on."""
        self._follows_physics = True
        self._power_w = power_w
        self.board_temperature_c = board_temperature_c

    def reboot(self) -> None:
        """Start the board anew: tokens and pause are forgotten, the stored target is not."""
        self._catch_up()
        self._tokens.clear()
        self.paused = False
        self._booted_at_s = self._now_s()
        self._resumed_at_s = self._now_s() + self.nature.boot_s
        self._power_w = self.nature.paused_w

    def forget_tokens(self) -> None:
        """Make every token void."""
        self._tokens.clear()

    # Its inside

    def _now_s(self) -> float:
        return self._clock.monotonic_s()

    def _is_down(self) -> bool:
        return self._now_s() - self._booted_at_s < self.nature.boot_s

    def _catch_up(self) -> None:
        now_s = self._now_s()
        if self._follows_physics:
            self._caught_up_s = now_s
            return
        self._caught_up_s = max(self._caught_up_s, now_s - _CATCH_UP_MAX_S)
        while self._caught_up_s + 1 <= now_s:
            self._caught_up_s += 1
            self._one_second(self._caught_up_s)
        if self.commanded_w() <= 0:
            self._power_w = self.nature.paused_w

    def _one_second(self, at_s: float) -> None:
        if self.commanded_w() <= 0:
            self._power_w = self.nature.paused_w
            return
        if Fault.IGNORES_TARGETS in self.faults and self._power_w >= self.nature.min_w:
            return
        if self._power_w < self.nature.min_w:
            if at_s - self._resumed_at_s >= self.nature.start_s:
                self._power_w, self._raised_at_s = float(self.nature.min_w), at_s
            return
        goes_to_w = self.commanded_w()
        if self._power_w > goes_to_w:
            self._power_w = max(goes_to_w, self._power_w - self.nature.fall_w_per_s)
        elif at_s - self._raised_at_s >= self.nature.rise_s:
            self._power_w = min(goes_to_w, self._power_w + self.nature.rise_w)
            self._raised_at_s = at_s
