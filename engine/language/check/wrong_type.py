"""A number, an on/off value or a state stands where another of the three belongs."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity

CODE = "wrong-type"
SUMMARY = "A number, an on/off value or a state stands where another of the three belongs."


def problem(message: str, position: Position, advice: str = "") -> Problem:
    """Report a clash of types; `message` is the whole sentence."""
    return Problem(CODE, Severity.ERROR, message, position, advice)
