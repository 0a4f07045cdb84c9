"""Interlocks and trips that work against each other or against themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from engine.language.expression import Expression, NameKind, names
from engine.language.feasible import IS_TRUE, Feasibility
from engine.language.position import Position
from engine.language.problem import Problem, Related, Severity
from engine.language.rulebook import Interlock, Rulebook
from engine.language.substitute import substitute
from engine.values.fact import Value

CODE = "contradicting-interlocks"
SUMMARY = "An interlock or a trip forces a value that another one, or itself, forbids."


@dataclass(frozen=True, slots=True)
class _Forcing:
    """An interlock or a trip, as far as it forces values."""

    kind: str
    id: str
    condition: Expression
    force: dict[str, Value]
    position: Position

    def __str__(self) -> str:
        return f"{self.kind} `{self.id}`"


def check(rulebook: Rulebook, feasibility: Feasibility) -> Iterator[Problem]:
    """Yield the contradictions among interlocks, among trips, and of trips with interlocks."""
    trips = [_Forcing("trip", t.id, t.when, dict(t.force), t.position) for t in rulebook.trips]
    interlocks = [
        _Forcing("interlock", i.id, i.condition, dict(i.force), i.position)
        for i in rulebook.interlocks
    ]
    for group in (trips, interlocks):
        for first, second in combinations(group, 2):
            yield from _different_values(first, second, feasibility)
    for forcing in trips:
        for interlock in interlocks:
            yield from _forbidden_by(forcing, interlock, feasibility)
    for each in rulebook.interlocks:
        yield from _not_cured(each, feasibility)
    yield from _forbidden_failsafes(rulebook, interlocks, feasibility)


def _different_values(
    first: _Forcing, second: _Forcing, feasibility: Feasibility
) -> Iterator[Problem]:
    """Yield two of one strength that can act at once on one output: neither can win."""
    clashes = _clashes(first.force, second.force)
    if clashes and not feasibility.exclusive(first.condition, second.condition):
        outputs = " and ".join(f"`{output}`" for output in clashes)
        yield Problem(
            CODE,
            Severity.ERROR,
            f"{first} and {second} can act at once and force different values on {outputs}",
            second.position,
            "make their conditions exclude each other, or force the same value",
            (Related(first.position, f"{first} stands here"),),
        )


def _forbidden_by(
    trip: _Forcing, interlock: _Forcing, feasibility: Feasibility
) -> Iterator[Problem]:
    """Yield a trip whose values an interlock forbids for sure: a trip passes every interlock."""
    left = substitute(interlock.condition, trip.force)
    changed = set(names(interlock.condition, NameKind.OUTPUT)) & set(trip.force)
    curable = set(interlock.force) - set(trip.force)
    if not changed or names(left, NameKind.OUTPUT) or curable:
        return
    if feasibility.implies(trip.condition, left) and not feasibility.never(trip.condition):
        yield Problem(
            CODE,
            Severity.ERROR,
            f"{trip} forces values that {interlock} forbids",
            trip.position,
            "let the trip force values that the interlock allows",
            (Related(interlock.position, f"{interlock} stands here"),),
        )


def _not_cured(interlock: Interlock, feasibility: Feasibility) -> Iterator[Problem]:
    """Yield a `never` about outputs that is still violated by what its `else` forces."""
    about = set(names(interlock.condition, NameKind.OUTPUT))
    if not interlock.never or not about or any(each.output in about for each in interlock.limits):
        return
    left = substitute(interlock.condition, dict(interlock.force))
    if not feasibility.possible((left, IS_TRUE)) or not feasibility.footprints.are_precise(left):
        return
    yield Problem(
        CODE,
        Severity.ERROR,
        f"interlock `{interlock.id}` does not end what it forbids: its condition can still be"
        " TRUE with the values it forces",
        interlock.position,
        "force under `else` a value that makes the condition FALSE",
    )


def _forbidden_failsafes(
    rulebook: Rulebook, interlocks: list[_Forcing], feasibility: Feasibility
) -> Iterator[Problem]:
    """Yield an interlock that forbids the values which all outputs take when nothing is known."""
    failsafes = {output.name: output.failsafe for output in rulebook.plant.outputs}
    for interlock in interlocks:
        about = names(interlock.condition, NameKind.OUTPUT)
        left = substitute(interlock.condition, failsafes)
        if about and feasibility.always(left):
            outputs = " and ".join(f"`{name}`" for name in about)
            yield Problem(
                CODE,
                Severity.ERROR,
                f"{interlock} forbids what the failsafe values of {outputs} are together",
                interlock.position,
                "choose failsafe values that the interlock allows",
            )


def _clashes(first: dict[str, Value], second: dict[str, Value]) -> list[str]:
    return [output for output, value in first.items() if second.get(output, value) != value]
