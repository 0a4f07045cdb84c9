"""Whether memory grows: 100,000 scans of 100 rules, with conditions that change all the time."""

import gc

from benchmarks.house import Runner, program
from benchmarks.measure import Row, resident_mib

_SCANS = 100_000


def run() -> list[Row]:
    """Measure what the process holds before and after."""
    runner = Runner(program(rules=100, facts=60, outputs=20))
    for step in range(20_000):
        runner.scan(_values(step))
    gc.collect()
    before = resident_mib()
    for step in range(_SCANS):
        runner.scan(_values(step))
    gc.collect()
    grown = resident_mib() - before
    return [
        Row("growth in 100,000 scans", f"{grown:+.2f} MiB", "≤ 0.5 MiB", grown <= 0.5),
        Row("this process, 100 rules loaded", f"{resident_mib():.0f} MiB"),
    ]


def _values(step: int) -> list[float]:
    """Return values of which one crosses its threshold in each scan, in a cycle of 4,096."""
    return [10_000.0 if step >> (n % 12) & 1 else 4_000.0 for n in range(60)]
