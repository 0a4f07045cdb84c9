"""An expression, a number or a time cannot be read."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity

CODE = "syntax"
SUMMARY = "An expression, a number or a time cannot be read."


def problem(what: str, position: Position, advice: str = "") -> Problem:
    """Report text that cannot be read; `what` is the whole sentence."""
    return Problem(CODE, Severity.ERROR, what, position, advice)
