"""Hypothesis strategies over the makers: what a property is tried on.

A case is drawn by its seed: Hypothesis then keeps the seeds that failed, and the makers spread
further than they would on randomness that Hypothesis prefers small.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from random import Random

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from engine.control.decision import Decision
from engine.control.program import compile_program
from engine.control.scan import Scan, initial, scan
from engine.language.literals import TooManyAlternativesError
from engine.language.plant import Output
from engine.language.rulebook import Rulebook
from engine.values.fact import Value
from tests.making.plants import Style, make_rulebook
from tests.making.series import Step, make_series

lawful = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
"""Enough for each run; the oracle tries many more."""


class Case:
    """A rulebook, compiled, what some scans are given, and randomness for the rest of the test."""

    def __init__(self, seed: int, style: Style, scans: int) -> None:
        """Make the case of a seed; raise TooManyAlternativesError if `check` would refuse it."""
        self.seed = seed
        self.random = Random(seed)  # noqa: S311 - tests repeat
        self.book = make_rulebook(self.random, style)
        self.program = compile_program(self.book)
        self.steps = make_series(self.random, self.book, scans)

    def __repr__(self) -> str:
        return f"Case of seed {self.seed}"

    def under(self, book: Rulebook) -> "Case":
        """Return the same case under other rules for the same plant."""
        other = copy(self)
        other.book, other.program = book, compile_program(book)
        return other


@st.composite
def cases(draw: st.DrawFn, style: Style = Style(), scans: int = 15) -> Case:  # noqa: B008 - frozen
    """Draw a rulebook that compiles, and a series for it."""
    try:
        return Case(draw(st.integers(0, 2**48)), style, scans)
    except TooManyAlternativesError:
        assume(False)
        raise


@dataclass(frozen=True)
class Seen:
    """One scan: what it was given, what it found, and the one before (None for the first)."""

    step: Step
    result: Scan
    before: "Seen | None"

    @property
    def decisions(self) -> dict[str, Decision]:
        return {decision.output: decision for decision in self.result.decisions}

    def latched(self, case: Case) -> set[str]:
        trips = zip(case.book.trips, self.result.retained.trips, strict=True)
        return {trip.id for trip, state in trips if state.latched}

    def truths(self, case: Case) -> dict[str, bool | None]:
        rules = zip(case.book.rules, self.result.trace.rule_truths, strict=True)
        return {rule.id: truth for rule, truth in rules}

    def value_before(self, output: Output) -> Value:
        return output.failsafe if self.before is None else self.before.decisions[output.name].value


def run(case: Case) -> Iterator[Seen]:
    """Yield the scans of a case."""
    state, before = initial(case.program), None
    for step in case.steps:
        result = scan(case.program, state, step.image, step.moment)
        before = Seen(step, result, before)
        state = result.retained
        yield before
