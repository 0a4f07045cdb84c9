"""One scan of 100 rules, 60 facts and 20 outputs with full reasons.

Three cases: every value moves and no condition changes; one condition changes to a combination seen
before; one changes to a combination never seen, so that the matcher is asked. Measured in a process
with the environment that the unit gives the daemon: how glibc keeps memory matters to the matcher.
"""

import json
import os
import subprocess
import sys
from dataclasses import astuple
from itertools import count, cycle

from benchmarks.house import Runner, program
from benchmarks.measure import Row, microseconds, quantiles, timed, unit_environment

_LOW, _HIGH = 4_000.0, 10_000.0
"""Below and between the thresholds of the rules."""


def run() -> list[Row]:
    """Have the three cases measured as the daemon runs them."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.scan"],
        env=os.environ | unit_environment(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return [Row(*each) for each in json.loads(told.stdout)]


def _measured() -> list[Row]:
    """Measure the three cases."""
    ready = program(rules=100, facts=60, outputs=20)
    moved = Runner(ready)
    wobble = cycle(range(50))

    def all_move() -> None:
        shift = next(wobble)
        moved.scan([_HIGH + shift + n for n in range(60)])

    calm = timed(all_move, 5_000)
    toggled = Runner(ready)
    high = cycle((True, False))

    def one_toggles() -> None:
        first = _HIGH if next(high) else _LOW
        toggled.scan([first, *(_HIGH,) * 59])

    seen = timed(one_toggles, 5_000)
    fresh = Runner(ready)
    steps = count(1)
    values = [_LOW] * 60

    def never_seen() -> None:
        step = next(steps)
        place = (step & -step).bit_length() % 60  # a Gray code: one fact changes, never a repeat
        values[place] = _LOW if values[place] == _HIGH else _HIGH
        fresh.scan(values)

    new = timed(never_seen, 3_000, warm_up=50)
    rows = [
        ("all values moved, no condition changed", calm, 60e-6, None),
        ("one condition changed, combination seen before", seen, 80e-6, None),
        ("one condition changed, combination never seen", new, 500e-6, 2e-3),
    ]
    result = []
    for what, times, middle_s, high_s in rows:
        middle, p99 = quantiles(times)
        kept = middle <= middle_s and (high_s is None or p99 <= high_s)
        budget = f"p50 ≤ {middle_s * 1e6:.0f} µs" + ("" if high_s is None else ", p99 ≤ 2 ms")
        result.append(Row(what, microseconds(times), budget, kept))
    return result


if __name__ == "__main__":
    print(json.dumps([astuple(row) for row in _measured()]))
