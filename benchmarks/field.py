"""The daemon with the whole house on loopback: start, memory, processor.

`thermiq run` is a process of its own; the house (inverter, meters, miners, broker, process image)
lives in this one, so figures of the daemon are the daemon's alone. The kernel's output watchdog is
off: a file has none.
"""

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.runtime.system_clock import SystemClock
from adapters.simulated.house import House, Pace
from benchmarks.measure import ROOT, RULES, Row

SECONDS = 30.0
WARM_UP_S = 10.0
PATIENCE_S = 60.0


@contextlib.asynccontextmanager
async def _running(folder: Path, rules: Path) -> AsyncIterator[tuple[int, float]]:
    """Start house and daemon; give the daemon's process, and its start in seconds."""
    house = House(folder, rules, SystemClock(), Pace(publish_s=5.0))
    sections = {"state": "state", "recorder": {"free": "1 kB"}}
    await house.start(sections, {"plc": {"watchdog_s": 0}})
    living = asyncio.create_task(house.live())
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(folder / "notify"))
        systemd.setblocking(False)
        started_s = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "adapters.cli.main", "run", "--site", str(house.site_file)),
            env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")},
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
            yield process.pid, ready_s
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
            for task in filter(None, (living, draining)):
                task.cancel()
            await asyncio.gather(*filter(None, (living, draining)), return_exceptions=True)
            await house.stop()


async def _drain(systemd: socket.socket) -> None:
    while True:
        await asyncio.get_running_loop().sock_recv(systemd, 1000)


async def whole_house(for_s: float = SECONDS) -> tuple[float, float, float]:
    """Return seconds to the first decision, MiB resident and per cent of a core, under asp1."""
    with TemporaryDirectory() as name:
        async with _running(Path(name), RULES) as (pid, ready_s):
            await asyncio.sleep(WARM_UP_S)
            before_s = _cpu_s(pid)
            await asyncio.sleep(for_s)
            return ready_s, _rss_mib(pid), 100 * (_cpu_s(pid) - before_s) / for_s


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _rss_mib(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


def run() -> list[Row]:
    """Measure it for a while."""
    ready_s, rss_mib, percent = asyncio.run(whole_house())
    return [
        Row("start to first decision", f"{ready_s:.2f} s", "≤ 3 s", ready_s <= 3.0),
        Row("resident memory", f"{rss_mib:.1f} MiB", "≤ 96 MiB", rss_mib <= 96),
        Row("processor at 2 scans/s", f"{percent:.2f} % of a core", "≤ 5 %", percent <= 5),
    ]
