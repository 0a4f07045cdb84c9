"""A fact, signal, condition or derived fact that nothing reads."""

from collections.abc import Iterator

from engine.language.contents import names_read
from engine.language.expression import NameKind
from engine.language.position import Position
from engine.language.problem import Problem, Severity
from engine.language.rulebook import Rulebook

CODE = "fact-never-read"
SUMMARY = "No rule reads a fact, signal, condition or derived fact."

_ADVICE = {
    NameKind.POINT: "remove it from the plant, or write the rule that needs it",
    NameKind.SIGNAL: "remove it, or write the rule that needs it",
    NameKind.CONDITION: "remove it, or write the rule that needs it",
    NameKind.DERIVED: "no rule builds on it: remove `assert:`, or write the rule that needs it",
}


def check(rulebook: Rulebook) -> Iterator[Problem]:
    """Yield what is declared and read by no expression; a derived fact at its first assertion."""
    read = names_read(rulebook)
    for kind, name, position in _declared(rulebook):
        if (kind, name) not in read:
            yield Problem(
                CODE,
                Severity.WARNING,
                f"nothing reads the {kind.value} `{name}`",
                position,
                _ADVICE[kind],
            )


def _declared(rulebook: Rulebook) -> Iterator[tuple[NameKind, str, Position]]:
    yield from ((NameKind.POINT, each.name, each.position) for each in rulebook.plant.points)
    yield from ((NameKind.SIGNAL, each.name, each.position) for each in rulebook.signals)
    yield from ((NameKind.CONDITION, each.name, each.position) for each in rulebook.conditions)
    first_assertions: dict[str, Position] = {}
    for rule in rulebook.rules:
        for name in rule.asserts:
            first_assertions.setdefault(name, rule.position)
    yield from ((NameKind.DERIVED, *each) for each in first_assertions.items())
