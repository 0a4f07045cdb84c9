"""One value out of somebody else's message: where it stands, and what it must be. Pure.

    outdoor_temperature: {topic: weather/now, path: outdoor.temperature, unit: °C, range: [-40, 50]}

A text is never taken for a number, nor 1 for `true` unless the publisher is known to write so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.codec.mqtt_json import Json, PayloadError, parse
from adapters.codec.mqtt_request import read_time
from engine.values.fact import Value

_ON = ("on", "true", "open", "1")
_OFF = ("off", "false", "closed", "0")
_WORD_BYTES_MAX = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """One field of a message. Without a unit and without states it is on or off."""

    field: str
    path: tuple[str, ...] = ()
    unit: str = ""
    states: tuple[tuple[Json, str], ...] = ()
    """What the publisher writes, and what the field is called then."""
    low: float | None = None
    high: float | None = None
    factor: float = 1.0
    is_number: bool = True
    time_path: tuple[str, ...] = ()
    """Where the time of measurement stands, if it is told."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a message says: a value, or why it is none; and when it was measured, if told."""

    value: Value | None
    reason: str = ""
    wall_s: float | None = None


class AbsentError(LookupError):
    """A message that does not speak of the field at all."""


def content_of(payload: bytes) -> Json:
    """Return what a message says: JSON, or a bare word such as `ON`. Raises PayloadError."""
    try:
        return parse(payload)
    except PayloadError:
        word = payload.strip().decode("ascii", "replace").lower()
        if len(payload) <= _WORD_BYTES_MAX and word in (*_ON, *_OFF):
            return word
        raise


def find(wanted: Wanted, content: Json) -> Found:
    """Return what a message's content says of a field. Raises AbsentError if nothing."""
    value = _at(content, wanted.path)
    wall_s = None
    if wanted.time_path:
        try:
            wall_s = read_time(_at(content, wanted.time_path))
        except AbsentError:
            wall_s = None
        if wall_s is None:
            return Found(None, "its time cannot be read")
    if value is None:
        return Found(None, "the publisher knows none", wall_s)
    found = _convert(wanted, value)
    return Found(found.value, found.reason, wall_s)


def _at(content: Json, path: tuple[str, ...]) -> Json:
    for step in path:
        if isinstance(content, Mapping) and step in content:
            content = content[step]
        elif isinstance(content, list) and step.isdecimal() and int(step) < len(content):
            content = content[int(step)]
        else:
            raise AbsentError(".".join(path))
    return content


def _convert(wanted: Wanted, value: Json) -> Found:
    if wanted.states:
        for written, state in wanted.states:
            if _same(written, value):
                return Found(state)
        return Found(None, f"an unknown state: {str(value)[:40]}")
    if not wanted.is_number:
        on = _switch(value)
        return Found(None, "neither on nor off") if on is None else Found(on)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Found(None, "not a number")
    number = value * wanted.factor
    low = wanted.low if wanted.low is not None else -1e15
    high = wanted.high if wanted.high is not None else 1e15
    if not low <= number <= high:
        return Found(None, f"{number:g} {wanted.unit} is outside its range".replace("  ", " "))
    return Found(float(number))


def _same(written: Json, value: Json) -> bool:
    if isinstance(written, str) and isinstance(value, str):
        return written.lower() == value.lower()
    return type(written) is type(value) and written == value


def _switch(value: Json) -> bool | None:
    """Return on or off in any of the spellings that devices have for it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return {0.0: False, 1.0: True}.get(float(value))
    word = value.lower() if isinstance(value, str) else ""
    return True if word in _ON[:3] else False if word in _OFF[:3] else None
