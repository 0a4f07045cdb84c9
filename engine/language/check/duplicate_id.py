"""Two things have the same name."""

from engine.language.position import Position
from engine.language.problem import Problem, Related, Severity

CODE = "duplicate-id"
SUMMARY = "Two rules, facts, signals or conditions have the same name."


def problem(kind: str, name: str, position: Position, first: Position, first_kind: str) -> Problem:
    """Report the second thing of the name and point at the first."""
    message = f"{kind} `{name}` has the name of another {first_kind}"
    if kind != first_kind:
        message = f"{kind} `{name}` has the name of a {first_kind}"
    related = (Related(first, f"the {first_kind} `{name}`"),)
    return Problem(
        CODE, Severity.ERROR, message, position, "give one of them another name", related
    )
