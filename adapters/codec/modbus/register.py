"""One quantity in a device's registers, and both ways between its words and its value.

A word is a register's content, 0…65535. What cannot be true is not a value: it comes back as None
with the reason, so that no impossible number ever reaches a rule.
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from engine.values.fact import Value

WORD_MAX = 0xFFFF
_SIGN_BIT = 0x8000
_DECIMALS = 6


class Kind(Enum):
    """How the words of a quantity make one raw value."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"
    FLOAT = "float"
    """IEEE 754 single precision in two words."""
    TEXT = "text"
    """Two ASCII characters a word, zeros at the end."""
    SUM = "sum"
    """Several unsigned words added up: the strings of a PV generator."""
    LOWEST_BIT = "lowest bit"
    """The number, from 1 on, of the lowest bit that is set; 0 if none is: fault codes."""


@dataclass(frozen=True, slots=True)
class Register:
    """A quantity: where it stands, how it is read, what is plausible.

    `words` are addresses, the most significant word first, so that a device's word order is
    visible in its table. Value = raw × `scale` + `offset` in `unit`, within `low`…`high`.
    `bit` picks one bit as on/off; `values` names the states of a raw number. A `counter` never runs
    backwards. A `sanity` register that is implausible makes its whole poll implausible.
    """

    name: str
    words: tuple[int, ...]
    kind: Kind = Kind.UNSIGNED
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    low: float = -math.inf
    high: float = math.inf
    bit: int | None = None
    values: tuple[tuple[int, str], ...] = ()
    counter: bool = False
    sanity: bool = False
    writable: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A value, or None with the reason why there is none."""

    value: Value | None
    reason: str = ""


class EncodeError(ValueError):
    """A value that a register cannot or must not take."""


def low_first(address: int) -> tuple[int, int]:
    """Return the two words of a 32-bit quantity whose low word stands first."""
    return (address + 1, address)


def high_first(address: int) -> tuple[int, int]:
    """Return the two words of a 32-bit quantity whose high word stands first."""
    return (address, address + 1)


def decode(register: Register, words: Mapping[int, int]) -> Decoded:
    """Return the value of a quantity from what was read, address to word."""
    try:
        raw = [words[address] for address in register.words]
    except KeyError:
        return Decoded(None, "not read")
    if register.kind is Kind.TEXT:
        return _text(raw)
    number = _number(register.kind, raw)
    return _value(register, number) if math.isfinite(number) else Decoded(None, "not a number")


def _value(register: Register, number: float) -> Decoded:
    """Return what a finite raw number means, if that is plausible."""
    if register.bit is not None:
        return Decoded(bool(int(number) >> register.bit & 1))
    if register.values:
        state = dict(register.values).get(int(number))
        return Decoded(state, "" if state else f"unknown state {number:g}")
    value = round(number * register.scale + register.offset, _DECIMALS)
    if not register.low <= value <= register.high:
        limits = f"{register.low:g} … {register.high:g} {register.unit}".rstrip()
        return Decoded(None, f"{value:g} {register.unit}".rstrip() + f" is not in {limits}")
    return Decoded(value)


def encode(register: Register, value: Value, words: Mapping[int, int]) -> dict[int, int]:
    """Return the words, by address, that make a quantity `value`. Raises EncodeError.

    `words` is what stands in the device now: a single bit is set within its word.
    """
    if register.kind is Kind.TEXT:
        return _text_words(register, value)
    raw = _raw(register, value, words)
    if register.kind is Kind.FLOAT:
        try:
            packed = struct.pack(">f", raw)
        except OverflowError:
            raise EncodeError(f"{register.name}: {raw:g} is too large") from None
        parts = struct.unpack(">2H", packed)
    elif register.kind in {Kind.SUM, Kind.LOWEST_BIT}:
        parts = _spread(register, int(raw))
    else:
        bits = 16 * len(register.words)
        lowest = -(1 << bits - 1) if register.kind is Kind.SIGNED else 0
        if not lowest <= raw < lowest + (1 << bits):
            raise EncodeError(f"{register.name}: {raw:g} does not fit {bits} bits")
        whole = int(raw) & (1 << bits) - 1
        parts = tuple(whole >> shift & WORD_MAX for shift in range(bits - 16, -1, -16))
    return dict(zip(register.words, parts, strict=True))


def _number(kind: Kind, raw: list[int]) -> float:
    if kind is Kind.SUM:
        return sum(raw)
    if kind is Kind.LOWEST_BIT:
        everything = sum(word << 16 * place for place, word in enumerate(raw))
        return (everything & -everything).bit_length()
    if kind is Kind.FLOAT:
        return float(struct.unpack(">f", struct.pack(">2H", *raw))[0])
    whole = 0
    for word in raw:
        whole = whole << 16 | word
    if kind is Kind.SIGNED and raw[0] & _SIGN_BIT:
        whole -= 1 << 16 * len(raw)
    return whole


def _text(raw: list[int]) -> Decoded:
    octets = b"".join(word.to_bytes(2, "big") for word in raw).rstrip(b"\0 ")
    if not octets or any(octet not in range(0x21, 0x7F) for octet in octets):
        return Decoded(None, "not a text")
    return Decoded(octets.decode("ascii"))


def _text_words(register: Register, value: Value) -> dict[int, int]:
    length = 2 * len(register.words)
    octets = str(value).encode("ascii", "replace")
    if len(octets) > length:
        raise EncodeError(f"{register.name}: longer than {length} characters")
    padded = octets.ljust(length, b"\0")
    pairs = (int.from_bytes(padded[at : at + 2], "big") for at in range(0, length, 2))
    return dict(zip(register.words, pairs, strict=True))


def _raw(register: Register, value: Value, words: Mapping[int, int]) -> float:
    """Return the raw number of a value; whole unless the register holds a float."""
    if register.bit is not None:
        mask = 1 << register.bit
        now = words.get(register.words[0], 0)
        return float(now | mask if value is True else now & ~mask)
    if register.values:
        for number, state in register.values:
            if state == value:
                return number
        states = ", ".join(state for _, state in register.values)
        raise EncodeError(f"{register.name}: `{value}` is none of {states}")
    if isinstance(value, str) or not math.isfinite(value):
        raise EncodeError(f"{register.name}: `{value}` is not a number")
    if not register.low <= value <= register.high:
        limits = f"{register.low:g} … {register.high:g}"
        raise EncodeError(f"{register.name}: {value:g} is not in {limits} {register.unit}".rstrip())
    raw = (value - register.offset) / register.scale
    return raw if register.kind is Kind.FLOAT else float(round(raw))


def _spread(register: Register, raw: int) -> tuple[int, ...]:
    """Return words that add up to `raw`, or have its bit set."""
    count = len(register.words)
    if register.kind is Kind.LOWEST_BIT:
        bits = 1 << raw - 1 if raw > 0 else 0
        if raw < 0 or bits >> 16 * count:
            raise EncodeError(f"{register.name}: there is no bit {raw}")
        return tuple(bits >> 16 * place & WORD_MAX for place in range(count))
    if not 0 <= raw <= WORD_MAX * count:
        raise EncodeError(f"{register.name}: {raw} does not fit {count} registers")
    parts = [min(WORD_MAX, max(0, raw - WORD_MAX * place)) for place in range(count)]
    return tuple(parts)
