"""What must be true of a daemon, told from its wires alone. Knows the plant, not the engine.

Miner 1 may run while `heatpump.running` is heard over the broker, miner 2 and pump P5 while
`grid.connected` is heard over the bus. A safety relay that opens, if only for a moment, stops all
three until a person resets it, and keeps P3 running. The judge hears what passes on the wires and
counts time in scans: each writes the image, and the image's heartbeat tells that it did.
"""

from collections import deque
from dataclasses import dataclass, field

from tests.reliability.links import BUS, CLEAR, DEAD, LINKS, MINER_1, MINER_2, SOURCE_OF, Fault

MINERS = (MINER_1, MINER_2)
IMAGE_WITHIN = 2
"""The scan under way when the input opened may have missed it; the next may not."""
PAUSE_WITHIN = 20
"""Scans until a pause has come through a link that is in order; how soon in truth is measured
elsewhere (`python -m benchmarks.latency`)."""
CALM = 150
"""A link counts as in order so many scans after its last fault; a miner after its last upset."""
HEALED = 400
"""Scans after which a miner has heard what it missed, and the daemon what is asked of it, however
the connection broke off: 40 s, and docs/operating/run.md promises 30."""
BLIND = 150
"""Scans after which nobody goes on by what he heard through a link that is dead since."""
FEW, FEW_SCANS = 6, 10
"""So many commands to one miner within so many scans are a pile."""
LOGINS_MAX, LOGIN_SCANS = 8, 100
LEAST_W, CAP_W, TARGETS_MAX = 1700, 3300, 12


@dataclass(slots=True)
class MinerSeen:
    """One miner, by what it was told."""

    runs: bool = False
    resumed_at: int = -CALM
    upset_at: int = -CALM
    """When it last rebooted or lost its tokens, or its link last changed."""
    commands: deque[int] = field(default_factory=lambda: deque(maxlen=FEW + 1))
    logins: deque[int] = field(default_factory=lambda: deque(maxlen=LOGINS_MAX + 1))
    targets: int = 0


@dataclass(slots=True)
class Judge:
    """Hears everything in its order; `wrong` says what should not have been."""

    scans: int = 0
    wrong: list[str] = field(default_factory=list)
    faults: int = 0
    """Of links."""
    trips: int = 0
    told: int = 0
    """Commands that came over gRPC or Modbus."""
    tripped_at: int | None = None
    _released_at: int = -CALM
    _stalled_at: int = -CALM
    _stale_demand: set[str] = field(default_factory=set)
    """Miners whose demand is from before the reset: it must be made anew."""
    _fault: dict[str, Fault | None] = field(default_factory=lambda: dict.fromkeys(LINKS))
    _changed_at: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LINKS, -CALM))
    _demand: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(MINERS, False))
    _demand_at: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MINERS, 0))
    _miners: dict[str, MinerSeen] = field(
        default_factory=lambda: {name: MinerSeen() for name in MINERS}
    )
    _written: dict[int, tuple[int, ...]] = field(default_factory=dict)

    # What happens to the daemon

    def safety(self, closed: bool) -> None:
        """Hear that the safety relay opened, or closed again."""
        if not closed and self.tripped_at is None:
            self.tripped_at, self.trips = self.scans, self.trips + 1

    def reset(self) -> None:
        """Hear that a person is about to confirm a reset."""
        self.tripped_at, self._released_at = None, self.scans
        self._stale_demand = {name for name, on in self._demand.items() if on}

    def stalled(self) -> None:
        """Hear that no scan came for long: nothing from before is believed after it."""
        self._stalled_at = self.scans

    def link(self, name: str, fault: Fault | None) -> None:
        """Hear that a link fails so, or is in order again."""
        if self._fault[name] != fault:
            self._fault[name], self._changed_at[name] = fault, self.scans
            self.faults += fault is not CLEAR
            self._stale_demand -= {miner for miner, source in SOURCE_OF.items() if source == name}

    def demand(self, miner: str, on: bool) -> None:
        """Hear that a miner may run, or may not any more."""
        if self._demand[miner] != on:
            self._demand[miner], self._demand_at[miner] = on, self.scans
            self._stale_demand.discard(miner)

    def upset(self, miner: str, *, rebooted: bool) -> None:
        """Hear that a miner lost its tokens, or rebooted and mines by itself."""
        seen = self._miners[miner]
        seen.upset_at, seen.runs = self.scans, seen.runs or rebooted

    # What it says

    def scan(self, p5: bool, p3: bool) -> None:
        """Look at an image that a scan has written."""
        self.scans += 1
        self.image(p5, p3)
        for name, seen in self._miners.items():
            due = self._off_due(name)
            if (
                seen.runs
                and due is not None
                and self.scans >= max(due, self._calm_at(name, HEALED))
            ):
                self._say(f"{name} runs although it must be off since scan {due}")
                seen.runs = False  # said once

    def image(self, p5: bool, p3: bool) -> None:
        """Look at the pumps in an image."""
        if self.tripped_at is not None and self.scans >= self.tripped_at + IMAGE_WITHIN:
            if p5:
                self._say("P5 runs after a trip")
            if not p3:
                self._say("P3 stands after a trip")
        if p5 and self._is_blind(BUS):
            self._say("P5 runs by what was heard through a dead bus")

    def command(self, miner: str, what: str, watt: int = 0) -> None:
        """Take a call that a miner got: `pause`, `resume` or `target`."""
        seen, calm = self._miners[miner], self.scans >= self._calm_at(miner)
        self.told += 1
        self._look_at_pile(miner, seen)
        if what == "pause":
            if calm and seen.runs and self._wanted(miner):
                self._say(f"{miner} is paused for no reason")
            seen.runs = False
            return
        if what == "target":
            self._look_at_target(miner, seen, watt)
        else:
            seen.runs, seen.resumed_at = True, self.scans
        if calm and self.tripped_at is not None and self.scans >= self.tripped_at + IMAGE_WITHIN:
            self._say(f"{miner} is told `{what}` after a trip")
        if calm and miner in self._stale_demand:
            self._say(f"{miner} is told `{what}` by a reset alone")

    def login(self, miner: str) -> None:
        """Count a login."""
        logins = self._miners[miner].logins
        logins.append(self.scans)
        if len(logins) > LOGINS_MAX and logins[-1] - logins[0] < LOGIN_SCANS:
            self._say(f"{miner} hears {len(logins)} logins in {logins[-1] - logins[0]} scans")

    def write(self, start: int, words: tuple[int, ...]) -> None:
        """Take a write that the inverter confirmed."""
        self.told += 1
        if self._written.get(start) == words and self.scans >= self._changed_at[BUS] + CALM:
            self._say(f"register {start} is written again as it was")
        self._written[start] = words

    # What follows from it

    def runs(self, miner: str) -> bool:
        """Return whether a miner was told to run last."""
        return self._miners[miner].runs

    def _wanted(self, miner: str) -> bool:
        """Return whether it has run for long with everything in order."""
        source = SOURCE_OF[miner]
        last = (self._released_at, self._stalled_at, self._demand_at[miner])
        since = max(*last, self._changed_at[source], self._miners[miner].resumed_at) + CALM
        clear = self._fault[source] is CLEAR and self.tripped_at is None
        anew = miner not in self._stale_demand
        return clear and anew and self._demand[miner] and self.scans >= since

    def _off_due(self, miner: str) -> int | None:
        """Return from which scan on it must be off, None if it may run."""
        due = []
        if self.tripped_at is not None:
            due.append(self.tripped_at + PAUSE_WITHIN)
        if self._is_blind(SOURCE_OF[miner]):
            due.append(self._changed_at[SOURCE_OF[miner]] + BLIND)
        return min(due, default=None)

    def _is_blind(self, link: str) -> bool:
        return self._fault[link] in DEAD and self.scans >= self._changed_at[link] + BLIND

    def _calm_at(self, miner: str, calm: int = CALM) -> int:
        """Return from which scan on its link is in order: never, while it is not."""
        if self._fault[miner] is not CLEAR:
            return self.scans + 1
        last = max(self._changed_at[miner], self._miners[miner].upset_at)
        return last + calm if last > -CALM else last

    def _look_at_pile(self, miner: str, seen: MinerSeen) -> None:
        seen.commands.append(self.scans)
        first, last = seen.commands[0], seen.commands[-1]
        if len(seen.commands) > FEW and last - first < FEW_SCANS:
            self._say(f"{miner} hears {len(seen.commands)} commands in {last - first} scans")

    def _look_at_target(self, miner: str, seen: MinerSeen, watt: int) -> None:
        seen.targets += 1
        if not LEAST_W <= watt <= CAP_W:
            self._say(f"{miner} is told {watt} W")
        if seen.targets > TARGETS_MAX:
            self._say(f"{miner} is told its {seen.targets}th target")

    def _say(self, text: str) -> None:
        self.wrong.append(f"scan {self.scans}: {text}")
