"""A file is not YAML, or is empty."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity

CODE = "not-yaml"
SUMMARY = "A file is empty or cannot be read as YAML."


def problem(what: str, position: Position, advice: str = "") -> Problem:
    """Report what keeps the file from being YAML; `what` is the whole sentence."""
    return Problem(CODE, Severity.ERROR, what, position, advice)
