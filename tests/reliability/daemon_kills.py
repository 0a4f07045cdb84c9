"""P3: kill -9 of a whole daemon at any moment; judged from what its PLC is told."""

import argparse
import random
import shutil
import tempfile
import time
from pathlib import Path

from tests.reliability.children import Child
from tests.reliability.outcome import Outcome
from tests.reliability.small_daemon import SABOTAGES, Judge, live, small_site

STARTING_S, LIVING_S = 0.15, 0.4
PATIENCE_S = 60.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sabotage", choices=SABOTAGES, default="")
    parser.add_argument("--folder", type=Path, help="where to write; a temporary one otherwise")


def run(options: argparse.Namespace) -> Outcome:
    """Kill a daemon so many times, and judge each of its lives."""
    folder = Path(tempfile.mkdtemp(prefix="thermiq-daemons-", dir=options.folder))
    try:
        return kill_daemons(folder, options.count, options.seed, options.sabotage)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kill_daemons(folder: Path, count: int, seed: int, sabotage: str) -> Outcome:
    """Kill `count` daemons that follow one another on one site."""
    site, judge = small_site(folder / "site"), Judge()
    begun_s = time.monotonic()
    for number in range(seed, seed + count):
        chance = random.Random(number)  # noqa: S311 - a moment is drawn, not a secret
        judge.begin()
        child = Child(live(site, number, sabotage))
        if chance.random() < 1 / 3:
            listen(child, judge, chance.random() * STARTING_S)
        else:
            listen(child, judge, PATIENCE_S, "= up")
            listen(child, judge, chance.random() * LIVING_S)
        for line in child.kill():
            judge.hear(line)
        if sabotage and judge.lost:
            break
    done = number - seed + 1
    took_s = time.monotonic() - begun_s
    figure = (
        f"{done} kills ({done / took_s:.1f} a second), {judge.count} latches, releases and "
        f"journal entries acknowledged, {len(judge.lost)} lost or unsafe"
    )
    if judge.lost:
        figure += f"; first: {judge.lost[0]}"
    kept = not judge.lost and judge.count > 0
    return Outcome("P3 `kill -9` of the whole daemon", figure, kept, (seed, seed + done))


def listen(child: Child, judge: Judge, lasts_s: float, word: str = "") -> None:
    """Hear a child for so long, or until it says a word."""
    end_s = time.monotonic() + lasts_s
    while (left_s := end_s - time.monotonic()) > 0:
        lines = child.heard(left_s)
        for line in lines:
            judge.hear(line)
        if word and any(line.startswith(word) for line in lines):
            return
