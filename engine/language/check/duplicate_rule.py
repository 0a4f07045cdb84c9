"""A rule that says again what another one says."""

from collections.abc import Iterator

from engine.language.alike import always_with, outcome
from engine.language.feasible import Feasibility
from engine.language.problem import Problem, Related, Severity
from engine.language.rulebook import Rule, Rulebook

CODE = "duplicate-rule"
SUMMARY = "Two rules fire on the same condition and ask the same."


def check(rulebook: Rulebook, feasibility: Feasibility) -> Iterator[Problem]:
    """Yield every rule whose condition and outcome are those of an earlier rule."""
    earlier: dict[tuple[str, ...], list[Rule]] = {}
    for rule in rulebook.rules:
        alike = earlier.setdefault(outcome(rule), [])
        twin = next((other for other in alike if _fire_together(rule, other, feasibility)), None)
        if twin is None:
            alike.append(rule)
            continue
        yield Problem(
            CODE,
            Severity.WARNING,
            f"rule `{rule.id}` says the same as rule `{twin.id}`",
            rule.position,
            "delete one of them",
            (Related(twin.position, f"rule `{twin.id}` stands here"),),
        )


def _fire_together(one: Rule, other: Rule, feasibility: Feasibility) -> bool:
    return always_with(one, other, feasibility) and always_with(other, one, feasibility)
