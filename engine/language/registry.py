"""Names that are taken: each once, and spelled so that an expression can read it."""

from engine.language.check import bad_name, duplicate_id, limit_exceeded
from engine.language.document import Scalar
from engine.language.position import Position
from engine.language.problem import Problem
from engine.language.words import LONGEST_NAME, NAME, RESERVED

_READABLE = ("fact", "output", "signal", "condition", "derived fact")
"""What expressions read shares one space of names; rules, trips and so on have their own."""


class Registry:
    """Who has which name, and where."""

    def __init__(self, problems: list[Problem]) -> None:
        """Start with no names; problems go to `problems`."""
        self._problems = problems
        self._taken: dict[tuple[str, str], tuple[str, Position]] = {}

    def claim(self, kind: str, name: Scalar) -> bool:
        """Give `name` to a `kind`, or report why it cannot have it."""
        text = name.text
        if not is_name(name, self._problems):
            return False
        readable = kind in _READABLE
        if readable and text in RESERVED:
            self._problems.append(bad_name.reserved(text, name.position))
            return False
        space = ("" if readable else kind, text)
        if space not in self._taken:
            self._taken[space] = (kind, name.position)
            return True
        first_kind, first = self._taken[space]
        if kind == first_kind == "derived fact":
            return True
        self._problems.append(duplicate_id.problem(kind, text, name.position, first, first_kind))
        return False


def is_name(name: Scalar, problems: list[Problem]) -> bool:
    """Tell whether `name` can be a name, or report why not."""
    if len(name.text) > LONGEST_NAME:
        limit = f"{LONGEST_NAME} characters"
        problems.append(limit_exceeded.problem("the name is longer", limit, name.position))
        return False
    if not NAME.fullmatch(name.text):
        problems.append(bad_name.problem(name.text, name.position))
        return False
    return True
