"""A constant that lies outside the declared range of the point it is used with."""

from engine.language.position import Position
from engine.language.problem import Problem, Related, Severity

CODE = "value-outside-range"
SUMMARY = "A constant lies outside the range that is declared for the point."


def problem(what: str, point: str, limits: str, position: Position, declared: Position) -> Problem:
    """Report the constant `what`, which the range `limits` of `point` excludes."""
    message = f"{what} lies outside the range {limits} of `{point}`"
    related = (Related(declared, f"`{point}` is declared here"),)
    return Problem(CODE, Severity.ERROR, message, position, "", related)


def plain(message: str, position: Position, advice: str = "") -> Problem:
    """Report a number that is impossible by itself, such as a latitude of 200."""
    return Problem(CODE, Severity.ERROR, message, position, advice)
