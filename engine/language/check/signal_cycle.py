"""Signals or conditions that are built on themselves."""

from engine.language.position import Position
from engine.language.problem import Problem, Related, Severity

CODE = "signal-cycle"
SUMMARY = "Signals or conditions are built on themselves."


def problem(cycle: tuple[tuple[str, Position], ...]) -> Problem:
    """Report the names of a cycle, each with the place where it is defined."""
    (first, position), *others = cycle
    path = " → ".join(f"`{name}`" for name in (*(name for name, _ in cycle), first))
    related = tuple(Related(place, f"`{name}` is part of it") for name, place in others)
    return Problem(CODE, Severity.ERROR, f"{path} is a circle", position, "break it up", related)
