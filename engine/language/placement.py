"""What may stand where: derived facts in rules only, no memory in signals."""

from dataclasses import dataclass

from engine.language.check import derived_fact_outside_rule, not_allowed_here
from engine.language.expression import (
    All,
    Any,
    Comparison,
    Expression,
    Known,
    Name,
    NameKind,
    Not,
    Timed,
    children,
)
from engine.language.problem import Problem


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands and what it may therefore read."""

    what: str
    derived: bool = False
    conditions: bool = True
    memory: bool = True


RULE = Place("the `when` of a rule", derived=True)
CONDITION = Place("a condition")
SIGNAL = Place("a signal", conditions=False, memory=False)
VALUE = Place("a value", conditions=False, memory=False)
_COMPARISON = Place("a comparison", conditions=False, memory=False)
_COMPUTED = Place("a computed number", conditions=False, memory=False)
_KNOWN = Place("the question `is known`", memory=False)


def is_placed(expression: Expression, place: Place, problems: list[Problem]) -> bool:
    """Tell whether everything in `expression` may stand there; what may not, is a problem."""
    before = len(problems)
    _look(expression, place, problems, direct=True)
    return len(problems) == before


def _look(node: Expression, place: Place, problems: list[Problem], *, direct: bool) -> None:
    """Look through a tree. `direct`: only and, or, not stand above."""
    if isinstance(node, Name):
        _look_at_name(node, place, problems, direct=direct)
        return
    if isinstance(node, Timed) and not place.memory:
        message = f"a time (`for`, `until`, …) cannot stand in {place.what}"
        advice = "give it a name under `conditions:` and use it in rules"
        problems.append(not_allowed_here.problem(message, node.position, advice))
    if not isinstance(node, All | Any | Not):
        direct = False
        if isinstance(node, Comparison):
            place = _COMPARISON
        elif isinstance(node, Known):
            place = _KNOWN if place.conditions else place
        elif not isinstance(node, Timed):
            place = _COMPUTED
    for child in children(node):
        _look(child, place, problems, direct=direct)


def _look_at_name(node: Name, place: Place, problems: list[Problem], *, direct: bool) -> None:
    if node.kind is NameKind.DERIVED and not (direct and place.derived):
        problems.append(derived_fact_outside_rule.problem(node.name, node.position))
    if node.kind is NameKind.CONDITION and not place.conditions:
        message = f"`{node.name}` is a condition, which {place.what} cannot read"
        problems.append(not_allowed_here.problem(message, node.position))
