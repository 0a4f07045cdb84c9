"""The keys under which time state is kept: who owns it, and a digest of its content (law 13).

The digest is taken of the text in base units, so `3.6 kW` may become `3600 W` and white space may
change without a timer being forgotten; anything else that is edited starts anew.
"""

import hashlib
from dataclasses import replace

from engine.language.expression import All, Any, Expression, Not, Timed
from engine.language.text import to_canonical_text

_DIGITS = 16


def with_keys(expression: Expression, owner: str) -> Expression:
    """Return the resolved expression with a key in every node that has memory."""
    match expression:
        case Timed():
            when = with_keys(expression.when, owner)
            until = None if expression.until is None else with_keys(expression.until, owner)
            digest = hashlib.sha256(to_canonical_text(expression).encode()).hexdigest()[:_DIGITS]
            return replace(expression, when=when, until=until, key=f"{owner}/{digest}")
        case Not():
            return replace(expression, operand=with_keys(expression.operand, owner))
        case All() | Any():
            operands = tuple(with_keys(operand, owner) for operand in expression.operands)
            return replace(expression, operands=operands)
        case _:
            return expression
