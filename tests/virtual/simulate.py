"""`python -m tests.reliability simulate`: storms by the thousand, and one seed again, told.

simulate --years 100 --seed-from 1000      and what came of it is added to `counted.json`
simulate --seed 1007 [--hours 24]          the story of one seed, as it was
simulate --seed 1007 --smaller             which faults it takes to fail
"""

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from multiprocessing import Pool
from pathlib import Path

from tests.reliability import outcome
from tests.virtual.faults import KINDS
from tests.virtual.site import asp1
from tests.virtual.storm import HOURS, Outcome, play, smaller

COUNTED = Path(__file__).with_name("counted.json")
YEAR_H = 8766.0
SHOWN_MAX = 20
SELDOM = 50_000
"""So many new objects between two looks of the collector."""


@dataclass(slots=True)
class Counted:
    """What all runs have come to so far; `seeds` are first and last of each run."""

    scans: int = 0
    faults: int = 0
    deaths: int = 0
    violations: int = 0
    simulated_days: float = 0.0
    seeds: list[list[int]] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> "Counted":
        """Return what a file says; nothing if there is none."""
        return cls(**json.loads(path.read_text("utf-8"))) if path.exists() else cls()

    def add(self, found: Outcome, days: float) -> None:
        """Count one seed."""
        self.scans += found.scans
        self.faults += found.faults
        self.deaths += found.lives - 1
        self.violations += len(found.violations)
        self.simulated_days = round(self.simulated_days + days, 3)
        if self.seeds and self.seeds[-1][1] == found.seed - 1:
            self.seeds[-1][1] = found.seed
        else:
            self.seeds.append([found.seed, found.seed])

    def write(self, path: Path) -> None:
        """Write it down."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--years", type=float, default=0.5, help="simulated years (default 0.5)")
    parser.add_argument("--seed-from", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--seed", type=int, help="tell the story of one seed")
    parser.add_argument("--smaller", action="store_true", help="with --seed: what it takes to fail")
    parser.add_argument("--hours", type=float, default=HOURS, help="of one seed (default 24)")
    parser.add_argument("--period", type=float, default=5.0, help="from scan to scan, in s")
    parser.add_argument("--minutes", type=float, help="stop after so many minutes")
    parser.add_argument("--cores", type=int, default=1, help="seeds at a time (default 1)")
    parser.add_argument("--no-count", action="store_true", help="leave counted.json as it is")


def run(options: argparse.Namespace) -> outcome.Outcome:
    """Run what is asked for."""
    if options.seed is not None:
        return _one(options)
    total, began_s, until_s = Counted(), time.monotonic(), options.minutes or 1e9
    first = options.seed_from
    for found in _played(options):
        total.add(found, options.hours / 24)
        for violation in found.violations[:SHOWN_MAX]:
            sys.stdout.write(f"seed {found.seed}: {violation}\n")
        if not options.no_count:
            counted = Counted.read(COUNTED)
            counted.add(found, options.hours / 24)
            counted.write(COUNTED)
        if time.monotonic() - began_s > until_s * 60.0:
            break
    seeds = (first, total.seeds[-1][1] + 1) if total.seeds else None
    return _outcome(total, options.period, seeds)


def _played(options: argparse.Namespace) -> Iterator[Outcome]:
    """Yield seed after seed, in order."""
    count = max(1, round(options.years * YEAR_H / options.hours))
    seeds = range(options.seed_from, options.seed_from + count)
    do: Callable[[int], Outcome] = partial(_play, hours=options.hours, period_s=options.period)
    if options.cores <= 1:
        yield from map(do, seeds)
        return
    with Pool(options.cores) as pool:
        yield from pool.imap(do, seeds)


def _play(seed: int, hours: float, period_s: float) -> Outcome:
    _settle_gc(period_s)
    return play(seed, KINDS, hours=hours, period_s=period_s)


@cache
def _settle_gc(period_s: float) -> None:
    """Let the collector leave alone what stays for good, and come more seldom."""
    asp1(period_s)
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM)


def _one(options: argparse.Namespace) -> outcome.Outcome:
    """Tell one seed's story; with `--smaller` find what it takes."""
    say = partial(print, flush=True)
    found = play(options.seed, KINDS, hours=options.hours, period_s=options.period, log=say)
    say("switched on:", ", ".join(found.enabled))
    if options.smaller and found.violations:
        needed = smaller(options.seed, KINDS, found, options.hours)
        say("it takes:", ", ".join(needed) or "no fault at all")
    total = Counted()
    total.add(found, options.hours / 24)
    return _outcome(total, options.period, (options.seed, options.seed + 1))


def _outcome(total: Counted, period_s: float, seeds: tuple[int, int] | None) -> outcome.Outcome:
    figure = (
        f"{total.simulated_days:g} plant-days at {period_s:g} s, {total.scans} scans,"
        f" {total.faults} faults, {total.deaths} deaths of the process,"
        f" {total.violations} violations of I1 to I15"
    )
    return outcome.Outcome("P6 simulated operation", figure, not total.violations, seeds)
