"""What a chart shows of a run of scans, collected while they pass.

Measured values are looked at now and then, as often as a chart can show; decisions are kept
whenever they change, so that no switching is lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.control.decision import Decision
from engine.control.scan import Scan
from engine.language.expression import Comparison, Expression, Name, NameKind, Number, walk
from engine.language.plant import Plant
from engine.language.rulebook import Rulebook
from engine.values.fact import Value
from engine.workshop.meter import Consumer, Meter
from engine.workshop.sources import Shares
from engine.workshop.tally import VetoKey, vetoes

MOST_SAMPLES = 6_000
"""More than a chart has pixels across."""
_MOST_MARKS = 20_000


class Sample(NamedTuple):
    """The facts and the mix of sources at one moment, and what each consumer draws, in W."""

    at_ms: int
    values: tuple[Value | None, ...]
    mix: Shares
    powers_w: tuple[float, ...]


class Mark(NamedTuple):
    """A veto on an output, or an alarm (`output` is empty), from `at_ms` to `end_ms`."""

    at_ms: int
    output: str
    kind: str
    by: str
    end_ms: int = 0


class Switch(NamedTuple):
    """From here on the output has this value."""

    at_ms: int
    value: Value


@dataclass(slots=True)
class Stretch:
    """A time without a gap."""

    start_ms: int
    end_ms: int = 0
    samples: list[Sample] = field(default_factory=list)
    switches: dict[str, list[Switch]] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Limit:
    """A value that protecting rules compare a point with, in the point's unit."""

    point: str
    value: float
    above: bool
    """True: the point shall not rise above it."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything to draw."""

    title: str
    time_zone: str
    plant: Plant
    stretches: tuple[Stretch, ...]
    consumers: tuple[Consumer, ...]
    limits: tuple[Limit, ...]


class Collector:
    """Takes in scans and keeps what a chart needs; `meter` has heard of each scan already."""

    def __init__(self, rulebook: Rulebook, meter: Meter, every_ms: int) -> None:
        """Sample every `every_ms`; see `sampling`."""
        self._rulebook = rulebook
        self._meter = meter
        self._every_ms = every_ms
        self._stretches: list[Stretch] = []
        self._current: Stretch | None = None
        self._due_ms = 0
        self._decisions: tuple[Decision, ...] = ()
        self._vetoes: dict[str, tuple[VetoKey, ...]] = {}
        self._alarms: frozenset[tuple[str, str]] = frozenset()
        self._marks = 0
        self._standing: dict[tuple[str, str, str], int] = {}
        """Where in the marks of the stretch those stand that have not ended."""

    def add(self, at_ms: int, scan: Scan) -> None:
        """Take in one scan."""
        current = self._current
        if current is None:
            current = self._current = Stretch(at_ms)
            self._stretches.append(current)
            self._decisions, self._due_ms = (), at_ms
        if at_ms >= self._due_ms:
            self._due_ms = at_ms + self._every_ms
            powers = self._meter.powers_w
            current.samples.append(Sample(at_ms, scan.trace.image.values, self._meter.mix, powers))
        if scan.decisions != self._decisions:
            self._decided(at_ms, current, scan.decisions)
            self._decisions = scan.decisions
        if scan.trace.alarms or self._alarms:
            now = frozenset((alarm.kind.value, alarm.subject) for alarm in scan.trace.alarms)
            for kind, subject in sorted(self._alarms - now):
                self._end(current, ("", kind, subject), at_ms)
            for kind, subject in sorted(now - self._alarms):
                self._begin(current, Mark(at_ms, "", kind, subject))
            self._alarms = now

    def _decided(self, at_ms: int, current: Stretch, decisions: tuple[Decision, ...]) -> None:
        for decision in decisions:
            switches = current.switches.setdefault(decision.output, [])
            if not switches or switches[-1].value != decision.value:
                switches.append(Switch(at_ms, decision.value))
            before = self._vetoes.get(decision.output, ())
            now = vetoes(decision)
            if now != before:
                self._vetoes[decision.output] = now
                for kind, by in before:
                    if (kind, by) not in now:
                        self._end(current, (decision.output, kind, by), at_ms)
                for kind, by in now:
                    if (kind, by) not in before:
                        self._begin(current, Mark(at_ms, decision.output, kind, by))

    def _begin(self, current: Stretch, mark: Mark) -> None:
        if self._marks < _MOST_MARKS:
            self._marks += 1
            self._standing[mark.output, mark.kind, mark.by] = len(current.marks)
            current.marks.append(mark)

    def _end(self, current: Stretch, key: tuple[str, str, str], at_ms: int) -> None:
        place = self._standing.pop(key, None)
        if place is not None:
            current.marks[place] = current.marks[place]._replace(end_ms=at_ms)

    def pause(self, end_ms: int) -> None:
        """End a stretch."""
        if self._current is not None:
            self._current.end_ms = end_ms
            for key in tuple(self._standing):
                self._end(self._current, key, end_ms)
        self._current = None
        self._vetoes, self._alarms = {}, frozenset()

    def chart(self, title: str) -> Chart:
        """Return what was collected."""
        plant = self._rulebook.plant
        return Chart(
            title,
            plant.site.time_zone,
            plant,
            tuple(self._stretches),
            self._meter.consumers,
            limits(self._rulebook),
        )


def sampling(total_ms: int, step_ms: int) -> int:
    """Return how often to sample so that a chart of `total_ms` gets no more than it can show."""
    steps = max(1, -(-total_ms // (step_ms * MOST_SAMPLES)))
    return steps * step_ms


def limits(rulebook: Rulebook) -> tuple[Limit, ...]:
    """Return the plain limits of what protects, such as `buffer.top < 75 °C` of a permissive."""
    conditions = {each.name: each.expression for each in rulebook.conditions}
    needs = [each.needs for each in rulebook.permissives]
    forbids = [each.when for each in rulebook.trips]
    forbids += [each.condition for each in rulebook.interlocks]
    found: dict[Limit, None] = {}
    for expressions, needed in ((needs, True), (forbids, False)):
        for node in _all(expressions, conditions):
            if isinstance(node, Comparison) and node.operator in ("<", "<=", ">", ">="):
                limit = _limit(node, needed=needed)
                if limit is not None:
                    found[limit] = None
    return tuple(found)


def _all(
    expressions: Iterable[Expression], conditions: dict[str, Expression]
) -> Iterable[Expression]:
    for expression in expressions:
        for node in walk(expression):
            if isinstance(node, Name) and node.kind is NameKind.CONDITION:
                yield from walk(conditions[node.name])
            else:
                yield node


def _limit(node: Comparison, *, needed: bool) -> Limit | None:
    """Return the limit that a comparison of a point with a number sets, None for any other."""
    left, right, less = node.left, node.right, node.operator in ("<", "<=")
    if isinstance(right, Name):
        left, right, less = right, left, not less
    if not isinstance(left, Name) or left.kind is not NameKind.POINT:
        return None
    if not isinstance(right, Number) or left.unit is None:
        return None
    value = right.value * right.unit.factor / left.unit.factor
    return Limit(left.name, value, above=less == needed)
