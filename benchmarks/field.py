"""The daemon with the whole house on loopback: start, memory, processor (see `loopback`)."""

import asyncio
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.loopback import at_home, daemon
from benchmarks.measure import RULES, Row

SECONDS = 30.0
WARM_UP_S = 10.0


async def whole_house(for_s: float = SECONDS) -> tuple[float, float, float]:
    """Return seconds to the first decision, MiB resident and per cent of a core, under asp1."""
    with TemporaryDirectory() as name:
        async with at_home(Path(name), RULES) as house, daemon(house) as run:
            await asyncio.sleep(WARM_UP_S)
            before_s = _cpu_s(run.pid)
            await asyncio.sleep(for_s)
            used_s = _cpu_s(run.pid) - before_s
            return run.ready_s, _rss_mib(run.pid), 100 * used_s / for_s


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
