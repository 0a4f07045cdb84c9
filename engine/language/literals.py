"""A rule's `when` as alternatives of literals, which is all that durable-rules is shown.

A literal is a symbol with a sign. A symbol is either a derived fact or a *leaf*: the largest part
of the condition that reads no derived fact, compiled to one three-valued truth. Negation is pushed
down to the literals (De Morgan) and `any` over derived facts is multiplied out; both keep TRUE
where it is in Kleene's logic.
"""

from dataclasses import dataclass

from engine.language.expression import (
    All,
    Any,
    Expression,
    Name,
    NameKind,
    Not,
    names,
)
from engine.language.types import BOOL

MAX_LITERALS = 16
"""durable-rules matches at most 16 patterns in one rule."""
MAX_ALTERNATIVES = 32
"""How many ways a condition over derived facts may be multiplied out."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A leaf or a derived fact (a Name of kind DERIVED), plain or negated."""

    symbol: Expression
    positive: bool

    @property
    def is_derived(self) -> bool:
        """Tell whether the symbol is a derived fact rather than a leaf."""
        return is_derived(self.symbol)


Alternative = tuple[Literal, ...]


class TooManyAlternativesError(ValueError):
    """A condition over derived facts that cannot be multiplied out within the limits."""


def alternatives(when: Expression) -> tuple[Alternative, ...]:
    """Return the alternatives: the condition is TRUE when all literals of one of them are.

    Raises TooManyAlternativesError beyond MAX_ALTERNATIVES, or when one alternative reads more than
    MAX_LITERALS derived facts.
    """
    found = _expand(when, positive=True)
    return tuple(dict.fromkeys(_fold(dict.fromkeys(literals)) for literals in found))


def _reads_derived(expression: Expression) -> bool:
    return bool(names(expression, NameKind.DERIVED))


def _expand(expression: Expression, *, positive: bool) -> list[Alternative]:
    match expression:
        case Not():
            return _expand(expression.operand, positive=not positive)
        case All() | Any() if isinstance(expression, All) is positive:
            return _product([_expand(part, positive=positive) for part in expression.operands])
        case All() | Any() if _reads_derived(expression):
            parts = [_expand(part, positive=positive) for part in expression.operands]
            return _bounded([literals for part in parts for literals in part])
        case _:
            return [(Literal(expression, positive),)]


def _product(factors: list[list[Alternative]]) -> list[Alternative]:
    result: list[Alternative] = [()]
    for factor in factors:
        result = _bounded([left + right for left in result for right in factor])
    return result


def _bounded(found: list[Alternative]) -> list[Alternative]:
    if len(found) > MAX_ALTERNATIVES:
        raise TooManyAlternativesError(f"more than {MAX_ALTERNATIVES} alternatives")
    return found


def _fold(literals: dict[Literal, None]) -> Alternative:
    """Keep an alternative within MAX_LITERALS by joining surplus leaves into one."""
    derived = [literal for literal in literals if is_derived(literal.symbol)]
    leaves = [literal for literal in literals if literal not in derived]
    room = MAX_LITERALS - len(derived)
    if len(leaves) > room:
        if room < 1:
            raise TooManyAlternativesError(f"more than {MAX_LITERALS} derived facts in one rule")
        surplus = leaves[room - 1 :]
        parts = tuple(leaf.symbol if leaf.positive else _negated(leaf.symbol) for leaf in surplus)
        joined = Literal(All(parts, surplus[0].symbol.position, BOOL), True)
        leaves = [*leaves[: room - 1], joined]
    return tuple(derived + leaves)


def _negated(expression: Expression) -> Expression:
    return Not(expression, expression.position, BOOL)


def is_derived(symbol: Expression) -> bool:
    """Tell whether a symbol is a derived fact rather than a leaf."""
    return isinstance(symbol, Name) and symbol.kind is NameKind.DERIVED
