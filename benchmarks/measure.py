"""How a figure is measured and shown: a row beside its budget."""

import gc
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "rules/asp1"
WEATHER = RULES / "recordings/sample_4weeks_30min.csv"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what, what was measured, what DESIGN §7 allows, and whether it is kept."""

    what: str
    measured: str
    budget: str = ""
    kept: bool | None = None


def unit_environment() -> dict[str, str]:
    """Return what the unit gives the daemon on the PLC."""
    unit = (ROOT / "deploy" / "thermiq.service").read_text("utf-8")
    return dict(re.findall(r"^Environment=(\w+)=(.*)$", unit, re.MULTILINE))


def quantiles(times_s: Iterable[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    ordered = sorted(times_s)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]


def timed(step: Callable[[], object], count: int, warm_up: int = 200) -> list[float]:
    """Return how long each of `count` calls took, in seconds."""
    for _ in range(warm_up):
        step()
    gc.collect()
    times = []
    for _ in range(count):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return times


def microseconds(times_s: Iterable[float]) -> str:
    """Return median and 99th percentile as text."""
    middle, high = quantiles(times_s)
    return f"p50 {middle * 1e6:7.1f} µs   p99 {high * 1e6:7.1f} µs"


class Spent(NamedTuple):
    """What a command took: on the clock, of a processor, and at most of memory."""

    wall_s: float
    cpu_s: float
    memory_mib: int

    def __str__(self) -> str:
        return f"{self.wall_s:.2f} s ({self.cpu_s:.2f} s of a core)"


def command(*words: str | Path) -> Spent:
    """Run a command of ours; on a busy machine the clock tells more than the command took."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "adapters.cli.main", *map(str, words)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, used = os.wait4(process.pid, 0)
    taken_s = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return Spent(taken_s, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)


def resident_mib() -> float:
    """Return what this process holds in memory now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def show(title: str, rows: Iterable[Row]) -> None:
    """Print rows as a table."""
    print(f"\n{title}")
    for row in rows:
        verdict = "" if row.kept is None else ("kept" if row.kept else "MISSED")
        print(f"  {row.what:<62} {row.measured:<40} {row.budget:<24} {verdict}".rstrip())
