"""Which derived fact depends on which, through which rule, and whether negated."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.language.expression import (
    All,
    Any,
    Expression,
    Name,
    NameKind,
    Not,
    Timed,
    walk,
)
from engine.language.position import Position
from engine.language.rulebook import Rule


@dataclass(frozen=True, slots=True)
class Dependency:
    """`rule` asserts `fact` and reads the derived fact `reads` at `position`."""

    fact: str
    reads: str
    negated: bool
    rule: str
    position: Position


def dependencies(rules: Iterable[Rule]) -> list[Dependency]:
    """Return every dependency of an asserted fact on a derived fact, in the order of the files."""
    return [
        Dependency(fact, name.name, negated, rule.id, name.position)
        for rule in rules
        if rule.asserts
        for name, negated in derived_reads(rule.when)
        for fact in rule.asserts
    ]


def derived_reads(condition: Expression, *, negated: bool = False) -> Iterator[tuple[Name, bool]]:
    """Yield the derived facts that a condition reads, and whether it needs them not TRUE."""
    match condition:
        case Name(kind=NameKind.DERIVED):
            yield condition, negated
        case Not():
            yield from derived_reads(condition.operand, negated=not negated)
        case All() | Any():
            for operand in condition.operands:
                yield from derived_reads(operand, negated=negated)
        case Timed():
            yield from derived_reads(condition.when, negated=negated)
            if condition.until is not None:
                yield from derived_reads(condition.until, negated=not negated)
        case _:
            # Anything else, such as `x == false`, may need it either way; that counts as negated.
            for node in walk(condition):
                if isinstance(node, Name) and node.kind is NameKind.DERIVED:
                    yield node, True


def by_fact(among: Iterable[Dependency]) -> dict[str, list[Dependency]]:
    """Return the dependencies of each asserted fact."""
    found: defaultdict[str, list[Dependency]] = defaultdict(list)
    for each in among:
        found[each.fact].append(each)
    return dict(found)


def way_back(start: Dependency, graph: Mapping[str, list[Dependency]]) -> list[Dependency] | None:
    """Return the shortest chain from what `start` reads to what it asserts; None: there is none.

    The chain is empty if a fact depends on itself directly.
    """
    chains: dict[str, list[Dependency]] = {start.reads: []}
    waiting = deque([start.reads])
    while waiting:
        fact = waiting.popleft()
        if fact == start.fact:
            return chains[fact]
        for each in graph.get(fact, []):
            if each.reads not in chains:
                chains[each.reads] = [*chains[fact], each]
                waiting.append(each.reads)
    return None
