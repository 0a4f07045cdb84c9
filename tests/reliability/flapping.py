"""P15: every fact comes and goes, for a day, and the daemon keeps the flash's budget all the same.

The daemon of asp1 with its store, journal, recorder and faces, on two devices in memory whose
readings are all GOOD for some scans and all BAD for as many. Time is the daemon's own: it goes on a
little as soon as everything that was due is done, and waits for the recorder, so that no scan is
lost because the machine is slow. What is written is what the system counts, from the first commit
on: before it, files of fixed size are made.
"""

import argparse
import asyncio
import logging
import resource
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from adapters.cli.faces import show
from adapters.port import Publish, Reading
from adapters.runtime.flash_budget import FlashBudget, written_by_this_process
from adapters.runtime.loading import Loaded, load_all
from adapters.runtime.recording_thread import QUEUE_MAX
from adapters.runtime.service import Service
from adapters.runtime.start_rules import load_rules
from adapters.simulated.house import NINE_IN_THE_MORNING
from adapters.simulated.paced_clock import PacedClock
from benchmarks.daemon import FakeBus, FakePlc, drivers_of
from engine.control.scan import Scan
from engine.language.plant import Output, Point
from engine.values.fact import Quality
from tests.e2e.bench import ASP1
from tests.reliability.outcome import Outcome

SCANS_AN_HOUR = 7200
STEP_S = 0.0625
"""So small that the turns which a scan waits for do not add up to a period."""
BUDGET_MB = 50.0
FIRST_MB = 12.0
"""What the first hours may write beyond their share: the budget's store is full (1 MB), two hours
may be owed (3 MB), and a large commit may be under way."""
LOOK_SCANS = 100
"""So often it is looked whether too much has been written already."""
SABOTAGES = ("records-on",)


class OwnClock(PacedClock):
    """Goes on as soon as what was due is done."""

    move_every_s = 0.0
    service: Service | None = None

    def next_s(self, passed_s: float) -> float:
        """Go on, unless the recorder has much to do."""
        del passed_s
        full = self.service is not None and self.service.recording._queue.qsize() > QUEUE_MAX // 2
        return self.monotonic_s() + (0.0 if full else STEP_S)


class Flapping:
    """Lets a device's readings come and go with the scans."""

    def __init__(self, every: int) -> None:
        """All of them are BAD for `every` scans, after as many in which they are GOOD."""
        self.scans = 0
        self._every = every

    def readings(self, readings: Sequence[Reading]) -> list[Reading]:
        """Return them as they are now."""
        if self.scans // self._every % 2 == 0:
            return list(readings)
        return [each._replace(value=None, quality=Quality.BAD) for each in readings]


class Plc(FakePlc):
    """Read once a scan, which also moves the flapping on."""

    def __init__(
        self, points: Sequence[Point], outputs: Sequence[Output], flapping: Flapping
    ) -> None:
        """Have these points and outputs."""
        super().__init__("plc", points, outputs)
        self._flapping = flapping

    def read(self, now_s: float) -> list[Reading]:
        """See ScanDevice."""
        self._flapping.scans += 1
        return self._flapping.readings(super().read(now_s))


class Bus(FakeBus):
    """Publishes every second of the daemon's clock."""

    def __init__(self, points: Sequence[Point], flapping: Flapping, clock: OwnClock) -> None:
        """Have these points."""
        super().__init__("bus", points, ())
        self._flapping, self._clock = flapping, clock

    async def run(self, publish: Publish) -> None:
        """See Device."""
        while True:
            publish(self._flapping.readings(self.readings(self._clock.monotonic_s())))
            await self._clock.sleep(1.0)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--every", type=int, default=4, help="scans from a change to the next")
    parser.add_argument("--sabotage", choices=SABOTAGES, default="")
    parser.add_argument("--folder", type=Path, help="where to write; a temporary one otherwise")


def run(options: argparse.Namespace) -> Outcome:
    """Let all facts come and go for some hours."""
    folder = Path(tempfile.mkdtemp(prefix="thermiq-flapping-", dir=options.folder))
    if options.sabotage == "records-on":
        FlashBudget.wait_ms = lambda *asked: asked[-1]  # type: ignore[method-assign]  # its purpose
    logging.disable(logging.CRITICAL)
    try:
        with tempfile.TemporaryDirectory(prefix="thermiq-") as short:  # for a socket's path
            return flap(folder, Path(short) / "control.sock", options.hours, options.every)
    finally:
        logging.disable(logging.NOTSET)
        shutil.rmtree(folder, ignore_errors=True)


def flap(folder: Path, socket: Path, hours: float, every: int) -> Outcome:
    """Run the daemon, and judge what it wrote."""
    rules = folder / "asp1"
    shutil.copytree(ASP1, rules, ignore=shutil.ignore_patterns("recordings"))
    clock, flapping = OwnClock(1.0, NINE_IN_THE_MORNING), Flapping(every)
    scans, begun = round(hours * SCANS_AN_HOUR), list[int]()
    share_mb = BUDGET_MB * hours / 24
    most_mb = min(max(BUDGET_MB, share_mb), share_mb + FIRST_MB)
    service, loaded = daemon_in_memory(rules, socket, clock, flapping)
    hide = show(service, loaded, clock, shadow=False)

    def written_mb() -> float:
        return (written_by_this_process() - begun[0]) / 1e6

    def look(scan: Scan) -> None:
        del scan
        if not begun:
            if service.recording.counters.commits:
                begun.append(written_by_this_process())
        elif flapping.scans % LOOK_SCANS == 0 and written_mb() > most_mb:
            service.daemon.stop()  # what comes after it changes no verdict

    service.daemon.listen("flash", look)

    async def live() -> int:
        passing = asyncio.create_task(clock.run())
        try:
            return await service.daemon.run(scans)
        finally:
            passing.cancel()

    code = asyncio.run(live())
    counters = service.recording.counters
    hide()
    service.close()
    in_all_mb = written_mb()
    figure = (
        f"{in_all_mb:.1f} MB in {hours:g} h, every fact came or went after {every} scans; "
        f"{counters.written:,} of {flapping.scans:,} scans recorded in {counters.commits} commits, "
        f"{service.journal.written:,} journal entries, {service.store.counters.saves:,} saves of "
        f"state, peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"
    )
    kept = code == 0 and 0.0 < in_all_mb <= most_mb and counters.written > 0
    return Outcome("P15 flash while every fact comes and goes", figure, kept)


def daemon_in_memory(
    rules: Path, socket: Path, clock: OwnClock, flapping: Flapping
) -> tuple[Service, Loaded]:
    """Make the daemon of these rules, on devices in memory."""
    checked, _ = load_rules(rules)
    plant = checked.rulebook.plant
    half = len(plant.points) // 2
    plc = Plc(plant.points[:half], plant.outputs, flapping)
    bus = Bus(plant.points[half:], flapping, clock)
    drivers, text = drivers_of((plc, bus))
    (rules / "site.yaml").write_text(f"control: {{socket: {socket}}}\n{text}", "utf-8")
    loading = load_all(rules / "site.yaml", clock, drivers=drivers)
    assert loading.loaded is not None, loading.problems
    clock.service = Service(loading.loaded, clock)
    return clock.service, loading.loaded
