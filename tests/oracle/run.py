"""Compare engine and oracle on many random rulebooks.

`python -m tests.oracle.run --rulesets 20000 --seed 1` prints the progress, and each disagreement
with the seed that repeats it and the smallest part of the rulebook that still disagrees.
"""

import argparse
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import fields, replace

from engine.language.literals import TooManyAlternativesError
from engine.language.rulebook import Rulebook
from tests.making.plants import Style, make_rulebook
from tests.making.series import Step, make_series
from tests.oracle.compare import disagreement

SCANS = 25
_REPORT_EVERY = 500
_SILENCE = (
    r"(, )?\w*position=Position\([^)]*\)",
    r", (type|unit)=(\w*Type|Unit)\((\([^()]*\)|\(\([^()]*\),? ?\)|[^()]|\(\(.*?\)\))*?\)",
)


def made(seed: int) -> tuple[Rulebook, list[Step]]:
    """Return the rulebook and the series of a seed."""
    source = random.Random(seed)  # noqa: S311 - tests repeat, they keep no secrets
    book = make_rulebook(source, Style())
    return book, make_series(source, book, SCANS)


def shown(book: Rulebook) -> str:
    """Return the rulebook entry by entry, without what says nothing."""
    entries = [entry for f in fields(book)[1:] for entry in getattr(book, f.name)]
    text = "\n".join(f"  {entry}" for entry in (*book.plant.outputs, *entries))
    for silence in _SILENCE:
        text = re.sub(silence, "", text)
    return text


def differs(book: Rulebook, steps: list[Step]) -> str:
    """Return the disagreement; a rulebook that `check` would refuse has none."""
    try:
        return disagreement(book, steps)
    except TooManyAlternativesError:
        return ""


def _smaller(book: Rulebook) -> Iterator[Rulebook]:
    for field in fields(book):
        entries = getattr(book, field.name)
        if isinstance(entries, tuple):
            for place in range(len(entries)):
                yield replace(book, **{field.name: entries[:place] + entries[place + 1 :]})


def shrunk(book: Rulebook, steps: list[Step]) -> tuple[Rulebook, list[Step]]:
    """Return a rulebook without what the disagreement does not need."""
    for candidate in _smaller(book):
        try:
            if differs(candidate, steps):
                return shrunk(candidate, steps)
        except (LookupError, AttributeError):
            continue  # something read what was left out
    return book, steps


def main() -> int:
    """Return 1 if something disagreed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rulesets", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    wrong = 0
    for seed in range(asked.seed, asked.seed + asked.rulesets):
        book, steps = made(seed)
        found = differs(book, steps)
        if found:
            wrong += 1
            smallest, _ = shrunk(book, steps)
            sys.stdout.write(
                f"seed {seed}: {found}\n{differs(smallest, steps)}\n{shown(smallest)}\n"
            )
        if (seed + 1 - asked.seed) % _REPORT_EVERY == 0:
            sys.stdout.write(f"{seed + 1 - asked.seed} rulebooks, {wrong} disagreements\n")
            sys.stdout.flush()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
