"""P10: how late scans begin while the broker is flooded with nonsense.

The daemon in a process of its own and the house on loopback, both on the machine's clock, and
somebody who publishes as in `wire`. A scan belongs on the grid of one period behind the first; what
counts is by how much it begins later, and a scan that never came is later than any. Of the share
that is too late it is told how much remains without the time that the kernel let the daemon wait
for a core: flood, broker, house and daemon share the machine.
"""

import argparse
import asyncio
import json
import logging
import math
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from adapters.runtime.system_clock import SystemClock
from adapters.simulated.house import House, Pace
from tests.e2e.bench import ASP1, OPTIONS
from tests.house.source import ROOT
from tests.reliability.outcome import Outcome
from tests.reliability.wire import Flood

PERIOD_S = 0.5
LATE_MAX = 0.1
"""Of the period, for all scans but one in a thousand."""
NEVER_ENOUGH = 10**9
_ROUNDING_S = 0.002
"""A moment is told in whole milliseconds, rounded down."""


class Start(NamedTuple):
    """When a scan began, and how long the daemon had waited for a core until then."""

    at_s: float
    waited_s: float


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--scans", type=int, default=1_200)
    parser.add_argument("--period-ms", type=float, default=PERIOD_S * 1000)
    parser.add_argument("--quiet", action="store_true", help="without the flood")
    parser.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace) -> Outcome:
    """Scan so often under a flood, and judge how late each scan was."""
    logging.disable()
    period_s = options.period_ms / 1000
    starts, sent = asyncio.run(_measure(options, period_s))
    return judged(starts, period_s, sent, options.seed)


def judged(starts: Sequence[Start], period_s: float, sent: int, seed: int) -> Outcome:
    """Tell how late all scans but one in a thousand began."""
    late_s = lateness_s(starts, period_s)
    own_s = lateness_s(starts, period_s, without_waiting=True)
    most_s = LATE_MAX * period_s
    high_s = quantile(late_s, 0.999)
    figure = (
        f"{len(starts):,} scans of {period_s * 1e3:g} ms under {sent:,} messages: p99.9 begins "
        f"{_ms(high_s)} late, p99 {_ms(quantile(late_s, 0.99))}, p50 {_ms(quantile(late_s, 0.5))}; "
        f"{most_s * 1e3:g} ms are allowed; without the time in wait for a core p99.9 "
        f"{_ms(quantile(own_s, 0.999))}"
    )
    return Outcome("P10 scan jitter under attack", figure, high_s <= most_s, (seed, seed + sent))


def lateness_s(
    starts: Sequence[Start], period_s: float, *, without_waiting: bool = False
) -> list[float]:
    """Return by how much each scan came late; infinity for each that never came.

    Without the wait for a core, one that never came counts as late as the next one after it.
    """
    found = []
    for before, start in pairwise(starts):
        places = [(each.at_s - starts[0].at_s + _ROUNDING_S) / period_s for each in (before, start)]
        waited_s = start.waited_s - before.waited_s if without_waiting else 0.0
        late_s = places[1] % 1.0 * period_s - _ROUNDING_S
        found.append(max(0.0, late_s - waited_s))
        never_s = start.at_s - before.at_s - waited_s if without_waiting else math.inf
        gone = math.floor(places[1]) - math.floor(places[0]) - 1
        found += [max(0.0, never_s - period_s)] * gone
    return found


def quantile(values: Sequence[float], share: float) -> float:
    """Return the least value that so large a share of them does not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms" if math.isfinite(seconds) else "more than a period"


async def _measure(options: argparse.Namespace, period_s: float) -> tuple[list[Start], int]:
    with TemporaryDirectory(prefix="thermiq-jitter-") as name:
        house = House(Path(name), ASP1, SystemClock(), Pace(publish_s=10.0))
        sections = {
            "scan_period": f"{period_s * 1e3:g} ms",
            "control": {"socket": str(Path(name) / "control.sock")},
        }
        await house.start(sections, {"plc": OPTIONS["plc"]})
        living = asyncio.create_task(house.live())
        flood = Flood(house.site_file, 0 if options.quiet else NEVER_ENOUGH, options.seed)
        flood.start()
        try:
            starts = await _starts(house.site_file, options.scans)
        finally:
            await asyncio.to_thread(flood.stop)
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
            await house.stop()
        return starts, flood.sent


async def _starts(site: Path, scans: int) -> list[Start]:
    """Run the daemon and return when its scans began. Raises RuntimeError if it ends badly."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.reliability.jitter_daemon", str(site), str(scans)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        starts = [Start(*json.loads(line)) async for line in process.stdout]
    finally:
        if process.returncode is None:
            process.kill()
        code = await process.wait()
    if len(starts) != scans:
        raise RuntimeError(f"the daemon ended with {code} after {len(starts)} scans")
    return starts
