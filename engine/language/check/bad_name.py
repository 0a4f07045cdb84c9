"""A name that could not be written in an expression."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity
from engine.language.suggest import foreign_letter

CODE = "bad-name"
SUMMARY = "A name that could not be written in an expression."


def problem(name: str, position: Position) -> Problem:
    """Report a `name` with a character that names do not have."""
    advice = foreign_letter(name) or (
        "names are letters, digits and `_`, joined by points, and start with a letter: "
        "`buffer.top`, `mine_on_surplus`"
    )
    return Problem(CODE, Severity.ERROR, f"`{name}` cannot be a name", position, advice)


def reserved(name: str, position: Position) -> Problem:
    """Report a `name` that is a word of the language."""
    message = f"`{name}` is a word of the language and cannot be a name"
    return Problem(CODE, Severity.ERROR, message, position, "choose another name")
