"""P3: kill -9 at any moment, and nothing that was acknowledged is lost."""

import argparse
import random
import shutil
import tempfile
import time
from pathlib import Path

from tests.reliability.children import Child
from tests.reliability.outcome import Outcome
from tests.reliability.writer import SABOTAGES, Found, look, program_in, work

STARTING_S, WRITING_S = 0.04, 0.05
"""A third is killed so soon that it still restores, the others while they write."""
PATIENCE_S = 60.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sabotage", choices=SABOTAGES, default="")
    parser.add_argument("--folder", type=Path, help="where to write; a temporary one otherwise")


def run(options: argparse.Namespace) -> Outcome:
    """Kill a writer so many times, and compare what each start finds."""
    folder = Path(tempfile.mkdtemp(prefix="thermiq-kills-", dir=options.folder))
    try:
        return kill_writers(folder, options.count, options.seed, options.sabotage)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def listen(child: Child, found: Found, lasts_s: float, word: str = "") -> None:
    """Hear a child for so long, or until it says a word."""
    end_s = time.monotonic() + lasts_s
    while (left_s := end_s - time.monotonic()) > 0:
        lines = child.heard(left_s)
        for line in lines:
            found.hear(line)
        if word and any(line.startswith(word) for line in lines):
            return


def kill_writers(folder: Path, count: int, seed: int, sabotage: str) -> Outcome:
    """Kill `count` writers that follow one another in one state folder."""
    program = program_in(folder / "rules")
    found = Found()
    state = folder / "state"
    begun_s = time.monotonic()
    for number in range(seed, seed + count):
        chance = random.Random(number)  # noqa: S311 - a moment is drawn, not a secret
        child = Child(work(state, program, number, sabotage))
        if chance.random() < 1 / 3:
            listen(child, found, chance.random() * STARTING_S)
        else:
            listen(child, found, PATIENCE_S, "= rules")
            listen(child, found, chance.random() * WRITING_S)
        for line in child.kill():
            found.hear(line)
        if sabotage and found.lost:
            break
    done = number - seed + 1
    for line in Child(look(state, program, sabotage)).wait():
        found.hear(line)
    took_s = time.monotonic() - begun_s
    figure = (
        f"{done} kills ({done / took_s:.0f} a second), {found.count} acknowledgements, "
        f"{len(found.lost)} lost"
    )
    if found.lost:
        figure += f"; first {found.lost[0]}"
    kept = not found.lost and found.count > 0
    return Outcome("P3 `kill -9` of who writes the state", figure, kept, (seed, seed + done))
