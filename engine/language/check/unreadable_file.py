"""A file that cannot be read, or a folder in which there is none."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity

CODE = "unreadable-file"
SUMMARY = "A rule file cannot be read, or there is none."


def problem(file: str, message: str, advice: str = "") -> Problem:
    """Report `file`, which never reached the loader, because of `message`."""
    return Problem(CODE, Severity.ERROR, message, Position(file, 0, 0), advice)
