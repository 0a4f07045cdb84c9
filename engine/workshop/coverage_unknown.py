"""Which truths a condition can have when certain facts are unknown.

Every comparison counts as free to be TRUE or FALSE, so nothing that can happen is left out.
"""

from collections.abc import Iterable
from itertools import combinations
from typing import assert_never

from engine.language.expression import (
    Age,
    All,
    Any,
    Arithmetic,
    Between,
    Boolean,
    Call,
    Comparison,
    Expression,
    Known,
    Name,
    NameKind,
    Negative,
    Not,
    Number,
    State,
    Timed,
    Window,
    children,
    walk,
)
from engine.language.feasible import IS_TRUE, Feasibility
from engine.language.rulebook import Rulebook
from engine.language.types import BOOL, NumberType
from engine.values.truth import Truth, all_, any_, not_
from engine.values.units import NUMBER

Truths = frozenset[Truth]
_SURE: Truths = frozenset({True, False})
_NOTHING: Truths = frozenset({None})
_PAIRS_OF = 12
"""Up to so many facts, every two of them are tried together."""
_SUN_ALWAYS_RISES = 65.0
"""Up to this latitude, in degrees, every day has a sunrise and a sunset."""


class Unknowns:
    """Answers about one rulebook."""

    def __init__(self, rulebook: Rulebook, feasibility: Feasibility) -> None:
        """Note the meaning of the names."""
        self._feasibility = feasibility
        self._meanings: dict[tuple[NameKind, str], Expression] = {}
        for signal in rulebook.signals:
            self._meanings[NameKind.SIGNAL, signal.name] = signal.expression
        for condition in rulebook.conditions:
            self._meanings[NameKind.CONDITION, condition.name] = condition.expression
        self._causes: dict[str, list[Expression]] = {}
        for rule in rulebook.rules:
            for fact in rule.asserts:
                self._causes.setdefault(fact, []).append(rule.when)
        latitude = rulebook.plant.site.latitude
        self._sun = latitude is not None and abs(latitude) <= _SUN_ALWAYS_RISES

    def possible(self, condition: Expression) -> bool:
        """Tell whether the condition is UNKNOWN with no, one, two or all of its facts unknown."""
        facts = sorted(self.facts(condition))
        tried: list[Iterable[str]] = [(), *((fact,) for fact in facts), facts]
        if len(facts) <= _PAIRS_OF:
            tried += combinations(facts, 2)
        return any(None in _Case(self, frozenset(each)).truths(condition) for each in tried)

    def certain(self, value: Expression) -> bool:
        """Tell whether a proposed value is known whatever facts are not."""
        return _Case(self, frozenset(self.facts(value))).known(value) == {True}

    def facts(self, expression: Expression) -> set[str]:
        """Return the points that an expression reads, however far down."""
        found: set[str] = set()
        todo, known = [expression], set[tuple[NameKind, str]]()
        while todo:
            for node in walk(todo.pop()):
                if not isinstance(node, Name) or (node.kind, node.name) in known:
                    continue
                known.add((node.kind, node.name))
                if node.kind is NameKind.POINT:
                    found.add(node.name)
                todo.extend(self.meant_by(node))
        return found

    def meant_by(self, name: Name) -> list[Expression]:
        """Return what a name stands for: an expression, or those of which any asserts it."""
        if name.kind is NameKind.DERIVED:
            return self._causes.get(name.name, [])
        meaning = self._meanings.get((name.kind, name.name))
        return [] if meaning is None else [meaning]

    def has_sun(self, between: Between) -> bool:
        """Tell whether the ends of a span exist on every day."""
        return self._sun or between.start.anchor == between.end.anchor == "midnight"

    def can_be_zero(self, divisor: Expression) -> bool:
        """Tell whether a division can fail."""
        if isinstance(divisor, Number):
            return divisor.value == 0
        if not isinstance(divisor.type, NumberType):
            return True
        zero = Number(0.0, NUMBER, divisor.position, divisor.type)
        nothing = Comparison("==", divisor, zero, divisor.position, BOOL)
        return self._feasibility.possible((nothing, IS_TRUE))


class _Case:
    """What follows when some facts are unknown and all others are known."""

    def __init__(self, words: Unknowns, missing: frozenset[str]) -> None:
        self._words = words
        self._missing = missing
        self._found: dict[tuple[NameKind, str], Truths] = {}

    def truths(self, node: Expression) -> Truths:  # noqa: C901, PLR0911 - one case a node
        """Return the truths that a condition can have."""
        match node:
            case Boolean():
                return frozenset({node.value})
            case Name():
                return self._name(node)
            case Comparison():
                return self._compared(self.known(node.left), self.known(node.right))
            case Between():
                return _SURE if self._words.has_sun(node) else _SURE | _NOTHING
            case Known():
                return frozenset(self.known(node.operand))
            case Not():
                return frozenset(map(not_, self.truths(node.operand)))
            case All() | Any():
                join = all_ if isinstance(node, All) else any_
                first, *others = (self.truths(each) for each in node.operands)
                for other in others:
                    first = frozenset(join((one, two)) for one in first for two in other)
                return first
            case Timed():
                sides = [node.when] if node.until is None else [node.when, node.until]
                found = frozenset[Truth]().union(*(self.truths(side) for side in sides))
                return found if found == _NOTHING else found | _SURE
            case Number() | State() | Arithmetic() | Negative() | Call() | Age() | Window():
                return _SURE
            case _:
                assert_never(node)

    def _compared(self, left: set[bool], right: set[bool]) -> Truths:
        known = _SURE if True in left and True in right else frozenset()
        return known | _NOTHING if False in left | right else known

    def known(self, value: Expression) -> set[bool]:
        """Return the answers to `value is known`; arithmetic is known if all its operands are."""
        if isinstance(value, Name | Comparison | Known | Between | Not | All | Any | Timed):
            return self._knowing_truth(value)
        operands = [self.known(child) for child in children(value)]
        answers = {True}
        if any(False in each for each in operands):
            answers.add(False)
        if any(True not in each for each in operands):
            answers.discard(True)
        divides = isinstance(value, Arithmetic) and value.operator == "/"
        if isinstance(value, Window) or (divides and self._words.can_be_zero(children(value)[1])):
            answers.add(False)
        return answers

    def _knowing_truth(self, value: Expression) -> set[bool]:
        if isinstance(value, Name) and isinstance(value.type, NumberType):
            meant = self._words.meant_by(value)
            if meant:
                return self.known(meant[0])
        return {truth is not None for truth in self.truths(value)}

    def _name(self, name: Name) -> Truths:
        if name.kind is NameKind.POINT:
            return _NOTHING if name.name in self._missing else _SURE
        meant = self._words.meant_by(name)
        if not meant:
            return frozenset({False}) if name.kind is NameKind.DERIVED else _SURE
        key = (name.kind, name.name)
        if key not in self._found:
            # Entered first: derived facts may assert each other in a circle.
            self._found[key] = _SURE
            first, *others = (self.truths(each) for each in meant)
            for other in others:
                first = frozenset(any_((one, two)) for one in first for two in other)
            self._found[key] = first
        return self._found[key]
