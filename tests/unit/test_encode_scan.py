"""The encoding of a scan agrees with the scan itself: the most important test of all proofs.

Random rulebooks, facts, memories, overrides and resets; every variable of the encoding is fixed to
what the real scan is given, and every truth, decision and memory must come out the same.
"""

from random import Random

import pytest

from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.language.literals import TooManyAlternativesError
from engine.workshop.encode_memory import start
from engine.workshop.encode_scan import book_of, encode
from engine.workshop.prove_plan import plan
from tests.making.pinned import ROUNDING, Pinned, disagreement
from tests.making.plants import Style, make_rulebook
from tests.making.series import make_series

SCANS = 5


def compare(seed: int) -> str:
    """Return where encoding and scan differ on the rulebook and the series of a seed."""
    random = Random(seed)  # noqa: S311 - tests repeat
    rulebook = make_rulebook(random, Style())
    steps = make_series(random, rulebook, SCANS)
    try:
        program = compile_program(rulebook)
    except TooManyAlternativesError:
        return ""
    book = book_of(rulebook, plan(rulebook))
    memory, facts = start(rulebook, book.expressions, book.states)
    encoded, retained = encode(book, memory, 1), initial(program)
    for number, step in enumerate(steps):
        result = scan(program, retained, step.image, step.moment)
        found = disagreement(Pinned(book, encoded, program, retained, result), facts)
        if found:
            return found if found == ROUNDING else f"scan {number}: {found}"
        retained = result.retained
    return ""


@pytest.mark.no_cover
@pytest.mark.parametrize("block", range(4))
def test_the_encoding_decides_what_the_scan_decides(block: int) -> None:
    found = {seed: compare(seed) for seed in range(block * 12, block * 12 + 12)}
    wrong = {seed: text for seed, text in found.items() if text not in {"", ROUNDING}}
    assert not wrong
    assert sum(text == ROUNDING for text in found.values()) <= 1
