"""The daemon of a soak, a process of its own, which says what it holds every so many scans.

    python -m tests.reliability.soak_daemon SITE SPEED MEMORY SCANS EVERY [SABOTAGE]

It is `thermiq run` on a clock that is SPEED times as fast: scans of 500 ms come every 500/SPEED ms,
and everything that waits on the clock (polls, time to live, tokens, saves) scales with them.
"""

import asyncio
import contextlib
import ctypes
import gc
import json
import logging
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from adapters.cli.faces import show
from adapters.runtime.loading import load_all
from adapters.runtime.service import Service
from adapters.simulated.house import NINE_IN_THE_MORNING
from engine.control.scan import Scan
from engine.values.fact import Quality
from tests.reliability.common_clock import DAEMON, CommonClock

WRITEBACK_S = 30.0
"""After which a system writes to the medium what nobody has forced there (`dirty_expire`)."""
PAGE_MIB = resource.getpagesize() / 2**20


class _MallInfo(ctypes.Structure):
    """What glibc's mallinfo2(3) returns, in bytes: of its heap, and of maps of their own."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd",
            "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    ]  # fmt: skip


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
            "blocks": sys.getallocatedblocks(),
            "heap_mib": _heap_mib(),
            "rss_mib": int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE_MIB,
            "fds": len(list(Path("/proc/self/fd").iterdir())),
            "threads": threading.active_count(),
            "tasks": len(asyncio.all_tasks()),
            "written": _written(),
            "failures": sum(each.failures for each in health.values()),
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _heap_mib() -> float:
    """Return what libraries in C hold: all that is in use but Python's own small objects."""
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = _MallInfo
    told = mallinfo2()
    return (told.uordblks + told.hblkhd) / 2**20


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


async def _write_back(folder: Path, clock: CommonClock) -> None:
    """Write to the medium what lies in memory, for the system does it by a clock of its own.

    A page that is written twice between would else count once in fifty times as many cases.
    """
    while True:
        await clock.sleep(WRITEBACK_S)
        await asyncio.to_thread(_force_files, folder)


def _force_files(folder: Path) -> None:
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError, IsADirectoryError), path.open("rb") as file:
            os.fdatasync(file.fileno())


async def _run(service: Service, folder: Path, clock: CommonClock, scans: int) -> int:
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, service.daemon.stop)
    beside = [asyncio.create_task(each) for each in (clock.run(), _write_back(folder, clock))]
    try:
        return await service.daemon.run(scans)
    finally:
        for task in beside:
            task.cancel()


def main(site: Path, clock: CommonClock, scans: int, every: int, sabotage: str) -> int:
    """Run so many scans; returns the daemon's exit code."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    loading = load_all(site, clock, shadow=False)
    if loading.loaded is None:
        raise SystemExit(str(loading.problems))
    service = Service(loading.loaded, clock)
    hide = show(service, loading.loaded, clock, shadow=False)
    service.daemon.listen("sampler", Sampler(service, every).after)
    if sabotage:
        service.daemon.listen("sabotage", _leak(sabotage, []))
    try:
        return asyncio.run(_run(service, loading.loaded.state_folder, clock, scans))
    finally:
        hide()
        service.close()


if __name__ == "__main__":
    site, speed, memory, scans, every, *sabotage = sys.argv[1:]
    clock = CommonClock(int(memory), DAEMON, float(speed), NINE_IN_THE_MORNING)
    sys.exit(main(Path(site), clock, int(scans), int(every), "".join(sabotage)))
