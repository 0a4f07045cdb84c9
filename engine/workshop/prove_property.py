"""What is to be proved: a property as a term over one encoded scan, and again over a real one.

The second, in plain Python on what `scan` decided, is what every counterexample is tried on before
anybody hears of it. The two must be written apart, or one mistake would confirm the other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import z3

from engine.control.program import Program
from engine.control.scan import Scan
from engine.control.state import Retained
from engine.language.expression import Expression
from engine.language.position import NOWHERE, Position
from engine.values.fact import Value
from engine.workshop.encode_scan import Book, Encoded


class Kind(Enum):
    """What a property is about."""

    NEVER = "never"
    """An operator's own claim, from a file of scenarios."""
    INTERLOCK = "interlock"
    LIMIT = "limit"
    TRIP = "trip"
    LATCH = "latch"
    PERMISSIVE = "permissive"
    RANGE = "range"
    CONFLICT = "conflict"
    DECIDED = "decided"
    FIRES = "fires"
    HEARD = "heard"
    STEADY = "steady"


class Verdict(Enum):
    """What came of a proof."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """One real scan: the memory before it, what was decided, and the values of all outputs."""

    program: Program
    before: Retained
    scan: Scan

    def decided(self, output: str) -> Value:
        """Return the decided value of an output."""
        return next(each.value for each in self.scan.decisions if each.output == output)

    def last(self, output: str) -> Value:
        """Return what was decided in the scan before."""
        outputs = self.program.rulebook.plant.outputs
        states = zip(outputs, self.before.outputs, strict=True)
        return next(state.value for each, state in states if each.name == output)

    def slots(self) -> list[Value | None]:
        """Return all values, those of the outputs as they were decided in the end."""
        found = list(self.scan.trace.slots)
        network = self.program.network
        for slot, decision in zip(network.deciding, self.scan.decisions, strict=True):
            found[slot] = decision.value
        return found


@dataclass(frozen=True, slots=True)
class Hope:
    """What a scenario expects that shows a violation, so that it fails until the rules are mended.

    Outputs should have had these values, or rules should not have been TRUE; `never` is a condition
    that should not have been TRUE, under a `name`.
    """

    outputs: tuple[tuple[str, Value], ...] = ()
    silent: tuple[str, ...] = ()
    never: Expression | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    """One thing that must hold in every scan, or (`somewhere`) in at least one.

    `wrong` is the term for a scan that violates it, or, with `somewhere`, for one that shows it;
    `shows` says the same of a real scan, `hope` what should have been instead.
    """

    kind: Kind
    subject: str
    text: str
    wrong: Callable[[Book, Encoded], z3.BoolRef]
    shows: Callable[[Seen], bool]
    hope: Callable[[Seen], Hope]
    somewhere: bool = False
    position: Position = field(default=NOWHERE, compare=False)

    @property
    def name(self) -> str:
        """Return how the property is called on the command line."""
        return f"{self.kind.value}:{self.subject}"
