"""Forward chaining: which rules are TRUE, FALSE or UNKNOWN, given the truths of their conditions.

Rules form groups, each its own durable ruleset. A group is fired twice when something it reads is
UNKNOWN: once with what is certain (only known truths are asserted) and once with what is possible
(an UNKNOWN is asserted as both the symbol and its complement). Fired when certain is TRUE, not
fired even when possible is FALSE, the rest UNKNOWN. So a derived fact is three-valued too, and a
missing sensor never enables an action through a negation (law 2; docs/decisions/0004).

What a group yields is a pure function of the truths it reads, so a bounded cache answers
combinations seen before. Groups run stratum by stratum (law 9).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

from engine.inference.matcher import Matcher, Pattern
from engine.inference.slots import Slots, content_of
from engine.language.expression import Name, NameKind
from engine.language.literals import Literal, is_derived
from engine.language.rulebook import Rule
from engine.language.strata import Unit, components, stratify, stratum_of, units_of
from engine.values.fact import Value
from engine.values.truth import Truth, any_

GROUP_SIZE = 24
"""Patterns in one durable ruleset: small ones answer faster, connected rules stay together."""
CACHE_SIZE = 4_096
"""Combinations of truths that a group remembers before it starts anew."""


@dataclass(slots=True)
class Group:
    """Units that are matched together, the slots they read and the slots they decide."""

    units: tuple[Unit, ...]
    reads: tuple[int, ...]
    writes: tuple[int, ...]
    """A slot per unit's rule (in order of first mention), then a slot per derived fact."""
    members: tuple[tuple[int, ...], ...]
    """For each written slot the units whose truths are joined by "or"."""
    matcher: Matcher
    symbols: tuple[tuple[str, str], ...]
    """For each read slot the symbol that stands for TRUE and the one for FALSE."""
    owners: tuple[int, ...]
    """For each pattern the unit it belongs to."""
    cache: dict[tuple[Truth, ...], tuple[Truth, ...]] = field(default_factory=dict)

    def fire(self, truths: tuple[Truth, ...]) -> tuple[Truth, ...]:
        """Return the truth of each slot in `writes`, given one truth per slot in `reads`."""
        found = self.cache.get(truths)
        if found is None:
            if len(self.cache) >= CACHE_SIZE:
                self.cache.clear()
            found = self.cache[truths] = self._fire(truths)
        return found

    def _fire(self, truths: tuple[Truth, ...]) -> tuple[Truth, ...]:
        certain = self._fired(self._asserted(truths, possible=False))
        possible = certain
        if None in truths:
            possible = self._fired(self._asserted(truths, possible=True))
        units: list[Truth] = [
            True if index in certain else None if index in possible else False
            for index in range(len(self.units))
        ]
        return tuple(any_(units[index] for index in joined) for joined in self.members)

    def _asserted(self, truths: tuple[Truth, ...], *, possible: bool) -> Iterable[str]:
        for truth, (true_symbol, false_symbol) in zip(truths, self.symbols, strict=True):
            if truth is True or (truth is None and possible):
                yield true_symbol
            if truth is False or (truth is None and possible):
                yield false_symbol

    def _fired(self, symbols: Iterable[str]) -> set[int]:
        fired = self.matcher.fired(symbols)
        return {self.owners[pattern] for pattern in fired}


def build_groups(rules: tuple[Rule, ...], slots: Slots) -> tuple[Group, ...]:
    """Return the groups in firing order; every leaf has a slot in `slots.content` already.

    Makes a slot for each rule and each derived fact. Raises NegationCycleError.
    """
    units = units_of(rules)
    stratum = stratify(units)
    for rule in rules:
        slots.rules[rule.id] = slots.new()
    for fact in stratum:
        slots.named[NameKind.DERIVED, fact] = slots.new()
    groups: list[Group] = []
    height = max((stratum_of(unit, stratum) for unit in units), default=0)
    for number in range(height + 1):
        layer = [unit for unit in units if stratum_of(unit, stratum) == number]
        for packed in _pack(components(layer), slots):
            groups.append(_group(f"group{len(groups)}", packed, slots))
    return tuple(groups)


def _pack(parts: list[list[Unit]], slots: Slots) -> list[list[Unit]]:
    """Put connected units together, and neighbours that read the same slots."""
    ordered = sorted(parts, key=lambda part: sorted(_slots_of(part, slots)))
    packed: list[list[Unit]] = []
    size = 0
    for part in ordered:
        count = sum(len(unit.options) for unit in part)
        if not packed or size + count > GROUP_SIZE:
            packed.append([])
            size = 0
        packed[-1].extend(part)
        size += count
    return packed


def _slot_of(literal: Literal, slots: Slots) -> int:
    symbol = literal.symbol
    if isinstance(symbol, Name) and is_derived(symbol):
        return slots.number(NameKind.DERIVED, symbol.name)
    return slots.content[content_of(symbol)]


def _slots_of(units: list[Unit], slots: Slots) -> set[int]:
    return {_slot_of(lit, slots) for unit in units for option in unit.options for lit in option}


def _group(name: str, units: list[Unit], slots: Slots) -> Group:
    made = {slots.number(NameKind.DERIVED, unit.asserts) for unit in units if unit.asserts}
    reads = tuple(sorted(_slots_of(units, slots) - made))
    patterns: list[Pattern] = []
    owners: list[int] = []
    for index, unit in enumerate(units):
        asserts = f"{slots.number(NameKind.DERIVED, unit.asserts)}+" if unit.asserts else ""
        for option in unit.options:
            # Each symbol once: durable-rules never matches one fact twice in a rule.
            needs = dict.fromkeys(_symbol(_slot_of(lit, slots), lit.positive) for lit in option)
            patterns.append(Pattern(tuple(needs), asserts))
            owners.append(index)
    members: dict[int, list[int]] = {}
    for index, unit in enumerate(units):
        members.setdefault(slots.rules[unit.rule.id], []).append(index)
    for index, unit in enumerate(units):
        if unit.asserts:
            members.setdefault(slots.number(NameKind.DERIVED, unit.asserts), []).append(index)
    return Group(
        units=tuple(units),
        reads=reads,
        writes=tuple(members),
        members=tuple(tuple(joined) for joined in members.values()),
        matcher=Matcher(name, patterns),
        symbols=tuple((_symbol(slot, True), _symbol(slot, False)) for slot in reads),
        owners=tuple(owners),
    )


def _symbol(slot: int, positive: bool) -> str:
    return f"{slot}{'+' if positive else '-'}"


Picker = Callable[[Sequence[Value | None]], tuple[Truth, ...]]


@lru_cache(maxsize=1_024)
def reader(reads: tuple[int, ...]) -> Picker:
    """Return a function that picks those slots, always as a tuple; the same one where it can."""
    if not reads:
        return lambda _: ()
    if len(reads) == 1:
        only = reads[0]
        return lambda slots: (slots[only],)  # type: ignore[return-value] # a condition's slot
    return itemgetter(*reads)
