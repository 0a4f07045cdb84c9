"""A name in an expression that nothing has."""

from collections.abc import Iterable

from engine.language.position import Position
from engine.language.problem import Problem, Severity
from engine.language.suggest import advise

CODE = "unknown-fact"
SUMMARY = "A name in an expression that no fact, signal, condition or output has."


def problem(name: str, position: Position, known: Iterable[str]) -> Problem:
    """Report `name`, which is not among the `known` ones."""
    message = f"nothing here is called `{name}`"
    advice = advise(name, known) or "facts are listed in `plant.yaml`, signals under `let:`"
    return Problem(CODE, Severity.ERROR, message, position, advice)
