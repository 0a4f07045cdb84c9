"""Comfort as an operator writes it: conditions that should hold, and for how long they did not.

A wish such as `hotwater.top >= 45 °C` becomes a named condition that no rule reads, so the scan
itself computes it: with times, averages and all three truths, and without touching a decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.control.program import Program
from engine.control.scan import Scan
from engine.language.document import Scalar
from engine.language.expression import NameKind
from engine.language.numbers import Numbers
from engine.language.placement import CONDITION
from engine.language.position import Position
from engine.language.problem import Problem
from engine.language.reader import Reader
from engine.language.registry import Registry
from engine.language.rulebook import Condition, Rulebook
from engine.language.scope import Entry, Scope
from engine.language.types import BOOL
from engine.values.truth import Truth

MOST_WISHES = 20
SHOWN_AS = "--comfort"


@dataclass(frozen=True, slots=True)
class ComfortReport:
    """For how long one wish did not hold, could not be told, and how often it ceased to hold."""

    wish: str
    outside_s: float
    unknown_s: float
    times: int


def with_wishes(book: Rulebook, wishes: Sequence[str]) -> tuple[Rulebook, tuple[Problem, ...]]:
    """Return the rulebook with a condition for each wish, and what is wrong with the wishes."""
    scope = Scope()
    scope.add_plant(book.plant)
    problems: list[Problem] = []
    numbers = Numbers(scope, problems)
    for signal in book.signals:
        shown = numbers.shown_unit(signal.expression)
        entry = Entry(NameKind.SIGNAL, signal.expression.type, signal.position, shown=shown)
        scope.entries[signal.name] = entry
    for condition in book.conditions:
        scope.entries[condition.name] = Entry(NameKind.CONDITION, BOOL, condition.position)
    outputs = {output.name: output for output in book.plant.outputs}
    reader = Reader(scope, Registry(problems), outputs, problems)
    found = list(book.conditions)
    for number, wish in enumerate(wishes):
        place = Position(SHOWN_AS, number + 1, 1, 1 + len(wish))
        scalar = Scalar(wish, "", place, wish, 0)
        tree = reader.condition(scalar, f"condition:{_name(number)}", CONDITION)
        if tree is not None:
            found.append(Condition(_name(number), tree, SHOWN_AS, place))
    return replace(book, conditions=tuple(found)), tuple(problems)


def _name(number: int) -> str:
    """Return a name that no file can use: it has a space in it."""
    return f"comfort {number + 1}"


class ComfortTally:
    """Counts how long each wish did not hold in a run of scans."""

    def __init__(self, program: Program, wishes: Sequence[str]) -> None:
        """Find the wishes in a program that was compiled with them."""
        self._wishes = tuple(wishes)
        named = program.network.slots.named
        numbers = range(len(self._wishes))
        self._slots = [named[NameKind.CONDITION, _name(number)] for number in numbers]
        self._truths: list[Truth] = [True] * len(self._slots)
        self._since_ms = [0] * len(self._slots)
        self._outside_ms = [0] * len(self._slots)
        self._unknown_ms = [0] * len(self._slots)
        self._times = [0] * len(self._slots)

    def add(self, at_ms: int, scan: Scan) -> None:
        """Take in one scan; what it says holds until the next one."""
        slots = scan.trace.slots
        for place, slot in enumerate(self._slots):
            value = slots[slot]
            now = value if isinstance(value, bool) else None
            if now is not self._truths[place]:
                self._book(place, at_ms)
                self._times[place] += now is False
                self._truths[place] = now

    def pause(self, end_ms: int) -> None:
        """Hear that the last scan held until `end_ms`, and nobody looked any more."""
        for place in range(len(self._slots)):
            self._book(place, end_ms)
            self._truths[place] = True

    def _book(self, place: int, at_ms: int) -> None:
        elapsed_ms = at_ms - self._since_ms[place]
        if self._truths[place] is False:
            self._outside_ms[place] += elapsed_ms
        elif self._truths[place] is None:
            self._unknown_ms[place] += elapsed_ms
        self._since_ms[place] = at_ms

    def report(self) -> tuple[ComfortReport, ...]:
        """Return what was counted up to the last `pause`."""
        return tuple(
            ComfortReport(wish, outside / 1000, unknown / 1000, times)
            for wish, outside, unknown, times in zip(
                self._wishes, self._outside_ms, self._unknown_ms, self._times, strict=True
            )
        )
