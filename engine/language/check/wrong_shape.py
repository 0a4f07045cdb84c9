"""A list, a mapping or a text stands where another of the three belongs."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity

CODE = "wrong-shape"
SUMMARY = "A list, a mapping or a text stands where another of the three belongs."


def problem(what: str, wanted: str, position: Position, advice: str = "") -> Problem:
    """Report that `what` must be `wanted`, as in `` `rules` must be a list``."""
    return Problem(CODE, Severity.ERROR, f"{what} must be {wanted}", position, advice)
