"""Which rules may chain together: strata of derived facts, and connected parts inside each.

A derived fact's stratum is at least that of every derived fact its rules read, and one more where
they read it negated (law 9). A rule that asserts several facts counts once for each.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.language.expression import Name
from engine.language.literals import Alternative, alternatives, is_derived
from engine.language.rulebook import Rule


@dataclass(frozen=True, slots=True)
class Unit:
    """A rule, or the part of it that asserts one derived fact (`asserts` empty: none)."""

    rule: Rule
    asserts: str
    options: tuple[Alternative, ...]

    def reads(self) -> Iterable[tuple[str, bool]]:
        """Yield the derived facts that the unit reads, each with its sign."""
        for option in self.options:
            for literal in option:
                if isinstance(literal.symbol, Name) and is_derived(literal.symbol):
                    yield literal.symbol.name, literal.positive


class NegationCycleError(ValueError):
    """Derived facts that depend on their own negation. `facts` are those involved."""

    def __init__(self, facts: tuple[str, ...]) -> None:
        """Name the facts, sorted."""
        super().__init__("a cycle through a negation: " + ", ".join(facts))
        self.facts = facts


def units_of(rules: Iterable[Rule]) -> list[Unit]:
    """Split rules into units, one for each derived fact a rule asserts, in order."""
    found: list[Unit] = []
    for rule in rules:
        options = alternatives(rule.when)
        found.extend(Unit(rule, fact, options) for fact in rule.asserts or ("",))
    return found


def stratify(units: list[Unit]) -> dict[str, int]:
    """Return the stratum of every asserted fact, from 0. Raises NegationCycleError."""
    stratum = {unit.asserts: 0 for unit in units if unit.asserts}
    for _ in range(len(stratum) + 1):
        raised = [fact for unit in units if (fact := _raise(unit, stratum))]
        if not raised:
            return stratum
    raise NegationCycleError(tuple(sorted(set(raised))))


def _raise(unit: Unit, stratum: dict[str, int]) -> str:
    """Lift the unit's fact to where its reads put it; return the fact if that moved it."""
    if not unit.asserts:
        return ""
    needed = level(unit, stratum)
    if needed <= stratum[unit.asserts]:
        return ""
    stratum[unit.asserts] = needed
    return unit.asserts


def level(unit: Unit, stratum: dict[str, int]) -> int:
    """Return the lowest stratum in which everything the unit reads is decided."""
    return max(
        (stratum.get(fact, 0) + (0 if positive else 1) for fact, positive in unit.reads()),
        default=0,
    )


def stratum_of(unit: Unit, stratum: dict[str, int]) -> int:
    """Return the stratum in which the unit is matched."""
    return stratum[unit.asserts] if unit.asserts else level(unit, stratum)


def components(units: list[Unit]) -> list[list[Unit]]:
    """Join the units of one stratum that share a derived fact of it; keep the order."""
    made = {unit.asserts for unit in units if unit.asserts}
    parent = list(range(len(units)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first: dict[str, int] = {}
    for index, unit in enumerate(units):
        touched = {fact for fact, _ in unit.reads() if fact in made} | ({unit.asserts} - {""})
        for fact in touched:
            parent[root(index)] = root(first.setdefault(fact, index))
    joined: dict[int, list[Unit]] = {}
    for index, unit in enumerate(units):
        joined.setdefault(root(index), []).append(unit)
    return list(joined.values())
