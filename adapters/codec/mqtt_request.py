"""What people may ask for on MQTT: setpoints, overrides, resets, acknowledgements, modes. Pure.

A request names who asks (`by`) and itself (`id`), and ends by itself (`expires_at` or `ttl_s`).
Whatever is not exactly a request is refused with its reason; nothing is guessed or clamped.
"""

import math
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.codec.mqtt_json import COMMAND_BYTES_MAX, Json, PayloadError, parse_object
from adapters.codec.mqtt_topics import NAME, Kind
from adapters.codec.setpoint import Setpoint, ValueRefusedError, admit, convert
from engine.language.plant import Output
from engine.values.fact import Value

LIFE_S_MAX = 86_400.0
"""A command, and so an override, ends within a day; a setpoint within its own `lasts_s`."""
_BY_MAX = 64
_COMMON = frozenset({"id", "by", "expires_at", "ttl_s"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, under which id, until when (Unix time)."""

    id: str
    by: str
    until_wall_s: float


@dataclass(frozen=True, slots=True)
class OverrideAsked(Asked):
    """An output shall have a value, in its unit, until then; None: no override any more."""

    output: str
    value: Value | None


@dataclass(frozen=True, slots=True)
class ResetAsked(Asked):
    """A latched trip shall be released: the first step, which asks for a nonce."""

    trip: str


@dataclass(frozen=True, slots=True)
class ConfirmAsked(Asked):
    """The second step of a reset, with the nonce of the first."""

    trip: str
    nonce: str


@dataclass(frozen=True, slots=True)
class AckAsked(Asked):
    """An alarm was seen by a person."""

    alarm: str


@dataclass(frozen=True, slots=True)
class ModeAsked(Asked):
    """The site shall be in another mode."""

    mode: str


@dataclass(frozen=True, slots=True)
class SetpointAsked(Asked):
    """A setpoint shall have a value, in its unit, until then."""

    setpoint: str
    value: Value


Request = OverrideAsked | ResetAsked | ConfirmAsked | AckAsked | ModeAsked | SetpointAsked


@dataclass(frozen=True, slots=True)
class Offer:
    """What this plant lets people ask for, by name."""

    outputs: Mapping[str, Output]
    trips: frozenset[str] = frozenset()
    modes: tuple[str, ...] = ()
    setpoints: Mapping[str, Setpoint] | None = None


class RefusedError(ValueError):
    """A request that is refused; `id` is its own if it could be read, else empty."""

    def __init__(self, reason: str, request_id: str = "") -> None:
        """Say why, and of which request."""
        super().__init__(reason)
        self.id = request_id


def read(kind: Kind, name: str, payload: bytes, offer: Offer, now_wall_s: float) -> Request:
    """Return the request on a topic of `kind` and `name`. Raises RefusedError, and nothing else."""
    found: dict[str, Json] = {}
    try:
        found = parse_object(payload, COMMAND_BYTES_MAX)
        if kind is Kind.SET:
            return _setpoint(found, name, offer, now_wall_s)
        return _command(found, name, offer, now_wall_s)
    except (PayloadError, ValueRefusedError) as error:
        raise RefusedError(str(error), id_of(found)) from None


def _command(found: dict[str, Json], name: str, offer: Offer, now_wall_s: float) -> Request:
    match name:
        case "override":
            return _override(found, offer, now_wall_s)
        case "reset":
            asked = _common(found, {"trip"}, LIFE_S_MAX, now_wall_s)
            return ResetAsked(*asked, _one_of(found, "trip", offer.trips))
        case "confirm":
            asked = _common(found, {"trip", "nonce"}, LIFE_S_MAX, now_wall_s)
            return ConfirmAsked(*asked, _one_of(found, "trip", offer.trips), _name(found, "nonce"))
        case "ack":
            asked = _common(found, {"alarm"}, LIFE_S_MAX, now_wall_s)
            return AckAsked(*asked, _name(found, "alarm"))
        case "mode":
            asked = _common(found, {"mode"}, LIFE_S_MAX, now_wall_s)
            return ModeAsked(*asked, _one_of(found, "mode", offer.modes))
        case _:
            raise PayloadError("there is no such command")


def id_of(found: Mapping[str, Json]) -> str:
    """Return the id of what may not be a request, empty if it has none."""
    request_id = found.get("id")
    return request_id if isinstance(request_id, str) and NAME.fullmatch(request_id) else ""


def _setpoint(found: dict[str, Json], name: str, offer: Offer, now_wall_s: float) -> SetpointAsked:
    setpoint = (offer.setpoints or {}).get(name)
    if setpoint is None:
        raise PayloadError("there is no such setpoint")
    asked = _common(found, {"value", "unit"}, setpoint.lasts_s, now_wall_s)
    value = admit(setpoint, _given(found, "value"), found.get("unit", ""))
    return SetpointAsked(*asked, name, value)


def _override(found: dict[str, Json], offer: Offer, now_wall_s: float) -> OverrideAsked:
    asked = _common(found, {"output", "value", "unit"}, LIFE_S_MAX, now_wall_s)
    output = offer.outputs[_one_of(found, "output", offer.outputs)]
    sent = _given(found, "value")
    if sent is None:
        return OverrideAsked(*asked, output.name, None)
    value = convert(output.type, output.unit, sent, found.get("unit", ""))
    if not output.holds(value):
        unit = output.unit.symbol if output.unit else ""
        low = "" if output.low is None else f" from {output.low:g}"
        high = "" if output.high is None else f" to {output.high:g}"
        raise PayloadError(f"`value` must lie within its range{low}{high} {unit}".rstrip())
    return OverrideAsked(*asked, output.name, value)


def _common(
    found: dict[str, Json], own: set[str], life_s_max: float, now_wall_s: float
) -> tuple[str, str, float]:
    """Return id, by and end of a request whose other keys are `own`."""
    for key in found:
        if key not in _COMMON and key not in own:
            raise PayloadError(f"`{key[:40]}` does not belong here")
    by = found.get("by")
    if not isinstance(by, str) or not by.strip() or len(by) > _BY_MAX or not by.isprintable():
        raise PayloadError(f"`by` must say who asks, in at most {_BY_MAX} letters")
    until_s = _until(found, now_wall_s)
    if until_s <= now_wall_s:
        raise PayloadError("it has expired")
    if until_s > now_wall_s + life_s_max:
        raise PayloadError(f"it must end within {life_s_max:g} s")
    return _name(found, "id"), by.strip(), until_s


def _until(found: dict[str, Json], now_wall_s: float) -> float:
    if ("expires_at" in found) == ("ttl_s" in found):
        raise PayloadError("one of `expires_at` and `ttl_s` must say when it ends")
    if "ttl_s" in found:
        ttl_s = found["ttl_s"]
        if isinstance(ttl_s, bool) or not isinstance(ttl_s, int | float):
            raise PayloadError("`ttl_s` must be a number of seconds")
        return now_wall_s + ttl_s
    until_s = read_time(found["expires_at"])
    if until_s is None:
        raise PayloadError("`expires_at` must be Unix seconds, or a time with its offset")
    return until_s


def read_time(given: object) -> float | None:
    """Return Unix seconds from a number of them or from ISO 8601 with an offset; else None."""
    if isinstance(given, bool):
        return None
    if isinstance(given, int | float):
        return float(given) if math.isfinite(given) else None
    if not isinstance(given, str) or len(given) > 40:  # noqa: PLR2004 - no time is that long
        return None
    try:
        at = datetime.fromisoformat(given)
        return None if at.tzinfo is None else at.timestamp()
    except (ValueError, OverflowError):
        return None


def _given(found: dict[str, Json], key: str) -> Json:
    if key not in found:
        raise PayloadError(f"`{key}` is missing")
    return found[key]


def _name(found: dict[str, Json], key: str) -> str:
    name = found.get(key)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise PayloadError(f"`{key}` must be up to 64 of A–Z a–z 0–9 _ . : -")
    return name


def _one_of(found: dict[str, Json], key: str, known: Container[str]) -> str:
    name = _name(found, key)
    if name not in known:
        raise PayloadError(f"the plant has no such {key}")
    return name
