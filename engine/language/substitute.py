"""An expression with some outputs at given values: what an interlock leaves of it."""

from collections.abc import Mapping
from dataclasses import replace

from engine.language.expression import (
    All,
    Any,
    Arithmetic,
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
)
from engine.values.fact import Value
from engine.values.units import NUMBER


def substitute(expression: Expression, outputs: Mapping[str, Value]) -> Expression:
    """Return the expression in which the named outputs have these values."""
    match expression:
        case Name(kind=NameKind.OUTPUT) if expression.name in outputs:
            return _literal(expression, outputs[expression.name])
        case Arithmetic() | Comparison():
            return replace(
                expression,
                left=substitute(expression.left, outputs),
                right=substitute(expression.right, outputs),
            )
        case Negative() | Not() | Known():
            return replace(expression, operand=substitute(expression.operand, outputs))
        case All() | Any():
            operands = tuple(substitute(each, outputs) for each in expression.operands)
            return replace(expression, operands=operands)
        case Call():
            arguments = tuple(substitute(each, outputs) for each in expression.arguments)
            return replace(expression, arguments=arguments)
        case _:
            # Nothing to replace; and what is timed or averaged remembers what the output was.
            return expression


def _literal(name: Name, value: Value) -> Expression:
    if isinstance(value, bool):
        return Boolean(value, name.position, name.type)
    if isinstance(value, str):
        return State(value, name.position, name.type)
    return Number(value, name.unit or NUMBER, name.position, name.type)
