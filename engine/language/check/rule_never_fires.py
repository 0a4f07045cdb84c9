"""A rule or a named condition whose parts contradict each other."""

from collections.abc import Iterator

from engine.language.contents import parts
from engine.language.expression import Expression, Name, NameKind, Timed
from engine.language.feasible import IS_TRUE, Feasibility
from engine.language.problem import Problem, Related, Severity
from engine.language.rulebook import Rulebook
from engine.language.text import shortened

CODE = "rule-never-fires"
SUMMARY = "A rule or a condition can never be TRUE."


def check(rulebook: Rulebook, feasibility: Feasibility) -> Iterator[Problem]:
    """Yield what can certainly never be TRUE; a rule is not blamed for its condition."""
    blamed: set[str] = set()
    for condition in rulebook.conditions:
        if feasibility.never(condition.expression):
            blamed.add(condition.name)
            yield _problem(f"condition `{condition.name}`", condition.expression, feasibility)
    for rule in rulebook.rules:
        if feasibility.never(rule.when) and not _reads(rule.when, blamed):
            yield _problem(f"rule `{rule.id}`", rule.when, feasibility)


def _reads(condition: Expression, blamed: set[str]) -> bool:
    return any(
        isinstance(part, Name) and part.kind is NameKind.CONDITION and part.name in blamed
        for part in parts(condition)
    )


def _problem(what: str, condition: Expression, feasibility: Feasibility) -> Problem:
    culprits = _contradiction(condition, feasibility)
    verb = "can never fire" if what.startswith("rule") else "can never be TRUE"
    first, *others = culprits
    if others:
        listed = " and ".join(f"`{shortened(each)}`" for each in culprits)
        message = f"{what} {verb}: {listed} exclude each other"
        advice = "change one of them, or write `any:` if one of them is enough"
    else:
        message = f"{what} {verb}: `{shortened(first)}` is impossible"
        advice = "compare with a value that the declared ranges allow"
    related = tuple(Related(other.position, "excluded by this") for other in others)
    return Problem(CODE, Severity.WARNING, message, first.position, advice, related)


def _contradiction(condition: Expression, feasibility: Feasibility) -> list[Expression]:
    """Return the parts that already contradict each other, none of which could be left out."""
    if isinstance(condition, Timed) and feasibility.never(condition.when):
        condition = condition.when
    needed = parts(condition)
    for part in list(needed):
        without = [each for each in needed if each is not part]
        if not feasibility.possible(*((each, IS_TRUE) for each in without)):
            needed = without
    return needed
