"""P1: how soon a stop is on the wire after the safety input opened, whatever else fails.

The real daemon and the house on loopback, every link through a proxy. The input opens in the
process image at a random moment; what must follow is PauseMining at each miner whose link is in
order, and P5 off in the image, all within a scan and 50 ms. What fails meanwhile goes round:
nothing, a broker that hangs or refuses, an inverter that hangs, the other miner frozen, all of them
at once. The demand comes from the process image, which no proxy has, and the trip is not latched:
of latched ones a person may reset five in a quarter of an hour. `python -m benchmarks.latency` has
those.

A stop that came late is shown with how long the kernel let the daemon's thread and ours wait for a
core meanwhile: what is left of the delay is the daemon's own.
"""

import argparse
import asyncio
import contextlib
import math
import os
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from adapters.codec.revpi_layout import IMAGE_BYTES, raw_of
from adapters.runtime.system_clock import SystemClock
from adapters.simulated.house import House, Pace
from benchmarks.latency_house import write_rules
from benchmarks.latency_wires import PAUSE, Arrivals, image_of
from benchmarks.loopback import daemon
from benchmarks.measure import quantiles
from tests.reliability.links import BROKER, BUS, MINER_1, MINER_2, Fault
from tests.reliability.outcome import Outcome
from tests.reliability.tcp_proxy import Proxy

SCAN_S = 0.02
SPARE_S = 0.05
BLOCK = 50
"""Trips under the same faults."""
PATIENCE_S = 120.0
LONGEST_S = 10.0
"""A stop that has not come by then never came."""
_LOOK_S = 0.0005
MINERS = (MINER_1, MINER_2)
_SHOWN = 5
RULES = """\
ruleset: trips
rules:
  - id: run
    when: buffer.top < 110 °C
    then: {miner1.power_target: 2.4 kW, miner2.power_target: 2.4 kW, p5.run_target: on}
    because: It is so as long as the process image is read.
trips:
  - id: safety_relay
    when: not (safety.channel_a and safety.channel_b)
    latch: false
    force:
      miner1.power_target: 0 W
      miner2.power_target: 0 W
      p3.run_target: on
      p5.run_target: off
    because: The safety relay is open.
"""
FAULTS: tuple[dict[str, Fault], ...] = (
    {},
    {BROKER: "hang"},
    {BUS: "hang"},
    {MINER_1: "hang"},
    {MINER_2: "hang"},
    {BROKER: "refuse", BUS: "drop", MINER_1: "hang"},
)
"""What fails at the same time; the rounds go through them."""


class Stop(NamedTuple):
    """What came of a trip: seconds to the last pause, to the image, and in wait for a core."""

    paused_s: float
    written_s: float
    starved_s: float

    @property
    def whole_s(self) -> float:
        """Return the seconds until everything had stopped."""
        return max(self.paused_s, self.written_s)


class Bench:
    """A house whose daemon runs, and the safety input in our hand."""

    def __init__(self, house: House, proxies: dict[str, Proxy], image: int, pid: int) -> None:
        """Stamp what comes in from now on."""
        self._plc = house.plc.image
        self._proxies, self._image = proxies, image
        self._threads = [Path(f"/proc/{each}/task/{each}/schedstat") for each in (pid, os.getpid())]
        self._miners = dict(zip(MINERS, (house.miners.miner1, house.miners.miner2), strict=True))
        self._calls = {name: Arrivals() for name in MINERS}
        for name, miner in self._miners.items():
            miner.calls = self._calls[name]

    async def switch(self, faults: dict[str, Fault]) -> list[str]:
        """Let these links fail and the others be in order; return the miners that can hear."""
        for name, proxy in self._proxies.items():
            await proxy.switch(faults.get(name))
        return [name for name in MINERS if name not in faults]

    async def trip(self, heard: Sequence[str], chance: random.Random) -> Stop:
        """Open the input at any moment of a scan, wait for what must follow, and close it."""
        await self._until(lambda: self._runs(heard), PATIENCE_S, "nothing runs again")
        await asyncio.sleep(0.05 + chance.random() * SCAN_S)
        for calls in self._calls.values():
            calls.at_s.clear()
        starved_s = self._starved_s()
        for name in chance.choice((("safety_a",), ("safety_b",), ("safety_a", "safety_b"))):
            self._plc.hold(name, 0)
        opened_s = time.monotonic()
        self._plc.exchange()
        off_s = math.inf

        def stopped() -> bool:
            nonlocal off_s
            if math.isinf(off_s) and not self._p5():
                off_s = time.monotonic()
            return math.isfinite(max(off_s, self._paused_s(heard)))

        with contextlib.suppress(TimeoutError):
            await self._until(stopped, LONGEST_S, "")
        starved_s = self._starved_s() - starved_s
        for name in ("safety_a", "safety_b"):
            self._plc.release(name)
        self._plc.exchange()
        return Stop(self._paused_s(heard) - opened_s, off_s - opened_s, starved_s)

    def _paused_s(self, heard: Sequence[str]) -> float:
        return max(self._calls[name].at_s.get(PAUSE, math.inf) for name in heard)

    def _runs(self, heard: Sequence[str]) -> bool:
        return self._p5() and not any(self._miners[name].paused for name in heard)

    def _p5(self) -> bool:
        io = self._plc.layout.ios["p5_relay"]
        return bool(raw_of(io, os.pread(self._image, IMAGE_BYTES, 0)))

    def _starved_s(self) -> float:
        """Return how long the daemon's thread and ours have waited for a core so far."""
        return sum(int(each.read_text("ascii").split()[1]) for each in self._threads) / 1e9

    async def _until(self, holds: Callable[[], bool], patience_s: float, why: str) -> None:
        give_up_s = time.monotonic() + patience_s
        while not holds():
            if time.monotonic() > give_up_s:
                raise TimeoutError(why)
            await asyncio.sleep(_LOOK_S)


@contextlib.asynccontextmanager
async def bench(rules: str) -> AsyncIterator[Bench]:
    """Start a house with proxies on its links and a daemon that scans every `SCAN_S`."""
    async with contextlib.AsyncExitStack() as ends:
        folder = Path(ends.enter_context(TemporaryDirectory(prefix="thermiq-trips-")))
        write_rules(folder / "rules")
        (folder / "rules" / "latency.yaml").write_text(rules, "utf-8")
        (folder / "house").mkdir()
        proxies = {name: Proxy(name) for name in (*MINERS, BUS, BROKER)}
        for proxy in proxies.values():
            await proxy.start()
            ends.push_async_callback(proxy.stop)
        house = House(folder / "house", folder / "rules", SystemClock(), Pace(household=False))
        ends.push_async_callback(house.stop)
        await house.start(*_site(proxies))
        one, two = house.miners.ports
        bus = int(str(house.bus.address["port"]))
        targets = {MINER_1: one, MINER_2: two, BUS: bus, BROKER: house.messages.port}
        for name, port in targets.items():
            proxies[name].target = port
        living = asyncio.create_task(house.live())
        ends.callback(living.cancel)
        image = ends.enter_context(image_of(house))
        running = await ends.enter_async_context(daemon(house))
        yield Bench(house, proxies, image, running.pid)


def _site(proxies: dict[str, Proxy]) -> tuple[dict[str, object], dict[str, dict[str, object]]]:
    """Return sections and options that lead every device through its proxy."""
    broker: dict[str, object] = {"host": "127.0.0.1", "port": proxies[BROKER].port}
    bus: dict[str, object] = {"port": proxies[BUS].port}
    sections: dict[str, object] = {
        "scan_period": f"{SCAN_S * 1000:g} ms",
        "state": "state",
        "mqtt": broker,
        "recorder": {"free": "1 kB"},
    }
    options: dict[str, dict[str, object]] = {
        "plc": {"watchdog_s": 0},
        **{name: {"port": proxies[name].port} for name in MINERS},
        **dict.fromkeys(("inverter", "meter_grid", "meter_miners"), bus),
        **dict.fromkeys(("tariff", "weather", "heatpump"), broker),
    }
    return sections, options


async def measure(
    count: int, seed: int, block: int = BLOCK, rules: str = RULES
) -> list[tuple[dict[str, Fault], Stop]]:
    """Return what came of so many trips, `block` after `block`, and under which faults."""
    chance = random.Random(seed)  # noqa: S311 - moments for a measurement
    found: list[tuple[dict[str, Fault], Stop]] = []
    async with bench(rules) as one:
        while len(found) < count:
            faults = FAULTS[len(found) // block % len(FAULTS)]
            heard = await one.switch(faults)
            left = range(min(block, count - len(found)))
            found += [(faults, await one.trip(heard, chance)) for _ in left]
    return found


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--count", type=int, default=10_000, help="trips")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")


def run(options: argparse.Namespace) -> Outcome:
    """Trip so many times."""
    found = asyncio.run(measure(options.count, options.seed))
    bound_s = SCAN_S + SPARE_S
    late = [each for each in found if each[1].whole_s > bound_s]
    own = sum(stop.whole_s - stop.starved_s > bound_s for _, stop in late)
    whole_s = [stop.whole_s for _, stop in found]
    middle_s, high_s = quantiles(whole_s)
    figure = (
        f"{len(found) - len(late)} of {len(found)} trips within a scan of {SCAN_S * 1e3:.0f} ms "
        f"and {SPARE_S * 1e3:.0f} ms; p50 {middle_s * 1e3:.1f} ms, p99 {high_s * 1e3:.1f} ms, "
        f"max {max(whole_s) * 1e3:.1f} ms"
    )
    if late:
        figure += (
            f"; of {len(late)} late ones {own} also without the time in wait for a core; first: "
            + ", ".join(_told(*each) for each in late[:_SHOWN])
        )
    seeds = (options.seed, options.seed + 1)
    return Outcome("P1 trip to stop command", figure, not late, seeds)


def _told(faults: dict[str, Fault], stop: Stop) -> str:
    fails = " + ".join(f"{link} {fault}" for link, fault in faults.items()) or "nothing fails"
    starved = f"{stop.starved_s * 1e3:.0f} ms in wait"
    return f"{stop.whole_s * 1e3:.0f} ms ({starved}, {fails})"
