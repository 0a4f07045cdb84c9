"""An output that does not say what it takes when nothing valid is known."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity

CODE = "missing-failsafe"
SUMMARY = "An output has no failsafe value."


def problem(output: str, position: Position) -> Problem:
    """Report an `output` without `failsafe`."""
    advice = "add `failsafe:` with the value that is safe when nothing is known"
    return Problem(CODE, Severity.ERROR, f"`{output}` has no failsafe value", position, advice)
