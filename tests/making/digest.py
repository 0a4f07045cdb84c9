"""`python -m tests.making.digest SEED COUNT`: one line for everything that random scans decided.

Run under two hash seeds, two equal lines mean that nothing depended on the order of a set.
"""

import hashlib
import random
import sys

from engine.control import retained
from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.language.literals import TooManyAlternativesError
from tests.making.plants import Style, make_rulebook
from tests.making.series import make_series


def digest(seed: int, count: int) -> str:
    """Return a digest of decisions, traces and retained bytes."""
    found = hashlib.sha256()
    for each in range(seed, seed + count):
        source = random.Random(each)  # noqa: S311 - tests repeat
        book = make_rulebook(source, Style())
        try:
            program = compile_program(book)
        except TooManyAlternativesError:
            continue
        state = initial(program)
        for step in make_series(source, book, 12):
            result = scan(program, state, step.image, step.moment)
            state = result.retained
            seen = (result.decisions, result.trace.slots, result.trace.alarms)
            found.update(repr((seen, result.trace.rule_truths)).encode())
            found.update(retained.save(program, state))
    return found.hexdigest()


if __name__ == "__main__":
    sys.stdout.write(digest(int(sys.argv[1]), int(sys.argv[2])) + "\n")
