"""Raw values of the process image to readings, and commands to raw values. Pure.

RTD channels give 0.1 °C, analog channels mV or µA, contacts and relays a bit (KUNBUS, data sheets
of AIO and DIO; scaling in piCtory stays 1/1/0). What a broken wire, a short circuit or a sensor
that has not measured yet would show is never a value.
"""

import math
from dataclasses import dataclass
from enum import Enum

from adapters.codec.sg_ready import RELAYS, STATES, state_of
from engine.values.fact import Value

RTD_STEPS_PER_K = 10
RTD_LOWEST, RTD_HIGHEST = -2000, 8500
"""Ends of the module's table; what stands there is no temperature but a short or a broken wire."""
_RTD_EDGE = 10
BREAK_UA, SHORT_UA = 3600, 21_000
"""A 4–20 mA loop outside of this is broken or shorted (NAMUR NE 43)."""
OVER_MV, UNDER_MV = 10_500, -200
"""A 0–10 V signal outside of this is none."""
_LIVE_ZERO_MV = 400
"""A signal that begins at this voltage or higher shows a broken wire below half of it."""
AO_HIGHEST_MV = 10_000
DIGITS = 6
"""Behind the point; no sensor shows more."""


class InputKind(Enum):
    """What hangs on an input."""

    CONTACT = "contact"
    RTD = "rtd"
    CURRENT = "current"
    VOLTAGE = "voltage"
    COUNTER = "counter"


class OutputKind(Enum):
    """What hangs on an output."""

    RELAY = "relay"
    VOLTAGE = "voltage"
    SG_READY = "sg_ready"


Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Input:
    """One input of the site: `raw` (µA or mV) stands for `scale` (in `unit`), linearly."""

    field: str
    io: str
    kind: InputKind
    unit: str = ""
    inverted: bool = False
    raw: Span = (0, 0)
    scale: Span = (0, 0)
    range: Span = (-math.inf, math.inf)
    """What the quantity can be; outside of it the reading is BAD."""
    power_on_value: float | None = None
    """What the sensor shows before it has measured; BAD when it comes twice in a row."""
    pulses: str = ""
    """The input that counts a contact's edges: what opened since the last look reads as open."""
    per_pulse: float = 1.0
    max_per_s: float = 1000.0
    about: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """One output of the site. 0 on each of its IOs is its safe state, whatever that means."""

    field: str
    ios: tuple[str, ...]
    kind: OutputKind
    unit: str = ""
    inverted: bool = False
    raw: Span = (0, AO_HIGHEST_MV)
    scale: Span = (0, 100)
    about: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """Return the named states, if it has any."""
        return STATES if self.kind is OutputKind.SG_READY else ()


Decoded = tuple[Value | None, str]
"""A value and nothing, or None and the reason."""


def decode(signal: Input, raw: int) -> Decoded:
    """Return what an input's raw value means; counters are the business of `PulseCounter`."""
    match signal.kind:
        case InputKind.CONTACT:
            return bool(raw) != signal.inverted, ""
        case InputKind.RTD:
            reason = _rtd_fault(raw)
            value = raw / RTD_STEPS_PER_K
        case InputKind.CURRENT | InputKind.VOLTAGE:
            reason = _analog_fault(signal, raw)
            value = _scaled(raw, signal.raw, signal.scale)
        case InputKind.COUNTER:
            reason, value = "", raw * signal.per_pulse
    return (None, reason) if reason else in_range(signal, value)


def in_range(signal: Input, value: float) -> Decoded:
    """Return the value, unless it cannot be."""
    low, high = signal.range
    if not low <= value <= high:
        return None, f"{value:g} {signal.unit} is outside of {low:g} to {high:g}"
    return round(value, DIGITS) + 0.0, ""


def encode(output: Output, value: Value) -> tuple[int, ...]:
    """Return the raw values of an output's IOs. Raises ValueError for what it cannot be."""
    match output.kind:
        case OutputKind.RELAY:
            if not isinstance(value, bool):
                raise ValueError(f"`{output.field}` is on or off, not {value!r}")  # noqa: TRY004 - one error for all
            return (int(value != output.inverted),)
        case OutputKind.SG_READY:
            if not isinstance(value, str) or value not in RELAYS:
                raise ValueError(f"`{output.field}` is one of {', '.join(STATES)}, not {value!r}")
            return tuple(int(relay) for relay in RELAYS[value])
        case OutputKind.VOLTAGE:
            return (_to_mv(output, value),)


def decode_output(output: Output, raws: tuple[int, ...]) -> Decoded:
    """Return what an output's raw values say, as read back; an impossible voltage has no value."""
    match output.kind:
        case OutputKind.RELAY:
            return bool(raws[0]) != output.inverted, ""
        case OutputKind.SG_READY:
            return state_of(bool(raws[0]), bool(raws[1])), ""
        case OutputKind.VOLTAGE:
            if not 0 <= raws[0] <= AO_HIGHEST_MV:
                return None, f"{raws[0]} mV is no output"
            value = _scaled(raws[0], output.raw, _scale(output))
            return round(value, DIGITS) + 0.0, ""


def safe_value(output: Output) -> Value:
    """Return what an output is while every IO of it is 0."""
    value, _ = decode_output(output, (0,) * len(output.ios))
    assert value is not None, "0 is a value of every output"  # noqa: S101 - an invariant
    return value


def _rtd_fault(raw: int) -> str:
    if raw >= RTD_HIGHEST - _RTD_EDGE:
        return "wire break"
    return "short circuit" if raw <= RTD_LOWEST + _RTD_EDGE else ""


def _analog_fault(signal: Input, raw: int) -> str:
    low = min(signal.raw)
    if signal.kind is InputKind.CURRENT:
        under, over = BREAK_UA if low >= BREAK_UA else -math.inf, SHORT_UA
    else:
        under, over = low / 2 if low >= _LIVE_ZERO_MV else UNDER_MV, OVER_MV
    if raw < under:
        return "wire break"
    return "short circuit" if raw > over else ""


def _scaled(raw: float, source: Span, target: Span) -> float:
    """Return the linear image of `raw`, held at the ends: beyond them no sensor measures."""
    share = (raw - source[0]) / (source[1] - source[0])
    share = min(max(share, 0.0), 1.0)
    return target[0] + share * (target[1] - target[0])


def _scale(output: Output) -> Span:
    return (output.scale[1], output.scale[0]) if output.inverted else output.scale


def _to_mv(output: Output, value: Value) -> int:
    low, high = min(output.scale), max(output.scale)
    if isinstance(value, bool | str) or not math.isfinite(value) or not low <= value <= high:
        limits = f"{low:g} to {high:g} {output.unit}".rstrip()
        raise ValueError(f"`{output.field}` is a number from {limits}, not {value!r}")
    raw = round(_scaled(value, _scale(output), output.raw))
    assert 0 <= raw <= AO_HIGHEST_MV, "an output is 0 to 10 V"  # noqa: S101 - the last look
    return raw
