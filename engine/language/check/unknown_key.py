"""A key that means nothing where it stands."""

from collections.abc import Iterable

from engine.language.position import Position
from engine.language.problem import Problem, Severity
from engine.language.suggest import advise

CODE = "unknown-key"
SUMMARY = "A key that means nothing where it stands."


def problem(key: str, where: str, position: Position, allowed: Iterable[str]) -> Problem:
    """Report `key`, which `where` (`a rule`, `an output`) does not have."""
    possible = tuple(allowed)
    advice = advise(key, possible) or "possible are " + ", ".join(f"`{word}`" for word in possible)
    return Problem(CODE, Severity.ERROR, f"{where} has no `{key}`", position, advice)


def misplaced(key: str, message: str, position: Position, advice: str = "") -> Problem:
    """Report a `key` that exists but has no meaning beside the others; `message` says why."""
    return Problem(CODE, Severity.ERROR, f"`{key}` {message}", position, advice)
