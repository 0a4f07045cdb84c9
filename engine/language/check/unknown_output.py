"""A rule, trip or interlock sets an output that the plant does not have."""

from collections.abc import Iterable

from engine.language.position import Position
from engine.language.problem import Problem, Severity
from engine.language.suggest import advise

CODE = "unknown-output"
SUMMARY = "A rule, trip or interlock sets an output that the plant does not have."


def problem(name: str, position: Position, outputs: Iterable[str], facts: Iterable[str]) -> Problem:
    """Report `name`; a fact of that name is measured and cannot be set."""
    if name in set(facts):
        message = f"`{name}` is measured; it cannot be set"
    else:
        message = f"there is no output `{name}`"
    advice = advise(name, outputs) or "outputs are listed in `plant.yaml` under `outputs:`"
    return Problem(CODE, Severity.ERROR, message, position, advice)
