"""The daemon of a soak, a process of its own, which says what it holds every so many scans.

    python -m tests.reliability.soak_daemon SITE SPEED SCANS EVERY [SABOTAGE]

It is `thermiq run` on a clock that is SPEED times as fast: scans of 500 ms come every 500/SPEED ms,
and everything that waits on the clock (polls, time to live, tokens, saves) scales with them.
"""

import asyncio
import gc
import json
import logging
import os
import resource
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from adapters.cli.faces import show
from adapters.runtime.loading import load_all
from adapters.runtime.service import Service
from adapters.simulated.house import NINE_IN_THE_MORNING
from adapters.simulated.paced_clock import PacedClock
from engine.control.scan import Scan
from engine.values.fact import Quality

PAGE_MIB = resource.getpagesize() / 2**20


class Sampler:
    """Says a sample, a line of JSON, every so many scans."""

    def __init__(self, service: Service, every: int) -> None:
        """Listen to a service that runs."""
        self._service, self._every = service, every
        self._scans = self._good = 0

    def after(self, scan: Scan) -> None:
        """Count a scan; say a sample if it is time."""
        self._scans += 1
        self._good += all(each is Quality.GOOD for each in scan.trace.image.qualities)
        if self._scans % self._every == 0:
            gc.collect()
            self.say()

    def say(self) -> None:
        """Say what the process holds now."""
        counters = self._service.daemon.cycle.counters
        health = self._service.daemon.supervisor.health
        told = {
            "scans": counters.scans,
            "overruns": counters.overruns,
            "good": self._good,
            "rss_mib": int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE_MIB,
            "fds": len(list(Path("/proc/self/fd").iterdir())),
            "threads": threading.active_count(),
            "tasks": len(asyncio.all_tasks()),
            "written": _written(),
            "failures": sum(each.failures for each in health.values()),
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _written() -> int:
    """Return the bytes that this process has caused to be written to a disk."""
    text = Path("/proc/self/io").read_text("ascii")
    return int(text.split("write_bytes: ")[1].split()[0])


def _leak(what: str, held: list[object]) -> Callable[[Scan], None]:
    """Return a listener that holds on to something after every scan."""

    def after(scan: Scan) -> None:
        if what == "fds":
            held.append(os.open("/dev/null", os.O_RDONLY))
        elif what == "memory":
            held.append(bytearray(8192))
        elif what == "tasks" and len(held) < scan.trace.moment.monotonic_s:
            held.append(asyncio.get_running_loop().create_task(asyncio.Event().wait()))

    return after


async def _run(service: Service, clock: PacedClock, scans: int) -> int:
    passing = asyncio.create_task(clock.run())
    try:
        return await service.daemon.run(scans)
    finally:
        passing.cancel()


def main(site: Path, speed: float, scans: int, every: int, sabotage: str) -> int:
    """Run so many scans; returns the daemon's exit code."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    clock = PacedClock(speed, NINE_IN_THE_MORNING)
    loading = load_all(site, clock, shadow=False)
    if loading.loaded is None:
        raise SystemExit(str(loading.problems))
    service = Service(loading.loaded, clock)
    hide = show(service, loading.loaded, clock, shadow=False)
    service.daemon.listen("sampler", Sampler(service, every).after)
    if sabotage:
        service.daemon.listen("sabotage", _leak(sabotage, []))
    try:
        return asyncio.run(_run(service, clock, scans))
    finally:
        hide()
        service.close()


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(
        main(Path(words[0]), float(words[1]), int(words[2]), int(words[3]), "".join(words[4:]))
    )
