"""Rules that hang together through derived facts beyond what the matcher can hold."""

from collections.abc import Iterator

from engine.language.literals import MAX_ALTERNATIVES, MAX_LITERALS, TooManyAlternativesError
from engine.language.problem import Problem, Related, Severity
from engine.language.rulebook import Rule, Rulebook
from engine.language.strata import (
    NegationCycleError,
    Unit,
    components,
    stratify,
    stratum_of,
    units_of,
)

CODE = "too-connected"
SUMMARY = "Rules hang together through more derived facts than can be matched."

MAX_CONNECTED = 300
"""Alternatives of rules joined by derived facts; durable_rules stands still at about 600."""


def check(rulebook: Rulebook) -> Iterator[Problem]:
    """Yield the conditions that cannot be multiplied out, and sets of rules too large (law 12)."""
    units: list[Unit] = []
    for rule in rulebook.rules:
        try:
            units += units_of((rule,))
        except TooManyAlternativesError:
            yield _entangled(rule)
    try:
        stratum = stratify(units)
    except NegationCycleError:
        return  # reported by negation-cycle
    heights = sorted({stratum_of(unit, stratum) for unit in units})
    for height in heights:
        layer = [unit for unit in units if stratum_of(unit, stratum) == height]
        for part in components(layer):
            size = sum(len(unit.options) for unit in part)
            if size > MAX_CONNECTED:
                yield _too_many(part, size)


def _entangled(rule: Rule) -> Problem:
    message = (
        f"the condition of rule `{rule.id}` joins its derived facts in more than"
        f" {MAX_ALTERNATIVES} ways, or more than {MAX_LITERALS} of them at once"
    )
    advice = "let a rule of its own assert a derived fact for a part of it"
    return Problem(CODE, Severity.ERROR, message, rule.position, advice)


def _too_many(part: list[Unit], size: int) -> Problem:
    first, last = part[0].rule, part[-1].rule
    message = f"{size} rules hang together through derived facts; {MAX_CONNECTED} may"
    advice = "let some of them read measured facts, or assert facts of their own"
    others = (Related(last.position, f"rule `{last.id}` is one of them"),)
    return Problem(CODE, Severity.ERROR, message, first.position, advice, others)
