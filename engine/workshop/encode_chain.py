"""The truths of derived facts and rules, as terms: the two firings of decision 0004 in one.

Kleene's truth of each rule gives what a fact is: TRUE if a rule that asserts it is TRUE, FALSE if
all are FALSE. Facts that depend on each other are computed in rounds, beginning with FALSE.
"""

from collections.abc import Iterable

from engine.language.rulebook import Rule, Rulebook
from engine.language.strata import Unit, components, stratify, stratum_of, units_of
from engine.workshop.encode_expression import Sight, disjunction
from engine.workshop.encode_values import FALSE, Cell


def derive(rulebook: Rulebook, sight: Sight) -> dict[str, Cell]:
    """Fill in the derived facts, stratum by stratum; return the truth of every rule by its id."""
    units = [unit for unit in units_of(rulebook.rules) if unit.asserts]
    stratum = stratify(units)
    for level in sorted(set(stratum.values())):
        for part in components([unit for unit in units if stratum_of(unit, stratum) == level]):
            _together(part, sight)
    for fact in _read(rulebook.rules):
        sight.derived.setdefault(fact, Cell(FALSE))  # nobody asserts it
    return {rule.id: sight.value(rule.when) for rule in rulebook.rules}


def _together(units: list[Unit], sight: Sight) -> None:
    """Compute facts that may depend on each other: as many rounds as there are facts."""
    asserting: dict[str, list[Rule]] = {}
    for unit in units:
        asserting.setdefault(unit.asserts, []).append(unit.rule)
    waiting = dict(asserting)
    while ready := [fact for fact in waiting if not _needs(waiting[fact]) & waiting.keys()]:
        for fact in ready:
            sight.derived[fact] = _of(waiting.pop(fact), sight)
    for fact in waiting:
        sight.derived[fact] = Cell(FALSE)
    for _ in range(len(waiting)):
        for fact, rules in waiting.items():
            sight.derived[fact] = _of(rules, sight)


def _of(rules: list[Rule], sight: Sight) -> Cell:
    return disjunction([sight.value(rule.when) for rule in rules])


def _needs(rules: list[Rule]) -> set[str]:
    return set(_read(rules))


def _read(rules: Iterable[Rule]) -> list[str]:
    """Return the derived facts that rules read."""
    return [fact for unit in units_of(rules) for fact, _ in unit.reads()]
