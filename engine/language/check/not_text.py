"""A file is not UTF-8 text, or holds characters that no editor shows."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity

CODE = "not-text"
SUMMARY = "A file is not UTF-8 text, or holds characters that cannot be seen."


def problem(what: str, position: Position) -> Problem:
    """Report bytes or characters that are not text; `what` is the whole sentence."""
    advice = "save the file as UTF-8 text"
    return Problem(CODE, Severity.ERROR, what, position, advice)
