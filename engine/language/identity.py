"""What an expression says, without where it stands: equal text means equal meaning.

Two expressions of one identity compute the same from the same facts: numbers are compared in base
units, and the order of `and`, `or`, `min` and `max` does not count. Timed parts remember, so two of
them are the same only if they also share their retained state, unless told to disregard it.
"""

from typing import assert_never

from engine.language.expression import (
    Age,
    All,
    Any,
    Arithmetic,
    Between,
    Boolean,
    Call,
    ClockTime,
    Comparison,
    Expression,
    Known,
    Name,
    Negative,
    Not,
    Number,
    State,
    Timed,
    Window,
)

_MIRRORED = {">": "<", ">=": "<="}
_SYMMETRIC = frozenset({"+", "*", "==", "!=", "min", "max"})


def identity(  # noqa: C901, PLR0911, PLR0912 - one case for each kind of node
    expression: Expression, *, shared_memory: bool = True
) -> str:
    """Return the text of an expression's meaning; not for people, `to_text` is.

    With `shared_memory` False, timed parts are the same if they only say the same.
    """

    def of(operand: Expression) -> str:
        return identity(operand, shared_memory=shared_memory)

    match expression:
        case Number():
            return repr(expression.value * expression.unit.factor)
        case State():
            return f"'{expression.value}'"
        case Boolean():
            return "true" if expression.value else "false"
        case Name():
            return f"{expression.kind.value}:{expression.name}"
        case Negative():
            return f"(-{of(expression.operand)})"
        case Arithmetic():
            return _joined(expression.operator, [of(expression.left), of(expression.right)])
        case Comparison():
            sides = [of(expression.left), of(expression.right)]
            if expression.operator in _MIRRORED:
                return _joined(_MIRRORED[expression.operator], sides[::-1])
            return _joined(expression.operator, sides)
        case Call():
            return _joined(expression.function, [of(each) for each in expression.arguments])
        case Age():
            return f"age({of(expression.point)})"
        case Window():
            return f"{expression.function}({of(expression.operand)},{expression.window_s!r})"
        case Known():
            return f"known({of(expression.operand)})"
        case Between():
            return f"between({_clock(expression.start)},{_clock(expression.end)})"
        case Not():
            return f"not({of(expression.operand)})"
        case All():
            return f"all({','.join(sorted({of(each) for each in expression.operands}))})"
        case Any():
            return f"any({','.join(sorted({of(each) for each in expression.operands}))})"
        case Timed():
            until = "" if expression.until is None else of(expression.until)
            times = f"{expression.for_s!r},{expression.hold_s!r},{expression.rest_s!r}"
            key = expression.key if shared_memory else ""
            return f"timed({of(expression.when)};{until};{times};{key})"
        case _:
            assert_never(expression)


def _joined(operator: str, operands: list[str]) -> str:
    ordered = sorted(operands) if operator in _SYMMETRIC else operands
    return f"{operator}({','.join(ordered)})"


def _clock(time: ClockTime) -> str:
    return f"{time.anchor}{time.offset_s:+}"
