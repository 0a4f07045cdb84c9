"""What stands in a cell: a number, an on or off, a state, nothing, or rubbish."""

import math
import re
from dataclasses import dataclass
from enum import Enum

from adapters.recordings.data import PointType
from engine.values.fact import Value

ALWAYS_MISSING = frozenset({"", "--", "unavailable", "unknown", "null", "none", "n/a"})
"""What counts as missing in every file, whatever its case."""

_ON = frozenset({"on", "true", "1", "yes", "ein", "an"})
_OFF = frozenset({"off", "false", "0", "no", "aus"})
_NOT_FINITE = frozenset({"nan", "inf", "infinity", "∞"})
_LONGEST_NUMBER = 40
_MINUS_SIGNS = str.maketrans({"−": "-", "–": "-"})
_SPACES = "\u00a0\u202f "


class Verdict(Enum):
    """What a cell is good for."""

    GOOD = "good"
    MISSING = "missing"
    NOT_A_NUMBER = "not-a-number"
    NOT_FINITE = "not-finite"
    NOT_A_STATE = "not-a-state"


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a file writes numbers. Without `thousands` a separator makes the cell no number."""

    decimal: str = "."
    thousands: str = ""


@dataclass(frozen=True, slots=True)
class CellReader:
    """Reads the cells of one column: their type, and how its file writes numbers and nothing."""

    type: PointType
    style: NumberStyle = NumberStyle()
    missing: frozenset[str] = frozenset()
    states: tuple[str, ...] = ()

    def read(self, text: str) -> tuple[Value | None, Verdict]:
        """Return the value and GOOD, or None and why there is none."""
        text = text.strip(_SPACES + "\t\r\n")
        word = text.lower()
        if word in ALWAYS_MISSING or text in self.missing:
            return None, Verdict.MISSING
        match self.type:
            case "number":
                return _number(text, self.style)
            case "bool" if word in _ON or word in _OFF:
                return word in _ON, Verdict.GOOD
            case "enum" if not self.states or text in self.states:
                return text, Verdict.GOOD
        return None, Verdict.NOT_A_STATE


def _number(text: str, style: NumberStyle) -> tuple[float | None, Verdict]:
    try:
        if style.decimal == "." and _may_be_float(text):
            return _finite(float(text))
    except ValueError:
        pass  # another spelling, perhaps
    plain = text.translate(_MINUS_SIGNS)
    if plain.lstrip("+-").lower() in _NOT_FINITE:
        return None, Verdict.NOT_FINITE
    if len(plain) > _LONGEST_NUMBER or not _pattern(style).fullmatch(plain):
        return None, Verdict.NOT_A_NUMBER
    if style.thousands:
        plain = plain.replace(style.thousands, "")
    return _finite(float(plain.replace(style.decimal, ".")))


def _may_be_float(text: str) -> bool:
    """Tell whether Python's `float` may judge: it also takes `1_000` and digits of all scripts."""
    return len(text) <= _LONGEST_NUMBER and text.isascii() and "_" not in text


def _finite(number: float) -> tuple[float | None, Verdict]:
    return (number, Verdict.GOOD) if math.isfinite(number) else (None, Verdict.NOT_FINITE)


def _pattern(style: NumberStyle) -> re.Pattern[str]:
    decimal, thousands = re.escape(style.decimal), re.escape(style.thousands)
    whole = rf"(\d{{1,3}}({thousands}\d{{3}})+|\d+)" if thousands else r"\d+"
    return re.compile(rf"[+-]?({whole}({decimal}\d*)?|{decimal}\d+)([eE][+-]?\d+)?", re.ASCII)
