"""Something is larger, longer or deeper than rules may be."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity

CODE = "limit-exceeded"
SUMMARY = "A file, an expression, a number or a time is larger than rules may be."


def problem(what: str, limit: str, position: Position, advice: str = "") -> Problem:
    """Report that `what` exceeds `limit`, as in `the file is larger than 256 KiB`."""
    message = f"{what} than {limit}"
    return Problem(CODE, Severity.ERROR, message, position, advice)
