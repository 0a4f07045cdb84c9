"""A small plant whose conditions are written as an operator writes them."""

from engine.language.document import Scalar
from engine.language.expression import Expression, Timed
from engine.language.feasible import Feasibility
from engine.language.grammar import parse
from engine.language.plant import Output, Plant, Point, Site
from engine.language.position import Position
from engine.language.problem import Problem
from engine.language.resolve import resolve
from engine.language.rulebook import Condition, Rule, Rulebook, Signal
from engine.language.scope import Entry, NameKind, Scope
from engine.language.types import BOOL, EnumType, NumberType
from engine.values.units import CELSIUS, PERCENT, Unit, parse_unit

_W = parse_unit("W")
assert isinstance(_W, Unit)
_POWER = NumberType(_W.dimension)
_TEMPERATURE = NumberType(CELSIUS.dimension, absolute=True)
_MODES = EnumType(("locked", "normal", "forced"))

PLANT = Plant(
    Site(),
    (
        Point("pv", _POWER, _W, low=0, high=20_000),
        Point("load", _POWER, _W, low=0, high=20_000),
        Point("top", _TEMPERATURE, CELSIUS, low=-20, high=120),
        Point("soc", NumberType(), PERCENT, low=0, high=100),
        Point("pump", BOOL),
        Point("mode", _MODES),
    ),
    (Output("miner", _POWER, 0.0, 0.0, _W, low=0, high=3300, off_below=1700),),
)


def _scope() -> Scope:
    scope = Scope()
    scope.add_plant(PLANT)
    scope.entries["surplus"] = Entry(NameKind.SIGNAL, _POWER, unit=_W, shown=_W)
    scope.entries["flow"] = Entry(NameKind.SIGNAL, BOOL)
    for name in ("sunny", "steady", "lively"):
        scope.entries[name] = Entry(NameKind.CONDITION, BOOL)
    for name in ("summer", "winter"):
        scope.add_derived(name)
    return scope


def read(text: str) -> Expression:
    """Return the resolved tree of one expression."""
    tree, problems = read_or_not(text)
    assert tree is not None, [each.message for each in problems]
    return tree


def read_or_not(text: str) -> tuple[Expression | None, list[Problem]]:
    """Return the resolved tree, or None and why there is none."""
    problems: list[Problem] = []
    scalar = Scalar(text, "", Position("test.yaml", 1, 1, len(text) + 1))
    tree = parse(scalar, problems)
    resolved = None if tree is None else resolve(tree, _scope(), problems)
    return (None if problems else resolved), problems


def timed(
    when: str, until: str | None = None, *, for_s: float = 0, hold_s: float = 0, rest_s: float = 0
) -> Timed:
    end = None if until is None else read(until)
    condition = read(when)
    return Timed(condition, end, for_s, hold_s, rest_s, when, condition.position, BOOL)


RULEBOOK = Rulebook(
    PLANT,
    (Signal("surplus", read("pv - load + miner"), ""), Signal("flow", read("pump"), "")),
    (
        Condition("sunny", timed("surplus > 3.6 kW", "surplus < 2.9 kW"), ""),
        Condition("steady", timed("top > 50 °C", for_s=60), ""),
        Condition("lively", timed("top > 50 °C", hold_s=60), ""),
    ),
    (Rule("hot", read("top > 80 °C"), (), ("summer",), 0, "", ""),),
)
FEASIBILITY = Feasibility(RULEBOOK)
