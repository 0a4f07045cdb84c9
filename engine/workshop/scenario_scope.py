"""What the parts of a scenario's reader share: the program, its names, and all that is wrong."""

from dataclasses import dataclass

from engine.control.decision import Cause, RestrictionKind
from engine.control.program import Program
from engine.inference.inline import inline, inlined_interlocks
from engine.inference.slots import content_of
from engine.language.check import not_allowed_here, syntax
from engine.language.conditions import read_condition
from engine.language.document import Node, Scalar, Sequence
from engine.language.expression import Age, Expression, Name, NameKind, Window, walk
from engine.language.form import as_scalar
from engine.language.numbers import Numbers
from engine.language.placement import Place, is_placed
from engine.language.plant import Output, Point
from engine.language.position import NOWHERE
from engine.language.problem import Problem
from engine.language.resolve import as_condition, resolve
from engine.language.rulebook import Interlock, Rulebook
from engine.language.scope import Entry, Scope
from engine.language.suggest import advise
from engine.language.text import shortened
from engine.language.types import BOOL

_CLAIM = Place("a claim", derived=True, memory=False)


@dataclass(frozen=True, slots=True)
class Context:
    """A program as a scenario sees it. `problems` grows while files are read."""

    program: Program
    scope: Scope
    points: dict[str, Point]
    outputs: dict[str, Output]
    rules: frozenset[str]
    trips: frozenset[str]
    reasons: frozenset[str]
    """Everything that can have a hand in a decision, by id, cause or kind."""
    problems: list[Problem]
    definitions: dict[str, Expression]
    """Signals and conditions written out as far as outputs count, as interlocks read them."""

    def claim(self, node: Node) -> Expression | None:
        """Return a condition about one scan, or None and problems."""
        tree = read_condition(node, self.problems)
        found = None if tree is None else resolve(tree, self.scope, self.problems)
        found = as_condition(found, self.problems)
        if found is None or not is_placed(found, _CLAIM, self.problems):
            return None
        return inline(found, self.definitions) if self._is_computed(found) else None

    def _is_computed(self, expression: Expression) -> bool:
        """Tell whether the rules compute all that has a memory in here, or report what not."""
        slots = self.program.slots
        for node in walk(expression):
            missing = (isinstance(node, Window) and content_of(node) not in slots.content) or (
                isinstance(node, Age) and node.point.name not in slots.ages
            )
            if missing:
                message = f"the rules do not compute `{shortened(node)}`, so no claim can read it"
                advice = "write it as it stands in the rules, or give it a name under `let:` there"
                problem = not_allowed_here.problem(message, node.position, advice)
                self.problems.append(problem)
                return False
        return True

    def known(self, scalar: Scalar, names: frozenset[str], what: str) -> bool:
        """Tell whether a text is one of `names`, or report that it is not `what`."""
        if scalar.text in names:
            return True
        message = f"`{scalar.text}` is not {what}"
        advice = advise(scalar.text, names)
        self.problems.append(syntax.problem(message, scalar.position, advice))
        return False

    def listed(self, node: Node, what: str) -> list[Scalar]:
        """Return a list of texts; one alone may stand without brackets."""
        if isinstance(node, Scalar):
            return [node]
        if isinstance(node, Sequence):
            found = [as_scalar(item, what, self.problems) for item in node.items]
            return [scalar for scalar in found if scalar is not None]
        as_scalar(node, what, self.problems)
        return []


def context_of(program: Program, problems: list[Problem]) -> Context:
    """Return what a reader of scenarios has to know of a program."""
    book = program.rulebook
    rules = frozenset(rule.id for rule in book.rules)
    trips = frozenset(trip.id for trip in book.trips)
    locks = frozenset(lock.id for lock in book.interlocks)
    permissives = frozenset(permissive.id for permissive in book.permissives)
    kinds = {each.value for each in (*Cause, *RestrictionKind)}
    return Context(
        program=program,
        scope=_scope_of(book),
        points={point.name: point for point in book.plant.points},
        outputs={output.name: output for output in book.plant.outputs},
        rules=rules,
        trips=trips,
        reasons=rules | trips | locks | permissives | kinds,
        problems=problems,
        definitions=_definitions(book),
    )


def _scope_of(book: Rulebook) -> Scope:
    scope = Scope()
    scope.add_plant(book.plant)
    numbers = Numbers(scope, [])
    for signal in book.signals:
        shown = numbers.shown_unit(signal.expression)
        entry = Entry(NameKind.SIGNAL, signal.expression.type, signal.position, shown=shown)
        scope.entries[signal.name] = entry
    for condition in book.conditions:
        scope.entries[condition.name] = Entry(NameKind.CONDITION, BOOL, condition.position)
    for rule in book.rules:
        for name in rule.asserts:
            scope.add_derived(name)
    return scope


def _definitions(book: Rulebook) -> dict[str, Expression]:
    """Return for each signal and condition what an interlock would read by its name."""
    named = [
        *(Name(each.name, NOWHERE, NameKind.SIGNAL, each.expression.type) for each in book.signals),
        *(Name(each.name, NOWHERE, NameKind.CONDITION, BOOL) for each in book.conditions),
    ]
    asked = tuple(Interlock("", name, (), (), "") for name in named)
    answers = inlined_interlocks(Rulebook(book.plant, book.signals, book.conditions, (), (), asked))
    return {
        name.name: answer.condition
        for name, answer in zip(named, answers, strict=True)
        if answer.condition != name
    }
