"""White space inside an expression: one space around operators, none within parentheses.

Nothing but white space changes: the words and signs of the result are those of the text.
"""

import re

from engine.language.document import Scalar
from engine.language.grammar import lexemes

_OPENING = frozenset({"LPAR", "LSQB"})
_TIGHT_BEFORE = frozenset({"RPAR", "RSQB", "COMMA"})
_ENDS_OPERAND = frozenset({"NAME", "NUMBER", "UNIT", "RPAR", "RSQB", "SUN", "CLOCK", "KNOWN"})
_AMOUNT = re.compile(r"[-+]?\d+(\.\d+)?[^\W\d]+(/[^\W\d]+)?|[-+]?\d+(\.\d+)?[°%][^\W\d]*")


def spaced(text: str) -> str:
    """Return an expression with usual spacing, or as it is if it is none."""
    found = lexemes(text)
    if not found.is_whole:
        return text
    written: list[str] = []
    before = ""
    unary = False
    for kind, word, _ in found.tokens:
        tight = (
            not before
            or before in _OPENING
            or kind in _TIGHT_BEFORE
            or unary
            or (kind == "LPAR" and before == "NAME")
        )
        unary = kind == "SIGN" and before not in _ENDS_OPERAND
        written.append(word if tight else f" {word}")
        before = kind
    result = "".join(written)
    same = [each[:2] for each in lexemes(result).tokens] == [each[:2] for each in found.tokens]
    return result if same else text


def spaced_scalar(scalar: Scalar, *, is_constant: bool) -> str:
    """Return the scalar as it is to stand in the file: quotes and line breaks stay as they are.

    Of constants, only a number with its unit is touched: `Europe/Berlin` and `2026-01-15` could
    be read as expressions, and are none.
    """
    raw = scalar.raw
    if is_constant and not _AMOUNT.fullmatch(scalar.text):
        return raw
    if "\n" in raw or scalar.style in ("|", ">"):
        return raw
    if not scalar.style:
        return spaced(raw) if raw == scalar.text else raw
    inside = raw[1:-1]
    return f"{scalar.style}{spaced(inside)}{scalar.style}" if inside == scalar.text else raw
