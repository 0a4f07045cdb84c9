"""Hypothesis strategies over the makers: what a property is tried on.

A case is drawn by its seed: Hypothesis then keeps the seeds that failed, and the makers spread
further than they would on randomness that Hypothesis prefers small.
"""

from dataclasses import dataclass
from random import Random

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from engine.control.program import Program, compile_program
from engine.inference.literals import TooManyAlternativesError
from engine.language.rulebook import Rulebook
from tests.making.plants import Style, make_rulebook
from tests.making.series import Step, make_series

lawful = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
"""Enough for each run; the oracle tries many more."""


@dataclass(frozen=True)
class Case:
    """A rulebook, compiled, what some scans are given, and randomness for the rest of the test."""

    book: Rulebook
    program: Program
    steps: list[Step]
    random: Random


@st.composite
def cases(draw: st.DrawFn, style: Style = Style(), scans: int = 15) -> Case:  # noqa: B008 - frozen
    """Draw a rulebook that compiles, and a series for it."""
    random = Random(draw(st.integers(0, 2**48)))  # noqa: S311 - tests repeat
    book = make_rulebook(random, style)
    try:
        program = compile_program(book)
    except TooManyAlternativesError:
        assume(False)
        raise
    return Case(book, program, make_series(random, book, scans), random)
