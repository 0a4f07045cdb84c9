"""Strict JSON: what anyone may send us on MQTT, and what we send. Pure.

Python's own reader takes `NaN`, `1e999` (infinity), the last of two equal keys and 100,000 opening
brackets. Here each of them is a PayloadError with its reason, found before it costs anything.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import NoReturn

COMMAND_BYTES_MAX = 1024
"""A command or setpoint; larger ones are refused unread."""
DATA_BYTES_MAX = 65_536
"""What devices tell: a heat pump's whole state, two days of prices."""
DEPTH_MAX = 8
_DIGITS_MAX = 17
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')

Json = None | bool | float | str | list["Json"] | dict[str, "Json"]
"""What JSON can say. Numbers are finite."""


class PayloadError(ValueError):
    """A payload that is not believed; says why in a few words."""


def parse(payload: bytes, bytes_max: int = DATA_BYTES_MAX) -> Json:
    """Return what a payload says. Raises PayloadError, whatever the bytes are."""
    if len(payload) > bytes_max:
        raise PayloadError(f"{len(payload)} bytes, at most {bytes_max} are read")
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        raise PayloadError("not UTF-8") from None
    if _depth(text) > DEPTH_MAX:
        raise PayloadError(f"nested deeper than {DEPTH_MAX}")
    try:
        found: Json = json.loads(
            text,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except PayloadError:
        raise
    except ValueError:
        raise PayloadError("not JSON") from None
    if r"\u" in text:
        _refuse_lone_surrogates(found)
    return found


def parse_object(payload: bytes, bytes_max: int = DATA_BYTES_MAX) -> dict[str, Json]:
    """Return the object that a payload is. Raises PayloadError."""
    found = parse(payload, bytes_max)
    if not isinstance(found, dict):
        raise PayloadError("not an object")
    return found


def dump(content: Mapping[str, object]) -> bytes:
    """Return compact JSON in UTF-8. NaN and infinity never get that far: ValueError."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")


def _depth(text: str) -> int:
    deepest = depth = 0
    for letter in _STRING.sub('""', text):
        if letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest


def _number(text: str) -> float:
    if sum(map(str.isdigit, text)) > _DIGITS_MAX:
        raise PayloadError(f"a number of more than {_DIGITS_MAX} digits")
    number = float(text)
    if not math.isfinite(number):
        raise PayloadError("a number too large to be one")
    return number


def _constant(text: str) -> NoReturn:
    raise PayloadError(f"`{text}` is no number")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise PayloadError("a key stands twice")
    return found


def _refuse_lone_surrogates(found: Json) -> None:
    try:
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise PayloadError("half a character") from None
