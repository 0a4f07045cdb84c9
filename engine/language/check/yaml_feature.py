"""A file uses a part of YAML that hides what is meant: an alias, a tag, a second document."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity

CODE = "yaml-feature"
SUMMARY = "A file uses an anchor, an alias, a tag, a directive or more than one document."


def problem(what: str, position: Position, advice: str) -> Problem:
    """Report a feature of YAML that rules may not use; `what` is the whole sentence."""
    return Problem(CODE, Severity.ERROR, what, position, advice)
