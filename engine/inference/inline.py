"""Interlocks with what they read by name written out, as far as it depends on what is decided now.

A signal or a condition is computed before anything is decided, from the outputs of the last scan.
An interlock that reads one means the values being decided, or it would look one scan too late. What
is timed or averaged remembers, and goes on reading the last scan.
"""

from collections.abc import Mapping
from dataclasses import replace

from engine.language.expression import (
    All,
    Any,
    Arithmetic,
    Call,
    Comparison,
    Expression,
    Known,
    Name,
    NameKind,
    Negative,
    Not,
    Timed,
    Window,
    children,
    names,
)
from engine.language.rulebook import Condition, Interlock, Rulebook, Signal


def inlined_interlocks(rulebook: Rulebook) -> tuple[Interlock, ...]:
    """Return the interlocks so that every output that counts now is named in them."""
    definitions: dict[str, Expression] = {}
    defined: tuple[Signal | Condition, ...] = (*rulebook.signals, *rulebook.conditions)
    for entry in defined:  # each reads earlier ones only
        written_out = inline(entry.expression, definitions)
        if _reads_outputs(written_out):
            definitions[entry.name] = written_out
    return tuple(
        replace(
            lock,
            condition=inline(lock.condition, definitions),
            limits=tuple(
                replace(limit, value=inline(limit.value, definitions)) for limit in lock.limits
            ),
        )
        for lock in rulebook.interlocks
    )


def outputs_concerned(rulebook: Rulebook, condition: Expression) -> tuple[str, ...]:
    """Return the outputs that a condition reads, also by the name of something that reads them."""
    defined: tuple[Signal | Condition, ...] = (*rulebook.signals, *rulebook.conditions)
    expressions = {entry.name: entry.expression for entry in defined}
    found = dict.fromkeys(names(condition, NameKind.OUTPUT))
    for kind in (NameKind.SIGNAL, NameKind.CONDITION):
        for name in names(condition, kind):
            found.update(dict.fromkeys(outputs_concerned(rulebook, expressions[name])))
    return tuple(found)


def inline(expression: Expression, definitions: Mapping[str, Expression]) -> Expression:
    """Return the expression with the named signals and conditions replaced by what they say."""
    match expression:
        case Name(kind=NameKind.SIGNAL | NameKind.CONDITION):
            return definitions.get(expression.name, expression)
        case Arithmetic() | Comparison():
            return replace(
                expression,
                left=inline(expression.left, definitions),
                right=inline(expression.right, definitions),
            )
        case Negative() | Not() | Known():
            return replace(expression, operand=inline(expression.operand, definitions))
        case All() | Any():
            operands = tuple(inline(each, definitions) for each in expression.operands)
            return replace(expression, operands=operands)
        case Call():
            arguments = tuple(inline(each, definitions) for each in expression.arguments)
            return replace(expression, arguments=arguments)
        case _:
            return expression


def _reads_outputs(expression: Expression) -> bool:
    """Tell whether an output's value of now counts."""
    if isinstance(expression, Name):
        return expression.kind is NameKind.OUTPUT
    if isinstance(expression, Timed | Window):
        return False
    return any(_reads_outputs(child) for child in children(expression))
