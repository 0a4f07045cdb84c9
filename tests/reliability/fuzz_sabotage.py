"""Defences that are taken away, one by one: each must be noticed by the target that it guards."""

import math
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from types import SimpleNamespace
from unittest import mock

from adapters.codec import braiins, mqtt_json, mqtt_request, price_list
from adapters.codec.modbus import register
from adapters.port import Reading
from adapters.recordings import recording
from adapters.runtime import ring, slots
from engine.values.fact import Quality

_ALWAYS_FINITE = SimpleNamespace(isfinite=lambda _: True, inf=math.inf)
_NO_CRC = SimpleNamespace(crc32=lambda *_: 0)
_ANY_CRC = SimpleNamespace(
    size=4, pack=lambda _: bytes(4), unpack_from=lambda *_: (0,), unpack=lambda *_: (0,)
)


@dataclass(frozen=True, slots=True)
class Sabotage:
    """What is replaced, and which target must notice."""

    target: str
    patches: tuple[tuple[object, str, object], ...]

    def start(self) -> AbstractContextManager[object]:
        """Break the defence, until the context ends or for good."""
        stack = ExitStack()
        for where, name, instead in self.patches:
            stack.enter_context(mock.patch.object(where, name, instead, create=True))
        return stack


def _any_number(field: str, value: float | None, span: object, at_s: float) -> Reading:
    del span
    return Reading(field, value, Quality.GOOD, at_s)


def _as_it_is(register_: object, number: float) -> register.Decoded:
    del register_
    return register.Decoded(number)


SABOTAGES: dict[str, Sabotage] = {
    "modbus-nan": Sabotage(
        "modbus-registers",
        ((register, "math", _ALWAYS_FINITE), (register, "_value", _as_it_is)),
    ),
    "modbus-range": Sabotage("modbus-registers", ((register, "_value", _as_it_is),)),
    "miner-nan": Sabotage(
        "miner-answer",
        ((braiins, "_number", _any_number), (braiins, "math", _ALWAYS_FINITE)),
    ),
    "json-nan": Sabotage(
        "mqtt-request", ((mqtt_json, "_number", float), (mqtt_json, "_constant", float))
    ),
    "json-depth": Sabotage("mqtt-value", ((mqtt_json, "_depth", lambda _: 0),)),
    "json-digits": Sabotage("emsesp", ((mqtt_json, "_number", int),)),
    "setpoint-limits": Sabotage(
        "mqtt-request",
        (
            (
                mqtt_request,
                "admit",
                lambda known, value, unit: mqtt_request.convert(
                    known.type, known.unit, value, unit
                ),
            ),
        ),
    ),
    "setpoint-types": Sabotage(
        "mqtt-request", ((mqtt_request, "admit", lambda _, value, __: value),)
    ),
    "price-nan": Sabotage("price-list", ((price_list, "abs", lambda _: 0.0),)),
    "slot-crc": Sabotage("slot", ((slots, "zlib", _NO_CRC), (slots, "_CRC", _ANY_CRC))),
    "ring-crc": Sabotage("journal-ring", ((ring, "zlib", _NO_CRC), (ring, "_CRC", _ANY_CRC))),
    "recording-damage": Sabotage(
        "recording",
        ((recording.Recording, "_as_damage", lambda _: nullcontext()),),
    ),
}
