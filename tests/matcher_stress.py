"""Random rulesets through durable-rules beside a naive loop, to be run long or under valgrind.

    .venv/bin/python -m tests.matcher_stress --rulesets 2000 --seed 1
    PYTHONMALLOC=malloc valgrind -q .venv/bin/python -m tests.matcher_stress --rulesets 25

Rulesets are made, kept a while, evaluated in turns and dropped, as in a daemon that reloads rules.
"""

import argparse
import random
from collections.abc import Sequence

from engine.inference.matcher import Matcher, Pattern

KEPT = 8
SIZES = (1, 3, 8, 24, 24, 48, 90)
SYMBOLS = (3, 8, 20, 40)


def naive(patterns: Sequence[Pattern], symbols: Sequence[str]) -> set[int]:
    """Return the patterns that fire, by looking at all of them until nothing changes."""
    known, fired = set(symbols), set[int]()
    while True:
        new = {
            index
            for index, pattern in enumerate(patterns)
            if index not in fired and known.issuperset(pattern.needs)
        }
        if not new:
            return fired
        fired |= new
        known |= {patterns[index].asserts for index in new}


def wrong_evaluations(rulesets: int, seed: int) -> tuple[int, int]:
    """Return how many evaluations there were and how many of them differ from the naive loop."""
    choose = random.Random(seed)  # noqa: S311 - a seeded stress, no secret
    kept: list[tuple[Matcher, list[Pattern], list[str]]] = []
    evaluations = wrong = 0
    for number in range(rulesets):
        count = choose.choice(SYMBOLS)
        names = [f"{symbol}{sign}" for symbol in range(count) for sign in "+-"]
        patterns = []
        for _ in range(choose.choice(SIZES)):
            size = min(len(names), choose.randint(1, choose.choice((2, 5, 16))))
            asserts = choose.choice(("", "", "", f"{choose.randrange(count)}+"))
            patterns.append(Pattern(tuple(sorted(choose.sample(names, size))), asserts))
        kept.append((Matcher(f"stress{number % 5}", patterns), patterns, names))
        for matcher, known, symbols in choose.sample(kept, min(3, len(kept))):
            for _ in range(12):
                share = choose.random()
                given = [symbol for symbol in symbols if choose.random() < share]
                evaluations += 1
                wrong += matcher.fired(given) != naive(known, given)
        if len(kept) > KEPT:
            kept.pop(choose.randrange(len(kept)))
    return evaluations, wrong


def main() -> None:
    """Run as told and say what came out; exit 1 if anything was wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rulesets", type=int, default=700)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    evaluations, wrong = wrong_evaluations(told.rulesets, told.seed)
    print(f"{told.rulesets} rulesets, {evaluations} evaluations, {wrong} wrong")  # noqa: T201 - a command
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
