"""A comma between `{…}` or `[…]` ended an expression that was not finished."""

from engine.language.position import Position
from engine.language.problem import Problem, Related, Severity

CODE = "flow-comma"
SUMMARY = "In `{…}` and `[…]` a comma ended an expression inside its parentheses."


def problem(whole: str, pieces: tuple[Position, ...]) -> Problem:
    """Report the expression `whole` that YAML cut into `pieces`, the first one first."""
    message = f"the comma in `{whole}` ends the value here, because it stands in {{…}} or […]"
    advice = f'put it in quotes, "{whole}", or write one entry a line without {{…}} and […]'
    related = tuple(Related(piece, "the rest of it") for piece in pieces[1:])
    return Problem(CODE, Severity.ERROR, message, pieces[0], advice, related)
