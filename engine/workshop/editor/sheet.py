"""Every name of a plant and its rules on one sheet: kind, unit, range, meaning, place."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from engine.language.expression import NameKind
from engine.language.numbers import range_text
from engine.language.plant import Output, Point
from engine.language.position import NOWHERE, Position
from engine.language.rulebook import Rulebook
from engine.language.text import number_to_text, seconds_to_text, shortened
from engine.language.types import BOOL, BoolType, EnumType, NumberType, Type
from engine.values.fact import Value
from engine.values.units import NUMBER, Unit


@dataclass(frozen=True, slots=True)
class Entry:
    """One name: `kind` as sentences call it, `summary` on one line, `about` in the owner's words.

    `states` are what an enum can be; `is_number` tells whether a limit makes sense.
    """

    name: str
    kind: NameKind
    summary: str
    about: str
    type: Type | None
    position: Position = NOWHERE

    @property
    def text(self) -> str:
        """Return everything in one line or two."""
        return f"{self.summary}\n\n{self.about}" if self.about else self.summary

    @property
    def states(self) -> tuple[str, ...]:
        """Return the states of an enum, `on` and `off` of a truth, nothing of a number."""
        match self.type:
            case EnumType(values=values):
                return values
            case BoolType():
                return ("on", "off")
            case _:
                return ()

    @property
    def is_number(self) -> bool:
        """Tell whether it is a number."""
        return isinstance(self.type, NumberType)


Sheet = Mapping[str, Entry]
"""Entries by name."""


def sheet_of(rulebook: Rulebook) -> Sheet:
    """Return everything that an expression may read; what is broken is not in it."""
    found: dict[str, Entry] = {}
    for point in rulebook.plant.points:
        found[point.name] = _point(point)
    for output in rulebook.plant.outputs:
        found[output.name] = _output(output)
    for signal in rulebook.signals:
        said = f"signal · {shortened(signal.expression)}"
        found[signal.name] = Entry(
            signal.name, NameKind.SIGNAL, said, "", signal.expression.type, signal.position
        )
    for condition in rulebook.conditions:
        said = f"condition · {shortened(condition.expression)}"
        found[condition.name] = Entry(
            condition.name, NameKind.CONDITION, said, "", BOOL, condition.position
        )
    asserting: defaultdict[str, list[str]] = defaultdict(list)
    for rule in rulebook.rules:
        for name in rule.asserts:
            asserting[name].append(rule.id)
    for name, rules in asserting.items():
        said = f"derived fact · asserted by {', '.join(f'`{rule}`' for rule in rules)}"
        found[name] = Entry(name, NameKind.DERIVED, said, "", BOOL)
    return found


def _point(point: Point) -> Entry:
    parts = ["fact", _measure(point), f"unknown after {seconds_to_text(point.max_age_s)}"]
    summary = " · ".join(parts)
    return Entry(point.name, NameKind.POINT, summary, point.about, point.type, point.position)


def _output(output: Output) -> Entry:
    rest = _value(output.default, output.unit)
    safe = _value(output.failsafe, output.unit)
    parts = ["output", _measure(output), f"at rest {rest}", f"failsafe {safe}"]
    if output.off_below:
        parts.append(f"off below {_value(output.off_below, output.unit)}")
    for name, seconds in (("on", output.min_on_s), ("off", output.min_off_s)):
        if seconds:
            parts.append(f"at least {seconds_to_text(seconds)} {name}")
    summary = " · ".join(parts)
    return Entry(output.name, NameKind.OUTPUT, summary, output.about, output.type, output.position)


def _measure(point: Point | Output) -> str:
    match point.type:
        case BoolType():
            return "on or off"
        case EnumType(values=states):
            return "one of " + ", ".join(states)
        case NumberType():
            unit = point.unit or NUMBER
            if point.low is None and point.high is None:
                return unit.symbol or "a number"
            return range_text(point.low, point.high, unit)


def _value(value: Value, unit: Unit | None) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return value
    return f"{number_to_text(value)} {unit.symbol if unit else ''}".strip()
