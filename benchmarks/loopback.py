"""The house on loopback and `thermiq run` against it: the daemon in a process of its own.

The house (inverter, meters, miners, broker, process image) lives in this process, so what is
measured of the daemon is the daemon's alone. The kernel's output watchdog is off: a file has none.
"""

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.runtime.system_clock import SystemClock
from adapters.simulated.house import House, Pace
from benchmarks.measure import ROOT

PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """The daemon's process, and how long it took from its start to its first complete scan."""

    pid: int
    ready_s: float


@contextlib.asynccontextmanager
async def at_home(
    folder: Path, rules: Path, options: Mapping[str, Mapping[str, object]] | None = None
) -> AsyncIterator[House]:
    """Start a house in `folder` under site and rules in `rules`; stop it in the end.

    `options` go on top of those of the site's devices, by name.
    """
    house = House(folder, rules, SystemClock(), Pace(publish_s=5.0))
    sections = {"state": "state", "recorder": {"free": "1 kB"}}
    await house.start(sections, {"plc": {"watchdog_s": 0}, **(options or {})})
    living = asyncio.create_task(house.live())
    try:
        yield house
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        await house.stop()


@contextlib.asynccontextmanager
async def daemon(house: House) -> AsyncIterator[Running]:
    """Run `thermiq run` against the house; end it in order."""
    loop = asyncio.get_running_loop()
    name = house.folder / "notify"
    name.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(name))
        systemd.setblocking(False)
        started_s = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "adapters.cli.main", "run", "--site", str(house.site_file)),
            env={**os.environ, "NOTIFY_SOCKET": str(name)},
            cwd=ROOT,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        draining: asyncio.Task[None] | None = None
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not (await loop.sock_recv(systemd, 1000)).startswith(b"READY=1"):
                    pass
            ready_s = time.monotonic() - started_s
            draining = asyncio.create_task(_drain(systemd))
            yield Running(process.pid, ready_s)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
            if draining is not None:
                draining.cancel()
                await asyncio.gather(draining, return_exceptions=True)


async def _drain(systemd: socket.socket) -> None:
    while True:
        await asyncio.get_running_loop().sock_recv(systemd, 1000)
