"""A state that the point does not have."""

from collections.abc import Iterable

from engine.language.position import Position
from engine.language.problem import Problem, Severity
from engine.language.suggest import advise

CODE = "unknown-state"
SUMMARY = "A state that the point does not have."


def problem(state: str, position: Position, states: Iterable[str]) -> Problem:
    """Report `state`, which is not among the possible `states`."""
    possible = tuple(states)
    advice = advise(state, possible) or "possible are " + ", ".join(f"`{s}`" for s in possible)
    return Problem(CODE, Severity.ERROR, f"there is no state `{state}`", position, advice)
