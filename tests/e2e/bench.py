"""asp1's devices on loopback and the daemon against them, under a few short rules."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.runtime.daemon import Daemon
from adapters.runtime.loading import load_all
from adapters.simulated.house import House, Pace
from adapters.simulated.paced_clock import PacedClock
from engine.control.decision import Decision
from engine.control.scan import initial
from engine.values.fact import Quality, Value

ASP1 = Path(__file__).resolve().parents[2] / "rules" / "asp1"
PATIENCE_S = 60.0
"""Real seconds after which a test is stuck; nothing asserts how long anything took."""
SPEED = 20.0
RULES = """\
ruleset: short
rules:
  - id: mine
    when: pv.power > 3 kW
    then: {miner1.power_target: 2.4 kW, inverter.battery_mode: hold, p5.run_target: on}
    because: The sun shines.
"""
INTERLOCKS = """\
trips:
  - id: safety_relay
    when: not (safety.channel_a and safety.channel_b)
    latch: on_true
    force: {miner1.power_target: 0 W, miner2.power_target: 0 W, p3.run_target: on}
    because: The safety relay is open.
"""
_BUS = {"period_s": 5, "frame_gap_s": 0, "deadline_s": 0.5, "worst_reply_s": 0.5}
_MINER = {"poll_s": 5, "deadline_s": 0.5}
OPTIONS = {
    **dict.fromkeys(("inverter", "meter_grid", "meter_miners"), _BUS),
    **dict.fromkeys(("miner1", "miner2"), _MINER),
    "heatpump": {"ttl_s": 60},
    "tariff": {},
    "weather": {},
    "plc": {"watchdog_s": 0},
}


class Bench:
    """A running house and the daemon that runs it."""

    def __init__(self, house: House, daemon: Daemon) -> None:
        self.house = house
        self.daemon = daemon

    async def until(self, holds: Callable[[], bool]) -> None:
        try:
            await self._wait(holds)
        except TimeoutError:
            health = self.daemon.supervisor.health
            raise AssertionError(f"{self.bad()}, {health}, {self.house.messages.trouble}") from None

    @staticmethod
    async def _wait(holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():  # noqa: ASYNC110 - wires tell nobody
                await asyncio.sleep(0.01)

    async def scans(self, count: int) -> None:
        last = self.daemon.cycle.counters.scans + count
        await self.until(lambda: self.daemon.cycle.counters.scans >= last)

    async def lasting(self, holds: Callable[[], bool], scans: int) -> None:
        """Wait until something holds in so many scans without a break."""
        counters, since = self.daemon.cycle.counters, -1

        def lasts() -> bool:
            nonlocal since
            if not holds():
                since = -1
            elif since < 0:
                since = counters.scans
            return since >= 0 and counters.scans - since >= scans

        await self.until(lasts)

    def quality(self, point: str) -> Quality:
        image = self.daemon.cycle.image
        return image.qualities[self._place(point)]

    def value(self, point: str) -> Value | None:
        return self.daemon.cycle.image.values[self._place(point)]

    def bad(self) -> set[str]:
        points = self.daemon.cycle.program.rulebook.plant.points
        return {each.name for each in points if self.quality(each.name) is not Quality.GOOD}

    def decision(self, output: str) -> Decision:
        last = self.daemon.cycle.last
        assert last is not None
        return next(each for each in last.decisions if each.output == output)

    def _place(self, point: str) -> int:
        points = self.daemon.cycle.program.rulebook.plant.points
        return [each.name for each in points].index(point)


@asynccontextmanager
async def running(
    folder: Path, *, shadow: bool = False, cloud: float = 0.0, rtu: bool = False
) -> AsyncIterator[Bench]:
    """Start house and daemon, wait until every point is known, and stop both in the end."""
    rules = folder / "rules"
    house_folder = folder / "house"
    rules.mkdir()
    house_folder.mkdir()
    for name in ("plant.yaml", "site.yaml"):
        (rules / name).write_bytes((ASP1 / name).read_bytes())
    (rules / "short.yaml").write_text(RULES, "utf-8")
    (rules / "interlocks.yaml").write_text(INTERLOCKS, "utf-8")
    pace = Pace(step_s=0.5, publish_s=10.0, household=False)
    clock = PacedClock(SPEED, pace.starts_at_s)
    house = House(house_folder, rules, clock, pace, rtu=rtu)
    house.physics.cloud = cloud
    tasks: list[asyncio.Task[None]] = []
    try:
        await house.start({"scan_period": "500 ms"}, OPTIONS)
        assert not house.messages.trouble
        loading = load_all(house.site_file, clock, shadow=shadow)
        assert loading.loaded is not None, loading.problems
        daemon = Daemon(loading.loaded, initial(loading.loaded.program), clock, shadow=shadow)
        tasks = [asyncio.create_task(each) for each in (clock.run(), house.live())]
        running_daemon = asyncio.create_task(daemon.run())
        bench = Bench(house, daemon)
        try:
            await bench.until(lambda: daemon.cycle.last is not None and not bench.bad())
            yield bench
        finally:
            daemon.stop()
            assert await running_daemon == 0
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await house.stop()
