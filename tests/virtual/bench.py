"""One scenario in the virtual world: a fault at its moment, and every scan of it as a `Shot`.

Miner 1 is asked for by an override, so that there is heat to be stopped; everything else is the
storm's own: real daemon, plant in closed loop, and the oracle's invariants on top.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from engine.control.program import compile_program
from engine.control.scan import Scan
from engine.language.plant import Plant
from engine.language.rulebook import Rulebook
from engine.values.fact import Value
from tests.virtual.life import Life
from tests.virtual.miner import MINIMUM_W
from tests.virtual.storm import Storm

ASKED_W = 2500.0
HEATS_S = 600.0
"""By then miner 1 runs: pump, valve, start."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One complete scan: when, what miner 1 is asked for, the image, the alarms that are told."""

    at_s: float
    wanted_w: float
    drawn_w: float
    image: dict[str, Value]
    alarms: frozenset[tuple[str, str]]
    life: int

    def tells(self, subject: str) -> bool:
        """Whether an alarm about it stands."""
        return any(subject == about for _, about in self.alarms)


class Bench(Storm):
    """A storm without weather of its own: faults come when the scenario says."""

    def __init__(
        self, folder: Path, *, minutes: float = 20.0, seed: int = 7, start_s: float | None = None
    ) -> None:
        """Let it last for so many minutes, from some day or from `start_s` (Unix time) on."""
        hours = minutes / 60.0
        super().__init__(seed, folder, (), hours=hours, visits=False, start_s=start_s)
        self.shots: list[Shot] = []
        self.seen: list[tuple[float, Value | None]] = []
        self._watching: Callable[[Scan], object] = lambda _: None
        self.on_life: Callable[[Life], None] = lambda _: None
        """Sabotage of a process as soon as it stands."""

    def heat(self) -> "Bench":
        """Let a person ask for miner 1."""

        def ask() -> None:
            day = {"ttl_s": 80_000}
            self.people.ask("override", output="p3.run_target", value=True, **day)
            wanted = {"output": "miner1.power_target", "value": ASKED_W, "unit": "W"}
            self.people.ask("override", **wanted, **day)

        self.world.at(10.0, ask)
        return self

    def at(self, seconds: float, action: Callable[[], object]) -> "Bench":
        """Do something when the world is so old."""
        self.world.at(seconds - self.world.now_s, action)
        return self

    def other_rules(self, change: Callable[[Rulebook], Rulebook]) -> None:
        """Sabotage: let other rules run."""
        book = change(self.loaded.program.rulebook)
        self.loaded = replace(self.loaded, program=compile_program(book))

    def other_points(self, **changes: object) -> None:
        """Sabotage: let every point be declared otherwise."""

        def change(book: Rulebook) -> Rulebook:
            points = tuple(replace(point, **changes) for point in book.plant.points)  # type: ignore[arg-type] # by name
            plant: Plant = replace(book.plant, points=points)
            return replace(book, plant=plant)

        self.other_rules(change)

    def other_outputs(self, **changes: object) -> None:
        """Sabotage: let every output be declared otherwise."""

        def change(book: Rulebook) -> Rulebook:
            outputs = tuple(replace(each, **changes) for each in book.plant.outputs)  # type: ignore[arg-type] # by name
            return replace(book, plant=replace(book.plant, outputs=outputs))

        self.other_rules(change)

    def play(self) -> list[Shot]:
        """Run it through."""
        self.run()
        return self.shots

    def watch(self, point: str) -> None:
        """Note what the scans believe of a point, in `seen`."""
        names = [each.name for each in self.loaded.program.rulebook.plant.points]
        place = names.index(point)

        self.note(lambda scan: self.seen.append((self.world.now_s, scan.trace.image.values[place])))

    def note(self, watching: Callable[[Scan], object]) -> None:
        """Let somebody hear of every scan as it is decided."""
        self._watching = watching

    def after(self, seconds: float) -> list[Shot]:
        """Return the scans from then on."""
        return [shot for shot in self.shots if shot.at_s >= seconds - 1e-6]

    def first(self, holds: Callable[[Shot], bool], since_s: float) -> float:
        """Return how long after `since_s` something holds for the first time."""
        return next(shot.at_s for shot in self.after(since_s) if holds(shot)) - since_s

    def heats(self) -> bool:
        """Whether miner 1 was asked for and ran when the fault came."""
        shot = max((s for s in self.shots if s.at_s < HEATS_S), key=lambda s: s.at_s)
        return shot.wanted_w == ASKED_W and shot.drawn_w >= MINIMUM_W

    def _made(self, life: Life) -> None:
        life.daemon.cycle.listeners.append(self._noted)
        self.on_life(life)

    def _noted(self, scan: Scan) -> None:
        self._watching(scan)

    def _told(self, scan: Scan) -> None:
        super()._told(scan)
        world = self.world
        wanted_w = world.miner("miner1").wanted_w(world.monotonic_s()) or 0.0
        alarms = frozenset((each.kind.value, each.subject) for each in scan.trace.alarms)
        drawn_w = float(world.house.points["miner1.power"])
        shot = Shot(world.now_s, wanted_w, drawn_w, dict(world.plc.image), alarms, self.lives)
        self.shots.append(shot)


def stops_within(bench: Bench, seconds: float) -> None:
    """Assert that miner 1 ran and was told to stop in time, and that nothing else was broken."""
    assert bench.heats(), "the scenario did not come about"
    assert bench.first(lambda shot: shot.wanted_w == 0.0, HEATS_S) <= seconds
    assert bench.oracle.violations == []
