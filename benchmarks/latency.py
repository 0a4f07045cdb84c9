"""How soon a command follows: from a changed fact, and from the safety input, to the wire.

`thermiq run` is a process of its own with the whole house on loopback; the house lives in this one
and stamps what comes in on the monotonic clock that both share. Before every trial both miners and
P5 run, and the moment is drawn at random.

- MQTT: from handing the message to the publisher's client to PauseMining at a miner's gRPC server,
  for each of two miners. Broker and scan are in it. Nothing is subtracted: a switch behind a trip
  wakes the scan at once. What is no switch waits for its scan, up to one period more.
- Modbus: the same from the moment the inverter is asked for the register: the poll interval is not
  in it, the rest of the poll (two more blocks, one of them the sentinel) is.
- Safety: from writing the open input into the process image to PauseMining at both servers and P5
  off in the image: the later of all three. The scan finds the input in its turn, so a whole scan
  cycle is in it. After each trip: inputs closed, the trip reset in its two steps over the control
  socket, a new demand over MQTT, both miners running. As the daemon grants no more than five resets
  in 15 min, a fresh one takes over after six trips.

`python -m benchmarks.latency --count 10000` does as many trips, `--facts 0` no facts.
"""

import argparse
import asyncio
import contextlib
import random
import shutil
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import aiomqtt

from adapters.runtime.reset import RESETS_MAX
from adapters.simulated.house import House
from benchmarks.latency_house import write_rules
from benchmarks.latency_wires import Wires, image_of
from benchmarks.loopback import at_home, daemon
from benchmarks.measure import Row, quantiles, show

SCAN_S = 0.5
BOUND_S = SCAN_S + 0.05
TRIALS, TRIPS = 100, 200
_MIDDLE_S, _HIGH_S = 0.005, 0.025
_OPTIONS = {"inverter": {"period_s": 0.43}}
"""No fraction of the scan period: polls and scans meet at any phase."""
_REST_S = 0.2
"""So long everything runs at least before the next trial: an answered call, a look at the miner."""


class Stop(NamedTuple):
    """What came of one trip: seconds to the later miner's pause, and to the image."""

    paused_s: float
    written_s: float


@contextlib.asynccontextmanager
async def wires_of_a_house() -> AsyncIterator[tuple[House, Wires]]:
    """Start a house with the rules to be measured; no daemon yet."""
    with TemporaryDirectory(prefix="latency-") as name:
        folder = Path(name)
        write_rules(folder / "rules")
        (folder / "house").mkdir()
        async with (
            at_home(folder / "house", folder / "rules", _OPTIONS) as house,
            aiomqtt.Client("127.0.0.1", house.messages.port) as mqtt,
        ):
            with image_of(house) as image:
                yield house, Wires(house, mqtt, image)


@contextlib.asynccontextmanager
async def fresh_daemon(house: House, wires: Wires) -> AsyncIterator[None]:
    """Run a daemon that remembers nothing, until both miners and P5 run."""
    shutil.rmtree(house.folder / "state", ignore_errors=True)
    async with daemon(house):
        await wires.begin()
        yield


async def _at_random(wires: Wires, chance: random.Random) -> None:
    """Wait until all run, and then until any moment of a scan cycle."""
    if not await wires.all_run():
        raise TimeoutError("the miners do not start")
    await asyncio.sleep(_REST_S + chance.random() * SCAN_S)


async def facts(wires: Wires, count: int, chance: random.Random) -> dict[str, list[float]]:
    """Return seconds from a fact to each miner's command, by wire."""
    found: dict[str, list[float]] = {"MQTT": [], "Modbus": []}
    for _ in range(count):
        await wires.ask_for(on=True)
        await _at_random(wires, chance)
        said_s = await wires.ask_for(on=False)
        found["MQTT"] += [at_s - said_s for at_s in (await wires.stopped())[0]]
        await wires.ask_for(on=True)
        await _at_random(wires, chance)
        wires.show_grid(on=False)
        read_s = await wires.grid_read()
        found["Modbus"] += [at_s - read_s for at_s in (await wires.stopped())[0]]
        wires.show_grid(on=True)
    return found


async def trips(wires: Wires, count: int, chance: random.Random) -> list[Stop]:
    """Return what came of so many trips, with a reset after each but the last."""
    found = []
    for left in reversed(range(count)):
        await _at_random(wires, chance)
        channels = chance.choice((("safety_a",), ("safety_b",), ("safety_a", "safety_b")))
        opened_s = wires.show_safety(*channels)
        paused_s, off_s = await wires.stopped()
        found.append(Stop(max(paused_s) - opened_s, off_s - opened_s))
        await wires.ask_for(on=False)
        wires.show_safety()
        if left:
            await wires.reset()
            await wires.ask_for(on=True)
    return found


async def measure(trials: int, count: int) -> list[Row]:
    """Measure so many facts on each wire, and so many trips."""
    chance = random.Random(1)  # noqa: S311 - moments for a measurement
    rows: list[Row] = []
    stops: list[Stop] = []
    async with wires_of_a_house() as (house, wires):
        if trials:
            async with fresh_daemon(house, wires):
                found = await facts(wires, trials, chance)
            rows += [_row_of_facts(wire, times_s) for wire, times_s in found.items()]
        while len(stops) < count:
            async with fresh_daemon(house, wires):
                stops += await trips(wires, min(RESETS_MAX + 1, count - len(stops)), chance)
    return rows + (_rows_of_stops(stops) if stops else [])


def _row_of_facts(wire: str, times_s: Sequence[float]) -> Row:
    middle, high = quantiles(times_s)
    kept = middle <= _MIDDLE_S and high <= _HIGH_S
    return Row(f"fact on {wire} to PauseMining at a miner, {len(times_s)} times",
               _milliseconds(times_s), "p50 ≤ 5 ms, p99 ≤ 25 ms", kept)  # fmt: skip


def _rows_of_stops(stops: Sequence[Stop]) -> list[Row]:
    held = sum(max(stop) <= BOUND_S for stop in stops)
    paused_s, written_s = zip(*stops, strict=True)
    return [
        Row("safety input to both miners paused and the image written",
            f"{held} of {len(stops)} within {BOUND_S * 1000:.0f} ms", "all", held == len(stops)),
        Row("  to PauseMining at the later of two miners", _milliseconds(paused_s)),
        Row("  to P5 off in the process image", _milliseconds(written_s)),
    ]  # fmt: skip


def _milliseconds(times_s: Sequence[float]) -> str:
    middle, high = quantiles(times_s)
    return f"p50 {middle * 1e3:.1f} ms  p99 {high * 1e3:.1f} ms  max {max(times_s) * 1e3:.1f} ms"


def run() -> list[Row]:
    """Measure both figures."""
    return asyncio.run(measure(TRIALS, TRIPS))


def main() -> int:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency")
    parser.add_argument("--count", type=int, default=TRIPS, metavar="N", help="so many trips")
    parser.add_argument("--facts", type=int, default=TRIALS, metavar="N", help="and facts")
    asked = parser.parse_args()
    started_s = time.monotonic()
    rows = asyncio.run(measure(asked.facts, asked.count))
    show(f"How soon a command follows ({time.monotonic() - started_s:.0f} s)", rows)
    return any(row.kept is False for row in rows)


if __name__ == "__main__":
    sys.exit(main())
