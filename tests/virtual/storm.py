"""A storm: one seed, one house for some hours, and the faults that the seed has switched on.

A fault is enabled in a seed with a chance of a quarter; an enabled one comes again and again, at
intervals of its own chance. Each has a source of randomness of its own, so that switching one off
leaves the others where they were: what fails can be made smaller, fault by fault.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from engine.control.scan import Scan
from engine.values.fact import Value
from tests.virtual.house import dice
from tests.virtual.life import Life
from tests.virtual.oracle import Oracle, Violation
from tests.virtual.people import People
from tests.virtual.site import asp1, in_folder
from tests.virtual.world import KilledError, World

ENABLED = 0.25
FIRST_S, LAST_S = 1_767_312_000.0, 2_208_988_800.0
"""2026 to 2040: weather, season and changes of the clocks of any year."""
HOURS = 24.0
VISIT_S = 1800.0
"""Somebody looks after latched trips so often, on the average."""
DOWN_S = (1.0, 30.0)
REBOOT_S = (20.0, 120.0)

Undo = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Kind:
    """A fault of the catalogue: how often it comes while enabled, how long it stays."""

    name: str
    every_s: float
    lasts_s: tuple[float, float]
    begin: Callable[["Storm", Random], Undo | None]

    @property
    def codes(self) -> tuple[str, ...]:
        """The entries of the catalogue that it stands for: `f01_f04_stale` is F01 and F04."""
        return tuple(
            part.upper() for part in self.name.split("_") if part[0] == "f" and part[1:].isdigit()
        )


class Outcome(NamedTuple):
    """What came of one seed."""

    seed: int
    scans: int
    faults: int
    lives: int
    violations: tuple[Violation, ...]
    enabled: tuple[str, ...]


class Storm:
    """One seed as it unfolds."""

    def __init__(
        self,
        seed: int,
        folder: Path,
        kinds: Sequence[Kind],
        *,
        hours: float = HOURS,
        period_s: float = 5.0,
        without: Collection[str] = (),
        log: Callable[[str], None] = lambda _: None,
        visits: bool = True,
        start_s: float | None = None,
    ) -> None:
        """Draw the moment and the faults of the seed; `without` some of them."""
        random = dice("storm", seed)
        self.seed = seed
        self.seconds = hours * 3600.0
        self.faults = 0
        self.lives = 0
        self.leaves_behind: dict[str, Value] = {}
        """Outputs that are on when the next process starts."""
        known = asp1(period_s)
        drawn_s = float(int(random.uniform(FIRST_S, LAST_S)))
        start_s = drawn_s if start_s is None else start_s
        self.world = World(known, seed, start_s, self.seconds * 2 + 7200.0, folder)
        self.world.log = lambda text: log(f"{self.world.now_s:10.1f}  {text}")
        self.loaded = in_folder(known, folder / "site")
        self.trips = [trip.id for trip in self.loaded.program.rulebook.trips]
        self.oracle = Oracle(self.world, self.loaded.program.rulebook.plant)
        self.people = People(self.world, self.oracle, dice("people", seed))
        self.down = dice("down", seed)
        drawn = [kind for kind in kinds if random.random() < ENABLED]
        self.kinds = [kind for kind in drawn if kind.name not in without]
        for kind in self.kinds:
            own = dice(kind.name, seed)
            self.world.at(own.expovariate(1 / kind.every_s), partial(self._come, kind, own))
        self.world.at(self.seconds, self._stop)
        if visits:
            own = dice("visits", seed)
            self.world.at(own.expovariate(1 / VISIT_S), partial(self._visit, own))

    def run(self) -> Outcome:
        """Live through it."""
        world = self.world
        while world.now_s < self.seconds:
            ended = self._live()
            if isinstance(ended, KilledError):
                world.log(f"died at {ended.place}" + (", power cut" if ended.power else ""))
                self._lie_dead(ended)
                continue
            if ended or world.now_s < self.seconds:
                text = f"the daemon ended by itself with {ended}"
                self.oracle.violations.append(Violation("exit", world.now_s, text))
            break
        names = tuple(kind.name for kind in self.kinds)
        found = tuple(self.oracle.violations)
        return Outcome(self.seed, self.oracle.scans, self.faults, self.lives, found, names)

    def _live(self) -> int | KilledError:
        world, oracle = self.world, self.oracle
        self.lives += 1
        world.plc.image.update(self.leaves_behind)
        self.leaves_behind = {}
        oracle.born(self.trips, marked=self.lives > 1)
        try:
            life = Life(world, self.loaded, self._nonce)
        except KilledError as killed:
            world.plc.close()
            oracle.died()
            return killed
        for note in life.notes:
            world.log(f"restored: {note}")
        life.daemon.gateway.listeners.append(oracle.hear)
        life.daemon.cycle.listeners.append(self._scanned)
        life.daemon.listen("told", self._told)
        self.people.life = life
        self._made(life)
        ended = life.run()
        oracle.died()
        self.people.life = None
        return ended

    def _made(self, life: Life) -> None:
        """Hear of a process that is about to run."""

    def _stop(self) -> None:
        if self.people.life is not None:
            self.people.life.daemon.stop()

    def _lie_dead(self, killed: KilledError) -> None:
        """Let the plant be without a controller; after a power cut the machine boots anew."""
        world = self.world
        if killed.power:
            world.disk.power_cut(self.down)
            world.advance(self.down.uniform(*REBOOT_S))
            world.clock.boot_s = world.now_s - self.down.choice((0.5, 8.0, 1e7))
        else:
            world.advance(self.down.uniform(*DOWN_S))

    def _nonce(self) -> str:
        return f"{self.down.getrandbits(64):016x}"

    def _scanned(self, scan: Scan) -> None:
        resets = [reset.trip for reset in scan.trace.image.resets]
        self.oracle.after(resets, scan.trace.moment.monotonic_s)

    def _told(self, scan: Scan) -> None:
        alarms = scan.trace.alarms
        if alarms:
            self.oracle.told_of([(each.kind.value, each.subject) for each in alarms])

    def _come(self, kind: Kind, random: Random) -> None:
        self.faults += 1
        lasts_s = random.uniform(*kind.lasts_s)
        again_s = lasts_s + random.expovariate(1 / kind.every_s)
        self.world.at(again_s, partial(self._come, kind, random))
        self.world.log(f"{kind.name} for {lasts_s:.0f} s")
        undo = kind.begin(self, random)
        if undo is not None:
            self.world.at(lasts_s, undo)

    def _visit(self, random: Random) -> None:
        self.people.reset_all()
        self.world.at(random.expovariate(1 / VISIT_S), partial(self._visit, random))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the daemon's own log back: a storm has its own, and faults come by the thousand."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def play(
    seed: int,
    kinds: Sequence[Kind],
    *,
    hours: float = HOURS,
    period_s: float = 5.0,
    without: Collection[str] = (),
    log: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Run one seed in a folder of its own."""
    with TemporaryDirectory() as folder, _quiet():
        return Storm(
            seed, Path(folder), kinds, hours=hours, period_s=period_s, without=without, log=log
        ).run()


def smaller(seed: int, kinds: Sequence[Kind], outcome: Outcome, hours: float) -> tuple[str, ...]:
    """Return the faults without which nothing fails any more: the others are switched off."""
    off: list[str] = []
    for name in outcome.enabled:
        if play(seed, kinds, hours=hours, without=[*off, name]).violations:
            off.append(name)
    return tuple(name for name in outcome.enabled if name not in off)
