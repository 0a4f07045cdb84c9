"""Types and kinds for a tree: what each name stands for, and whether everything goes together."""

from dataclasses import dataclass, replace
from typing import assert_never

from engine.language.build import UNREADABLE
from engine.language.check import unknown_fact, unknown_state, wrong_type
from engine.language.dimension import TIME_TYPE
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
)
from engine.language.numbers import Numbers
from engine.language.problem import Problem
from engine.language.scope import Scope
from engine.language.text import shortened
from engine.language.types import BOOL, BoolType, EnumType, NumberType, Type
from engine.language.words import FALSE_WORDS, TRUE_WORDS


def resolve(
    expression: Expression, scope: Scope, problems: list[Problem], wanted: Type | None = None
) -> Expression | None:
    """Return the same tree with types and kinds, or None; what is wrong goes to `problems`.

    `wanted` is the type that is expected; it makes `off` a state where a state is expected.
    """
    return _Typer(scope, problems).any(expression, wanted)


@dataclass(frozen=True, slots=True)
class _Typer:
    scope: Scope
    problems: list[Problem]

    def any(self, node: Expression, wanted: Type | None = None) -> Expression | None:  # noqa: C901, PLR0911, PLR0912 - one a node
        """Resolve a node and everything below it."""
        match node:
            case Number():
                if node.unit is UNREADABLE:
                    return None
                kind = NumberType(node.unit.dimension, absolute=node.unit.absolute)
                return replace(node, type=kind)
            case Name():
                return self._name(node, wanted)
            case State() | Boolean():
                return node
            case Arithmetic() | Negative() | Call() | Window():
                return self._number(node)
            case Age():
                return self._age(node)
            case Comparison():
                return self._comparison(node)
            case Known():
                operand = self.any(node.operand)
                return None if operand is None else Known(operand, node.position, BOOL)
            case Between():
                return replace(node, type=BOOL)
            case Not():
                operand = self._truth(node.operand)
                return None if operand is None else Not(operand, node.position, BOOL)
            case All() | Any():
                operands = self._truths(node.operands)
                return None if operands is None else replace(node, operands=operands, type=BOOL)
            case Timed():
                return self._timed(node)
            case _:
                assert_never(node)

    def _truth(self, node: Expression) -> Expression | None:
        """Resolve a node that must be a condition."""
        return as_condition(self.any(node, BOOL), self.problems)

    def _truths(self, nodes: tuple[Expression, ...]) -> tuple[Expression, ...] | None:
        found = [self._truth(node) for node in nodes]
        complete = tuple(node for node in found if node is not None)
        return complete if len(complete) == len(nodes) else None

    def _timed(self, node: Timed) -> Expression | None:
        when = self._truth(node.when)
        until = None if node.until is None else self._truth(node.until)
        if when is None or (node.until is not None and until is None):
            return None
        return replace(node, when=when, until=until, type=BOOL)

    def _name(self, node: Name, wanted: Type | None) -> Expression | None:
        if isinstance(wanted, EnumType) and node.name in wanted.values:
            return State(node.name, node.position, wanted)
        entry = self.scope.entries.get(node.name)
        if entry is not None:
            known_type = entry.type is not None
            found = Name(node.name, node.position, entry.kind, entry.type, entry.unit)
            return found if known_type else None
        if isinstance(wanted, EnumType):
            self._unknown_state(node, wanted)
        elif node.name in TRUE_WORDS or node.name in FALSE_WORDS:
            return Boolean(node.name in TRUE_WORDS, node.position, BOOL)
        elif self.scope.complete:
            known = self.scope.entries
            self.problems.append(unknown_fact.problem(node.name, node.position, known))
        return None

    def _unknown_state(self, node: Name, wanted: EnumType) -> None:
        self.problems.append(unknown_state.problem(node.name, node.position, wanted.values))

    def _number(self, node: Arithmetic | Negative | Call | Window) -> Expression | None:
        """Resolve a node that computes with numbers."""
        found = [self.any(child) for child in children(node)]
        operands = tuple(operand for operand in found if operand is not None)
        if len(operands) < len(found):
            return None
        numbers = Numbers(self.scope, self.problems)
        match node:
            case Arithmetic():
                left, right = operands
                return numbers.arithmetic(replace(node, left=left, right=right))
            case Negative():
                return numbers.negative(replace(node, operand=operands[0]))
            case Window():
                return numbers.window(replace(node, operand=operands[0]))
            case Call():
                return numbers.call(replace(node, arguments=operands))
            case _:
                assert_never(node)

    def _age(self, node: Age) -> Expression | None:
        point = self.any(node.point)
        if point is None:
            return None
        if not isinstance(point, Name) or point.kind is not NameKind.POINT:
            message = f"`{node.point.name}` is not measured, so it has no age"
            self.problems.append(wrong_type.problem(message, node.point.position))
            return None
        return Age(point, node.position, TIME_TYPE)

    def _comparison(self, node: Comparison) -> Expression | None:
        """Resolve both sides; a bare word on one side may be a state of the other."""
        if isinstance(node.left, Name) and node.left.name not in self.scope.entries:
            right = self.any(node.right)
            left = self.any(node.left, None if right is None else right.type)
        else:
            left = self.any(node.left)
            if left is None and isinstance(node.right, Name):
                return None  # its right side may be a state of what is unknown
            right = self.any(node.right, None if left is None else left.type)
        if left is None or right is None:
            return None
        return self._compared(replace(node, left=left, right=right, type=BOOL))

    def _compared(self, node: Comparison) -> Expression | None:
        left, right = node.left, node.right
        match left.type, right.type:
            case NumberType(), NumberType():
                return Numbers(self.scope, self.problems).comparison(node)
            case BoolType(), BoolType():
                simple = isinstance(left, Name | Boolean) and isinstance(right, Name | Boolean)
                why = "" if simple else "only on/off values that have a name can be compared"
            case EnumType(values=mine), EnumType(values=its):
                why = "" if set(mine) & set(its) else "they have no state in common"
            case _:
                one, other = (f"`{shortened(n)}` is {kind_of(n.type)}" for n in (left, right))
                why = f"{one}, {other}"
        if not why and node.operator not in ("==", "!="):
            kind = kind_of(left.type)
            why = f"`{node.operator}` compares numbers, and `{shortened(left)}` is {kind}"
        if why:
            message = f"this cannot be compared: {why}"
            advice = "conditions are joined with `and`, `or`, `not`" if "have a name" in why else ""
            self.problems.append(wrong_type.problem(message, node.position, advice))
            return None
        return node


def kind_of(kind: Type | None) -> str:
    """Return how sentences call a kind of value."""
    match kind:
        case NumberType():
            return "a number"
        case BoolType():
            return "on or off"
        case EnumType():
            return "a state"
        case None:
            return "unknown"
        case _:
            assert_never(kind)


def as_condition(node: Expression | None, problems: list[Problem]) -> Expression | None:
    """Return the resolved `node` if it is true or false, else None and a problem."""
    if node is None or isinstance(node.type, BoolType):
        return node
    advice = "compare it with something: `buffer.top < 60 °C`"
    if isinstance(node.type, EnumType):
        state = node.type.values[0] if node.type.values else "…"
        advice = f"compare it with a state: `{shortened(node)} is {state}`"
    message = f"a condition is expected, and `{shortened(node)}` is {kind_of(node.type)}"
    problems.append(wrong_type.problem(message, node.position, advice))
    return None
