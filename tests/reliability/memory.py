"""P17: what a daemon holds of 200 facts, 20 outputs and 100 rules, once it has settled.

The daemon of `flapping` with its store, journal, recorder and control interface, on devices in
memory that all answer, and every library loaded that a driver needs. The bench is in the same
process, so what is told is a little more than a daemon's own.
"""

import argparse
import asyncio
import importlib
import logging
import tempfile
from pathlib import Path

from adapters.cli.faces import show
from adapters.runtime.service import Service
from adapters.simulated.house import NINE_IN_THE_MORNING
from benchmarks.daemon import LIBRARIES
from benchmarks.house import rule_files
from benchmarks.measure import resident_mib
from engine.control.scan import Scan
from tests.reliability.flapping import Flapping, OwnClock, daemon_in_memory
from tests.reliability.outcome import Outcome

RSS_MIB_MAX = 96.0
TENTHS = 10
NEVER = 10**9
SABOTAGES = ("hoards",)
HOARDED_BYTES = 1 << 17


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--facts", type=int, default=200)
    parser.add_argument("--outputs", type=int, default=20)
    parser.add_argument("--rules", type=int, default=100)
    parser.add_argument("--scans", type=int, default=20_000)
    parser.add_argument("--sabotage", choices=SABOTAGES, default="")


def run(options: argparse.Namespace) -> Outcome:
    """Scan so often, and tell what is held at every tenth of it."""
    logging.disable()
    for name in LIBRARIES:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="thermiq-") as name:
        folder = Path(name) / "rules"
        folder.mkdir()
        files = rule_files(options.rules, options.facts, options.outputs)
        for file, data in files.items():
            (folder / file).write_bytes(data)
        held = _held(folder, Path(name) / "control.sock", options)
    peak_mib = max(*held, _peak_mib())
    figure = (
        f"{options.facts} facts, {options.outputs} outputs and {options.rules} rules, "
        f"{options.scans:,} scans: RSS {held[0]:.1f} MiB after a tenth, {held[-1]:.1f} MiB in the "
        f"end, at most {peak_mib:.1f} MiB; {RSS_MIB_MAX:.0f} are allowed"
    )
    return Outcome("P17 memory", figure, len(held) == TENTHS and peak_mib <= RSS_MIB_MAX)


def _held(folder: Path, socket: Path, options: argparse.Namespace) -> list[float]:
    """Return what is resident after each tenth of the scans."""
    clock, held, hoard = OwnClock(1.0, NINE_IN_THE_MORNING), list[float](), list[bytes]()
    service, loaded = daemon_in_memory(folder, socket, clock, Flapping(NEVER))
    hide = show(service, loaded, clock, shadow=False)

    def look(scan: Scan) -> None:
        del scan
        if options.sabotage:
            hoard.append(b"x" * HOARDED_BYTES)
        if service.daemon.cycle.counters.scans % max(1, options.scans // TENTHS) == 0:
            held.append(resident_mib())

    service.daemon.listen("memory", look)
    asyncio.run(_scan(service, clock, options.scans))
    hide()
    service.close()
    return held


async def _scan(service: Service, clock: OwnClock, scans: int) -> None:
    passing = asyncio.create_task(clock.run())
    try:
        await service.daemon.run(scans)
    finally:
        passing.cancel()


def _peak_mib() -> float:
    """Return the most that was resident; `getrusage` would tell of the parent before the exec."""
    text = Path("/proc/self/status").read_text("ascii")
    return int(text.split("VmHWM:")[1].split()[0]) / 1024
