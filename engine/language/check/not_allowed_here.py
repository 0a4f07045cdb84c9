"""Something that exists, but not at this place."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity

CODE = "not-allowed-here"
SUMMARY = "A condition or a time stands where only numbers without memory may."


def problem(message: str, position: Position, advice: str = "") -> Problem:
    """Report something misplaced; `message` is the whole sentence."""
    return Problem(CODE, Severity.ERROR, message, position, advice)
