"""A derived fact that depends on its own negation: TRUE if it is not, and not if it is."""

from collections.abc import Iterator

from engine.language.dependencies import Dependency, by_fact, dependencies, way_back
from engine.language.problem import Problem, Related, Severity
from engine.language.rulebook import Rulebook

CODE = "negation-cycle"
SUMMARY = "A derived fact depends on its own negation."


def check(rulebook: Rulebook) -> Iterator[Problem]:
    """Yield the cycles through a negation, each once (law 9)."""
    found = dependencies(rulebook.rules)
    graph = by_fact(found)
    reported: set[frozenset[str]] = set()
    for dependency in found:
        if not dependency.negated:
            continue
        path = way_back(dependency, graph)
        if path is None:
            continue
        cycle = [dependency, *path]
        facts = frozenset(each.fact for each in cycle)
        if facts not in reported:
            reported.add(facts)
            yield _problem(cycle)


def _problem(cycle: list[Dependency]) -> Problem:
    first = cycle[0]
    steps = ", ".join(
        f"rule `{each.rule}` asserts `{each.fact}` from"
        f" {'not ' if each.negated else ''}`{each.reads}`"
        for each in cycle
    )
    return Problem(
        CODE,
        Severity.ERROR,
        f"`{first.fact}` depends on its own negation: {steps}",
        first.position,
        "break the cycle: let one of these rules read a measured fact instead",
        tuple(
            Related(each.position, f"and `{each.fact}` is read from here by rule `{each.rule}`")
            for each in cycle[1:]
        ),
    )
