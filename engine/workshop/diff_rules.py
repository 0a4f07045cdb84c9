"""What an edit changed in the text: entries that came, went, were renamed or say something else.

Entries are compared by what they mean: `3.6 kW` and `3600 W`, `a and b` and `b and a` are the same,
and so is an entry that only moved to another file.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum

from engine.language.expression import Expression
from engine.language.identity import identity
from engine.language.plant import Output, Plant, Point, Rate
from engine.language.position import Position
from engine.language.rulebook import Interlock, Permissive, Rule, Rulebook, Trip
from engine.language.text import seconds_to_text, to_text
from engine.values.fact import Value
from engine.values.units import Unit
from engine.workshop.figures import figure
from engine.workshop.quantity import Quantity, amount_unit, declared


class Edit(Enum):
    """What became of an entry."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True)
class Part:
    """A key of an entry that says something else now; empty where it does not stand at all."""

    key: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class EntryEdit:
    """One entry of the rule files: `kind` is `rule`, `condition`, `signal`, `trip`, … `output`.

    `new_id` differs from `id` only if it was renamed. A position is None on the side without it.
    """

    edit: Edit
    kind: str
    id: str
    new_id: str
    parts: tuple[Part, ...] = ()
    old_position: Position | None = None
    new_position: Position | None = None


_Said = dict[str, tuple[str, str]]
"""For each key its meaning, which is compared, and its text, which is shown."""


@dataclass(frozen=True, slots=True)
class _Entry:
    said: _Said
    position: Position


def edits(old: Rulebook, new: Rulebook) -> tuple[EntryEdit, ...]:
    """Return everything that an edit changed, by kind and then in the order of the files."""
    before, after = _entries(old), _entries(new)
    found: list[EntryEdit] = []
    for kind in before:
        found += _compared(kind, before[kind], after[kind])
    return tuple(found)


def _compared(kind: str, old: dict[str, _Entry], new: dict[str, _Entry]) -> Iterator[EntryEdit]:
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    renamed: dict[str, str] = {}
    for name in gone:
        same = (each for each in come if _meaning(new[each]) == _meaning(old[name]))
        other = next((each for each in same if each not in renamed.values()), None)
        if other is not None:
            renamed[name] = other
    for name, entry in old.items():
        if name in renamed:
            other = renamed[name]
            place = new[other].position
            yield EntryEdit(Edit.RENAMED, kind, name, other, (), entry.position, place)
        elif name not in new:
            parts = tuple(Part(key, text, "") for key, (_, text) in entry.said.items())
            yield EntryEdit(Edit.REMOVED, kind, name, name, parts, entry.position)
        elif _meaning(entry) != _meaning(new[name]):
            parts = tuple(_parts(entry.said, new[name].said))
            place = new[name].position
            yield EntryEdit(Edit.CHANGED, kind, name, name, parts, entry.position, place)
    for name in come:
        if name not in renamed.values():
            entry = new[name]
            parts = tuple(Part(key, "", text) for key, (_, text) in entry.said.items())
            yield EntryEdit(Edit.ADDED, kind, name, name, parts, None, entry.position)


def _meaning(entry: _Entry) -> dict[str, str]:
    return {key: meaning for key, (meaning, _) in entry.said.items()}


def _parts(old: _Said, new: _Said) -> Iterator[Part]:
    nothing = ("", "")
    for key in dict.fromkeys((*old, *new)):
        (before, shown), (after, shown_after) = old.get(key, nothing), new.get(key, nothing)
        if before != after:
            yield Part(key, shown, shown_after)


def _entries(book: Rulebook) -> dict[str, dict[str, _Entry]]:
    outputs = {output.name: output for output in book.plant.outputs}

    def force(values: Iterable[tuple[str, Value]]) -> _Said:
        shown = {name: figure(declared(value, outputs[name].unit)) for name, value in values}
        return {name: (text, text) for name, text in shown.items()}

    def lock(entry: Interlock) -> _Said:
        said = {"never" if entry.never else "while": _said(entry.condition), **force(entry.force)}
        for each in entry.limits:
            said[f"{each.output} {each.bound.value}"] = _said(each.value)
        return said | _words(entry.because)

    def trip(entry: Trip) -> _Said:
        latch = (entry.latch.value, entry.latch.value)
        return {"when": _said(entry.when), "latch": latch, **force(entry.force)} | _words(
            entry.because
        )

    return {
        **_plant(book.plant),
        "signal": {s.name: _Entry({"is": _said(s.expression)}, s.position) for s in book.signals},
        "condition": {
            c.name: _Entry({"when": _said(c.expression)}, c.position) for c in book.conditions
        },
        "rule": {rule.id: _Entry(_rule(rule), rule.position) for rule in book.rules},
        "trip": {each.id: _Entry(trip(each), each.position) for each in book.trips},
        "interlock": {each.id: _Entry(lock(each), each.position) for each in book.interlocks},
        "permissive": {
            each.id: _Entry(_permissive(each), each.position) for each in book.permissives
        },
    }


def _rule(rule: Rule) -> _Said:
    said = {"when": _said(rule.when)}
    said |= {each.output: _said(each.value) for each in rule.proposals}
    said |= {f"assert {name}": (name, name) for name in sorted(rule.asserts)}
    said["salience"] = (str(rule.salience), str(rule.salience))
    return said | _words(rule.because)


def _permissive(entry: Permissive) -> _Said:
    output = (entry.output, entry.output)
    return {"output": output, "needs": _said(entry.needs)} | _words(entry.because)


def _words(because: str) -> _Said:
    return {"because": (because, because)} if because else {}


def _said(expression: Expression) -> tuple[str, str]:
    return identity(expression, shared_memory=False), to_text(expression)


def _plant(plant: Plant) -> dict[str, dict[str, _Entry]]:
    units = {point.name: point.unit for point in plant.points}
    outputs = {
        each.name: _Entry(_declared(each) | _effects(each, units), each.position)
        for each in plant.outputs
    }
    return {
        "fact": {each.name: _Entry(_declared(each), each.position) for each in plant.points},
        "output": outputs,
    }


_TOLD_APART = frozenset({"name", "position", "about", "acts_on"})
_KEYS = {"low": "range from", "high": "range to", "on_values": "on"}
"""Words of the plant file for what is named otherwise here; seconds lose their ending."""


def _declared(entry: Point | Output) -> _Said:
    said: _Said = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if field.name not in _TOLD_APART and value not in (None, 0.0, frozenset(), ()):
            key = _KEYS.get(field.name, field.name.removesuffix("_s").removesuffix("_per"))
            said[key] = (_content(value), _shown(field.name, value, entry.unit))
    return said


def _effects(output: Output, units: Mapping[str, Unit | None]) -> _Said:
    """Return what an output acts on, fact by fact."""
    said: _Said = {}
    for each in output.acts_on:
        unit = units[each.point]
        amounts = [
            f"{state} {figure(Quantity(amount, amount_unit(amount, unit)))}".strip()
            for state, amount in each.states or (("", each.amount),)
        ]
        said[f"acts_on {each.point}"] = (
            _content((each.amount, tuple(sorted(each.states)))),
            ", ".join(amounts),
        )
    return said


def _content(value: object) -> str:
    """Return the text of a value's meaning: without places, which every edit above it moves."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_content, value))})"
    if isinstance(value, frozenset):
        return f"{sorted(map(_content, value))}"
    if is_dataclass(value) and not isinstance(value, type):
        named = [field.name for field in fields(value) if field.name != "position"]
        return f"({', '.join(f'{name} {_content(getattr(value, name))}' for name in named)})"
    return str(value)


def _shown(key: str, value: object, unit: Unit | None) -> str:
    """Return what a key of the plant file says, with its unit."""
    match value:
        case Unit():
            return value.symbol
        case Rate():
            return f"{value.count} per {seconds_to_text(value.per_s)}"
        case frozenset() | tuple():
            return ", ".join(sorted(map(_content, value)))
        case bool() | str():
            return figure(declared(value, None))
        case float():
            return _number(key, value, unit)
        case _:
            return str(value)


def _number(key: str, value: float, unit: Unit | None) -> str:
    if key.endswith("_per_s"):
        return f"{value:g} {unit.symbol if unit else ''} a second"
    return seconds_to_text(value) if key.endswith("_s") else figure(declared(value, unit))
