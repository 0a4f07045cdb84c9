"""The wiring: which field of which device is which point or output, and by what factor.

Made once, when the daemon starts, from the plant, the site file and what the devices say of
themselves. Everything that does not fit is a problem with its place; nothing is guessed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from adapters.port import Field
from adapters.runtime.site import DeviceEntry, Link
from engine.language.plant import Output, Plant, Point
from engine.language.position import Position
from engine.language.problem import Problem, Severity
from engine.language.suggest import advise
from engine.language.types import EnumType, NumberType
from engine.values.units import NUMBER, Unit, parse_unit


@dataclass(frozen=True, slots=True)
class Wire:
    """One field joined to one point or output: `value in the plant = value there × factor`."""

    device: str
    field: str
    name: str
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Wiring:
    """All wires, by what looks them up."""

    facts: Mapping[tuple[str, str], tuple[Wire, ...]]
    """(device, field) -> the points it feeds."""
    outputs: Mapping[str, tuple[Wire, ...]]
    """output -> the fields that follow it."""
    unwired: tuple[str, ...]
    """Points that no device feeds; they stay MISSING."""


def wire(
    plant: Plant, entries: Iterable[DeviceEntry], fields: Mapping[str, tuple[Field, ...]]
) -> tuple[Wiring, tuple[Problem, ...]]:
    """Join the devices' fields to the plant. `fields` are by name of the device."""
    points = {point.name: point for point in plant.points}
    outputs = {output.name: output for output in plant.outputs}
    problems: list[Problem] = []
    facts: dict[tuple[str, str], list[Wire]] = {}
    commanded: dict[str, list[Wire]] = {}
    fed: dict[str, Link] = {}
    for entry in entries:
        known = {field.name: field for field in fields.get(entry.name, ())}
        for link in entry.facts:
            found = _join(entry, link, points, known, problems, writable=False)
            if found is not None and link.name in fed:
                message = f"`{link.name}` is fed by two devices"
                problems.append(_problem(link.position, message))
            elif found is not None:
                fed[link.name] = link
                facts.setdefault((entry.name, link.field), []).append(found)
        for link in entry.outputs:
            found = _join(entry, link, outputs, known, problems, writable=True)
            if found is not None:
                commanded.setdefault(link.name, []).append(found)
    wiring = Wiring(
        {key: tuple(wires) for key, wires in facts.items()},
        {name: tuple(wires) for name, wires in commanded.items()},
        tuple(name for name in points if name not in fed),
    )
    return wiring, tuple(problems)


def _join(
    entry: DeviceEntry,
    link: Link,
    names: Mapping[str, Point] | Mapping[str, Output],
    fields: Mapping[str, Field],
    problems: list[Problem],
    *,
    writable: bool,
) -> Wire | None:
    """Return the wire of one line, or None and a problem."""
    what = "output" if writable else "fact"
    target, field = names.get(link.name), fields.get(link.field)
    if target is None:
        message = f"the plant has no {what} `{link.name}`"
        problems.append(_problem(link.position, message, advise(link.name, names)))
        return None
    if field is None:
        message = f"the device `{entry.name}` has no field `{link.field}`"
        problems.append(_problem(link.position, message, advise(link.field, fields)))
        return None
    if writable and not field.writable:
        message = f"the field `{link.field}` of `{entry.name}` cannot be commanded"
        problems.append(_problem(link.position, message))
        return None
    factor = _factor(target, field)
    if factor is None:
        message = f"`{link.name}` is {_kind(target)}, but `{link.field}` is {_field_kind(field)}"
        problems.append(_problem(link.position, message))
        return None
    return Wire(entry.name, link.field, link.name, factor)


def _factor(target: Point | Output, field: Field) -> float | None:
    """Return what to multiply a field's value with, or None if it is another kind of thing."""
    match target.type:
        case NumberType():
            own = target.unit or NUMBER
            unit = parse_unit(field.unit) if field.unit else NUMBER
            if field.values or unit is None or not _alike(own, unit):
                return None
            return unit.factor / own.factor
        case EnumType():
            return 1.0 if set(field.values) <= set(target.type.values) and field.values else None
        case _:
            return None if field.unit or field.values else 1.0


def _alike(one: Unit, other: Unit) -> bool:
    return (one.dimension, one.absolute) == (other.dimension, other.absolute)


def _kind(target: Point | Output) -> str:
    return f"in {target.unit.symbol}" if target.unit else str(target.type)


def _field_kind(field: Field) -> str:
    if field.values:
        return "one of " + ", ".join(field.values)
    return f"in {field.unit}" if field.unit else "a plain or on/off value"


def _problem(position: Position, message: str, advice: str = "") -> Problem:
    return Problem("site", Severity.ERROR, message, position, advice)
