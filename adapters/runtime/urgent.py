"""Which points a trip hangs on: when one of them switches, the next scan does not wait its turn."""

from collections.abc import Iterable

from engine.language.expression import Expression, Name, NameKind, walk
from engine.language.rulebook import Rulebook
from engine.language.types import NumberType


def urgent_points(rulebook: Rulebook) -> tuple[str, ...]:
    """Return the on/off points and states behind the trips, in the plant's order.

    A measured number crosses its limit at its own pace: the regular scan sees it.
    """
    behind = points_behind(rulebook, (trip.when for trip in rulebook.trips))
    return tuple(
        point.name
        for point in rulebook.plant.points
        if point.name in behind and not isinstance(point.type, NumberType)
    )


def points_behind(rulebook: Rulebook, expressions: Iterable[Expression]) -> set[str]:
    """Return the points that the expressions read, also through signals, conditions and rules."""
    defined: dict[tuple[NameKind, str], list[Expression]] = {}
    for signal in rulebook.signals:
        defined[NameKind.SIGNAL, signal.name] = [signal.expression]
    for condition in rulebook.conditions:
        defined[NameKind.CONDITION, condition.name] = [condition.expression]
    for rule in rulebook.rules:
        for fact in rule.asserts:
            defined.setdefault((NameKind.DERIVED, fact), []).append(rule.when)
    found: set[tuple[NameKind, str]] = set()
    waiting = list(expressions)
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, Name) and (node.kind, node.name) not in found:
                found.add((node.kind, node.name))
                waiting += defined.get((node.kind, node.name), [])
    return {name for kind, name in found if kind is NameKind.POINT}
