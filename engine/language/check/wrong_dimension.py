"""Quantities that cannot be compared, added or assigned: power with energy, °C with K."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity

CODE = "wrong-dimension"
SUMMARY = "Quantities that do not go together, such as power and energy, or °C and K."


def problem(message: str, position: Position, advice: str = "") -> Problem:
    """Report a clash of dimensions; `message` is the whole sentence."""
    return Problem(CODE, Severity.ERROR, message, position, advice)
