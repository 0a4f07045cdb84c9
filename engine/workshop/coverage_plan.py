"""What can be seen of a rulebook: every branch with numbered marks, and how each is looked at.

Marks are numbered through; those of one branch follow one another. A *watch* is a branch whose
outcome is computed from the slots of a trace, a *tree* the watches of one expression.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.control.program import Program
from engine.inference.inline import inlined_interlocks
from engine.language.expression import (
    All,
    Any,
    Call,
    Comparison,
    Expression,
    Name,
    Not,
    Timed,
    children,
    walk,
)
from engine.language.position import Position
from engine.language.rulebook import Interlock, Limit, Permissive, Rule, Signal, Trip
from engine.language.rulebook import Latch as Latching
from engine.language.text import number_to_text, seconds_to_text, to_text
from engine.language.types import BoolType
from engine.values.fact import Value
from engine.workshop.coverage_report import TRUTHS, Kind, Outcome, Role

_CHOOSING = ("min", "max", "clamp")


@dataclass(frozen=True, slots=True)
class Planned:
    """A branch before anything was seen. `node` is the expression as written, if it is one.

    An arm of `min`, `max` or `clamp` is number `arm` of the call `node`.
    """

    role: Role
    text: str
    position: Position
    depth: int
    first: int
    outcomes: tuple[Outcome, ...]
    node: Expression | None = None
    arm: int = 0
    about: str = ""
    """The output of a proposal or a limit."""


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """An entry of the rule files before anything was seen."""

    kind: Kind
    name: str
    position: Position
    branches: tuple[Planned, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """An expression to evaluate: a truth, or a call whose arm counts while a slot is TRUE."""

    node: Expression
    first: int
    while_slot: int | None = None


Tree = tuple[Watch, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything there is to see. Interlocks have trees of their own: they read what is decided.

    `numbers` finds the marks of what is not computed from slots: by outcome, id, and output.
    """

    entries: tuple[PlannedEntry, ...]
    count: int
    trees: tuple[Tree, ...]
    interlock_trees: tuple[Tree, ...]
    timers: dict[str, dict[Outcome, int]]
    """By the key of the timer."""
    numbers: dict[tuple[Outcome, str, str], int]


def plan_of(program: Program) -> Plan:
    """Return what can be seen of a program's rulebook."""
    planner = _Planner(program)
    book = program.rulebook
    entries = [planner.signal(each) for each in book.signals]
    entries += [
        planner.entry(Kind.CONDITION, each.name, each.position, each.expression)
        for each in book.conditions
    ]
    rules = zip(book.rules, program.network.rule_slots, strict=True)
    entries += [planner.rule(rule, slot) for rule, slot in rules]
    entries += [planner.trip(each) for each in book.trips]
    inlined, slots = inlined_interlocks(book), program.network.interlocks
    entries += [
        planner.interlock(written, run, slot)
        for written, run, slot in zip(book.interlocks, inlined, slots, strict=True)
    ]
    entries += [planner.permissive(each) for each in book.permissives]
    return Plan(
        tuple(entry for entry in entries if entry.branches),
        planner.count,
        tuple(planner.trees),
        tuple(planner.interlock_trees),
        planner.timers,
        planner.numbers,
    )


def is_choice_of_states(node: Expression) -> bool:
    """Tell whether a node is `x in [a, b]`, which counts as one comparison."""
    if not isinstance(node, Any):
        return False
    first = node.operands[0]
    return isinstance(first, Comparison) and all(
        isinstance(each, Comparison) and each.operator == "==" and each.left == first.left
        for each in node.operands
    )


def _parts(
    written: Expression, run: Expression, depth: int
) -> Iterator[tuple[Expression, Expression, int]]:
    """Yield every truth in a condition as written, with what is run for it, and its depth."""
    yield written, run, depth
    inside = isinstance(written, Not | All | Any) and not is_choice_of_states(written)
    if inside:
        for one, other in zip(children(written), children(run), strict=True):
            yield from _parts(one, other, depth + 1)


@dataclass(slots=True)
class _Planner:
    """Gives out the numbers, entry by entry."""

    program: Program
    count: int = 0
    branches: list[Planned] = field(default_factory=list)
    trees: list[Tree] = field(default_factory=list)
    interlock_trees: list[Tree] = field(default_factory=list)
    timers: dict[str, dict[Outcome, int]] = field(default_factory=dict)
    numbers: dict[tuple[Outcome, str, str], int] = field(default_factory=dict)

    def entry(
        self, kind: Kind, name: str, position: Position, condition: Expression
    ) -> PlannedEntry:
        """Return an entry that is nothing but a condition."""
        self._condition(condition, condition, self.trees)
        return self._finished(kind, name, position)

    def signal(self, signal: Signal) -> PlannedEntry:
        """Return a signal: a truth like a condition, a number for what it chooses between."""
        if isinstance(signal.expression.type, BoolType):
            self._condition(signal.expression, signal.expression, self.trees)
        else:
            self._arms(signal.expression, signal.expression, self.trees, None)
        return self._finished(Kind.SIGNAL, signal.name, signal.position)

    def rule(self, rule: Rule, slot: int) -> PlannedEntry:
        """Return a rule; what it proposes counts while it is TRUE."""
        self._condition(rule.when, rule.when, self.trees)
        for proposal in rule.proposals:
            text = f"{proposal.output}: {to_text(proposal.value)}"
            self._named(
                Role.PROPOSAL, text, proposal.position, (Outcome.DECIDED, Outcome.OVERRULED),
                rule.id, proposal.output,
            )  # fmt: skip
            self._arms(proposal.value, proposal.value, self.trees, slot)
        return self._finished(Kind.RULE, rule.id, rule.position)

    def trip(self, trip: Trip) -> PlannedEntry:
        """Return a trip, and its latch if it has one."""
        self._condition(trip.when, trip.when, self.trees)
        if trip.latch is not Latching.NO:
            text = f"latch: {trip.latch.value}"
            outcomes = (Outcome.LATCHED, Outcome.RESET)
            self._named(Role.LATCH, text, trip.position, outcomes, trip.id)
        return self._finished(Kind.TRIP, trip.id, trip.position)

    def interlock(self, written: Interlock, run: Interlock, slot: int) -> PlannedEntry:
        """Return an interlock; `run` is what it means for what is being decided."""
        self._condition(written.condition, run.condition, self.interlock_trees)
        if written.force:
            text = ", ".join(f"{name}: {self._value(name, each)}" for name, each in written.force)
            outcomes = (Outcome.HELD_BACK,)
            self._named(Role.FORCE, text, written.position, outcomes, written.id)
        for limit, same in zip(written.limits, run.limits, strict=True):
            self._limit(written.id, limit, same, slot)
        return self._finished(Kind.INTERLOCK, written.id, written.position)

    def permissive(self, permissive: Permissive) -> PlannedEntry:
        """Return a permissive, and the starts that it refuses or grants."""
        self._condition(permissive.needs, permissive.needs, self.trees)
        outcomes = (Outcome.REFUSED, Outcome.GRANTED)
        text = f"output: {permissive.output}"
        self._named(Role.START, text, permissive.position, outcomes, permissive.id)
        return self._finished(Kind.PERMISSIVE, permissive.id, permissive.position)

    def _limit(self, lock: str, limit: Limit, run: Limit, slot: int) -> None:
        bound = f"{limit.output} {limit.bound.value}"
        self._named(
            Role.LIMIT, f"{bound}: {to_text(limit.value)}", limit.position,
            (Outcome.HELD_BACK,), lock, bound,
        )  # fmt: skip
        self._arms(limit.value, run.value, self.interlock_trees, slot)

    def _condition(
        self, written: Expression, run: Expression, trees: list[Tree], depth: int = 0
    ) -> None:
        """Plan a condition and its parts; what a timer remembers is evaluated like other rules."""
        tree = []
        timed: list[tuple[Timed, int]] = []
        for part, same, level in _parts(written, run, depth):
            first = self._add(Role.TRUTH, to_text(part), part.position, level, TRUTHS, part)
            tree.append(Watch(same, first))
            if isinstance(part, Timed):
                self._times(part, level)
                timed.append((part, level + 1))
        trees.append(tuple(tree))
        for part, level in timed:
            self._condition(part.when, part.when, self.trees, level)
            if part.until is not None:
                self._condition(part.until, part.until, self.trees, level)

    def _times(self, timed: Timed, depth: int) -> None:
        """Plan what the memory of a condition can do."""
        outcomes = [
            outcome
            for outcome, there in (
                (Outcome.WAITING, timed.for_s),
                (Outcome.KEPT, timed.until is not None),
                (Outcome.HELD, timed.hold_s),
                (Outcome.RESTING, timed.rest_s),
                (Outcome.RELEASED, True),
            )
            if there
        ]
        first = self._add(
            Role.TIMES, _times_text(timed), timed.position, depth, tuple(outcomes), timed
        )
        self.timers[timed.key] = {each: first + place for place, each in enumerate(outcomes)}

    def _arms(
        self, written: Expression, run: Expression, trees: list[Tree], slot: int | None
    ) -> None:
        """Plan which values `min`, `max` and `clamp` take."""
        tree = []
        for call, same in _calls(written, run):
            first = self.count
            for place, argument in enumerate(call.arguments):
                text = f"{to_text(argument)} in {to_text(call)}"
                self._add(Role.ARM, text, argument.position, 1, (Outcome.CHOSEN,), call, place)
            tree.append(Watch(same, first, slot))
        if tree:
            trees.append(tuple(tree))

    def _named(
        self,
        role: Role,
        text: str,
        position: Position,
        outcomes: tuple[Outcome, ...],
        owner: str,
        about: str = "",
    ) -> None:
        """Plan what a decision or an alarm tells, found by name."""
        first = self._add(role, text, position, 0, outcomes, about=about)
        for place, outcome in enumerate(outcomes):
            self.numbers[outcome, owner, about] = first + place

    def _add(
        self,
        role: Role,
        text: str,
        position: Position,
        depth: int,
        outcomes: tuple[Outcome, ...],
        node: Expression | None = None,
        arm: int = 0,
        about: str = "",
    ) -> int:
        first = self.count
        planned = Planned(role, text, position, depth, first, outcomes, node, arm, about)
        self.branches.append(planned)
        self.count += len(outcomes)
        return first

    def _finished(self, kind: Kind, name: str, position: Position) -> PlannedEntry:
        done, self.branches = tuple(self.branches), []
        return PlannedEntry(kind, name, position, done)

    def _value(self, output: str, value: Value) -> str:
        """Return a forced value as an operator would write it."""
        found = next(each for each in self.program.rulebook.plant.outputs if each.name == output)
        if isinstance(value, bool):
            return "on" if value else "off"
        if isinstance(value, str):
            return value
        unit = "" if found.unit is None else found.unit.symbol
        return f"{number_to_text(value)} {unit}".rstrip()


def _times_text(timed: Timed) -> str:
    """Return what stands behind the `when` of a condition: `until x < 1 kW for 5 s`."""
    times = (("for", timed.for_s), ("hold", timed.hold_s), ("rest", timed.rest_s))
    words = [f"{word} {seconds_to_text(seconds)}" for word, seconds in times if seconds]
    if timed.until is not None:
        words.insert(0, f"until {to_text(timed.until)}")
    return " ".join(words)


def _calls(written: Expression, run: Expression) -> Iterator[tuple[Call, Call]]:
    """Yield the calls that choose between values of which one varies, and what is run for each."""
    if isinstance(written, Name):
        return  # what it stands for is planned where it is defined
    chooses = isinstance(written, Call) and written.function in _CHOOSING
    if chooses and any(isinstance(part, Name) for part in walk(written)):
        assert isinstance(written, Call)  # noqa: S101 - so it chooses
        assert isinstance(run, Call)  # noqa: S101 - names alone are written out
        yield written, run
    for one, other in zip(children(written), children(run), strict=True):
        yield from _calls(one, other)
