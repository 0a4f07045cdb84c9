"""The same key stands twice in one mapping."""

from engine.language.position import Position
from engine.language.problem import Problem, Related, Severity

CODE = "duplicate-key"
SUMMARY = "The same key stands twice in one mapping."


def problem(key: str, first: Position, second: Position) -> Problem:
    """Report the second `key` and point at the first."""
    message = f"`{key}` stands here twice"
    related = (Related(first, f"the first `{key}`"),)
    advice = "keep one of the two"
    return Problem(CODE, Severity.ERROR, message, second, advice, related)
