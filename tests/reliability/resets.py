"""P13: no reset without the whole handshake, and none starts anything."""

import argparse
import logging
import tempfile
from pathlib import Path

from tests.reliability import reset_world
from tests.reliability.outcome import Outcome

STEPS = 500
"""So many things happen to one controller."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add how many, and from which seed."""
    parser.add_argument("--count", type=int, default=20_000, help="things that happen in all")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")


def run(options: argparse.Namespace) -> Outcome:
    """Play them all; the first that goes wrong ends it."""
    logging.getLogger("adapters").setLevel(logging.CRITICAL)  # every reset is a line else
    worlds = -(-options.count // STEPS)
    granted, wrong = 0, ""
    with tempfile.TemporaryDirectory() as folder:
        kit = reset_world.Kit(Path(folder))
        for seed in range(options.seed, options.seed + worlds):
            try:
                granted += reset_world.run(kit, seed, STEPS)
            except AssertionError as error:
                wrong = str(error)
                break
    figure = f"{worlds * STEPS} things that happen, {granted} resets granted, 0 wrongly"
    seeds = (options.seed, options.seed + worlds)
    return Outcome("P13 resets", wrong or figure, kept=not wrong, seeds=seeds)
