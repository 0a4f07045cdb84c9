"""An explanation as plain data for other programs: objects, lists, numbers and texts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum

from engine.language.position import Position
from engine.values.moment import Moment
from engine.values.units import Unit
from engine.workshop.quantity import Quantity
from engine.workshop.wording import tell_time

Plain = None | bool | int | float | str | Sequence["Plain"] | Mapping[str, "Plain"]
"""What JSON can say."""

_KINDS = frozenset(
    {
        *("Compared", "Stated", "Checked", "Span", "Named", "Derived", "Joined", "Negated", "Held"),
        *("Amount", "Change", "Unheard", "Heard", "Opening", "Wait", "Unmet"),
        *("Lasting", "Every", "Either"),
    }
)
"""Classes of which several can stand in one place: their objects say which they are."""


def plain(thing: object) -> Plain:  # noqa: PLR0911 - one case for each kind
    """Return a frozen structure of this package as plain data, in the order of its fields.

    A quantity is its value with its unit, a moment local time with its offset, a place `file:line`.
    """
    match thing:
        case Enum():
            return str(thing.value)
        case None | bool() | str() | int():
            return thing
        case float():
            return thing if math.isfinite(thing) else None
        case Quantity():
            return {"value": thing.value, "unit": thing.unit.symbol if thing.unit else ""}
        case Unit():
            return thing.symbol
        case Moment():
            return tell_time(thing)
        case Position():
            return f"{thing.file}:{thing.line}" if thing.file else ""
        case _:
            return _composed(thing)


def _composed(thing: object) -> Plain:
    if is_dataclass(thing):
        name = type(thing).__name__
        found: dict[str, Plain] = {"kind_of": name.lower()} if name in _KINDS else {}
        found |= {field.name: plain(getattr(thing, field.name)) for field in fields(thing)}
        return found
    if isinstance(thing, tuple):
        names = getattr(thing, "_fields", None)
        if names is not None:
            return {name: plain(value) for name, value in zip(names, thing, strict=True)}
        return [plain(item) for item in thing]
    raise TypeError(f"{type(thing).__name__} is no part of an explanation")
