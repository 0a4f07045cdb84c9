"""The comparisons that decide a condition, followed through named conditions and derived facts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.language.expression import All, Any, Comparison, Expression, Name, NameKind, Not, Timed
from engine.language.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Leaf:
    """A comparison that a condition hangs on.

    `wanted` is what helps the condition to be TRUE. `way` are the conditions, and the derived facts
    with the rules that assert them, between it and the condition, from the inside. `ended_by` are
    the comparisons that end the hysteresis it stands in; None: it stands in none.
    """

    comparison: Comparison
    wanted: bool
    way: tuple[str, ...] = ()
    ended_by: tuple["Leaf", ...] | None = None


class Leaves:
    """Takes conditions apart."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Note what the names mean."""
        self._meanings: dict[tuple[NameKind, str], Expression] = {
            **{(NameKind.SIGNAL, each.name): each.expression for each in rulebook.signals},
            **{(NameKind.CONDITION, each.name): each.expression for each in rulebook.conditions},
        }
        asserting: defaultdict[str, list[tuple[str, Expression]]] = defaultdict(list)
        for rule in rulebook.rules:
            for fact in rule.asserts:
                asserting[fact].append((rule.id, rule.when))
        self._asserting: Mapping[str, list[tuple[str, Expression]]] = asserting

    def of(self, condition: Expression) -> tuple[Leaf, ...]:
        """Return its comparisons, each place once."""
        found: dict[tuple[object, bool], Leaf] = {}
        for leaf in self._walk(condition, wanted=True, met=frozenset()):
            found.setdefault((leaf.comparison.position, leaf.wanted), leaf)
        return tuple(found.values())

    def _walk(  # noqa: C901 - one case for each kind
        self, node: Expression, *, wanted: bool, met: frozenset[tuple[NameKind, str]]
    ) -> Iterator[Leaf]:
        match node:
            case Comparison():
                yield Leaf(node, wanted)
            case Not():
                yield from self._walk(node.operand, wanted=not wanted, met=met)
            case All() | Any():
                for operand in node.operands:
                    yield from self._walk(operand, wanted=wanted, met=met)
            case Timed(until=None):
                yield from self._walk(node.when, wanted=wanted, met=met)
            case Timed(when=when, until=until) if until is not None:
                # What ends it is wanted FALSE for as long as the condition is wanted TRUE.
                ends = tuple(self._walk(until, wanted=not wanted, met=met))
                for leaf in self._walk(when, wanted=wanted, met=met):
                    yield replace(leaf, ended_by=(*(leaf.ended_by or ()), *ends))
            case Name(kind=NameKind.DERIVED) if (node.kind, node.name) not in met:
                for rule, when in self._asserting.get(node.name, ()):
                    inner = self._walk(when, wanted=wanted, met=met | {(node.kind, node.name)})
                    yield from (_through(leaf, rule, node.name) for leaf in inner)
            case Name() if (node.kind, node.name) in self._meanings and (
                (node.kind, node.name) not in met
            ):
                meaning = self._meanings[node.kind, node.name]
                inner = self._walk(meaning, wanted=wanted, met=met | {(node.kind, node.name)})
                yield from (_through(leaf, node.name) for leaf in inner)
            case _:
                return


def _through(leaf: Leaf, *names: str) -> Leaf:
    return replace(leaf, way=(*leaf.way, *names))
