"""Figures as people read them: sensible digits, durations in two parts, times of day.

Rounding never lies: two sides of a comparison get as many digits as it takes to tell them apart,
and a missing amount is rounded up, so that the amount shown is enough.
"""

import math
from dataclasses import dataclass

from engine.values.units import TIME, Unit
from engine.workshop.quantity import Quantity

_DECIMALS = {
    **dict.fromkeys(("W", "Wh", "V", "Hz", "rpm", "l/min", "W/min", "l"), 0),
    **dict.fromkeys(("°C", "K", "%", "A", "ct/kWh", "K/min"), 1),
    **dict.fromkeys(("kW", "kWh", "MW", "MWh", "bar", "K/s"), 2),
}
_SIGNIFICANT = 3
_MOST_DECIMALS = 6
_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86_400
_SHORT_S = 10


@dataclass(frozen=True, slots=True)
class Notation:
    """How a language writes figures: its decimal mark, and its words for on and off."""

    decimal: str = "."
    on: str = "on"
    off: str = "off"


PLAIN = Notation()
"""As in rule files."""


def figure(quantity: Quantity, notation: Notation = PLAIN, decimals: int | None = None) -> str:
    """Return a value with its unit: `2.47 kW`, `48.2 °C`, `3 min 10 s`, `on`, `locked`."""
    value = quantity.value
    if isinstance(value, bool):
        return notation.on if value else notation.off
    if isinstance(value, str):
        return value
    if quantity.unit is not None and quantity.unit.dimension == TIME:
        return duration(float(quantity.base), notation)
    places = decimals_of(quantity) if decimals is None else decimals
    return _with_unit(_trimmed(value, places, notation.decimal), quantity.unit)


def pair(left: Quantity, right: Quantity, notation: Notation = PLAIN) -> tuple[str, str]:
    """Return both sides of a comparison, told apart where they differ."""
    if _plain_text(left) or _plain_text(right):
        return figure(left, notation), figure(right, notation)
    places = max(decimals_of(left), _written(float(right.value)), decimals_of(right))
    texts = figure(left, notation, places), figure(right, notation, places)
    while texts[0] == texts[1] and left.base != right.base and places < _MOST_DECIMALS:
        places += 1
        texts = figure(left, notation, places), figure(right, notation, places)
    return texts


def amount(quantity: Quantity, notation: Notation = PLAIN) -> str:
    """Return a missing amount, rounded up so that it is enough; never 0 if something is missing."""
    value = quantity.value
    if isinstance(value, str | bool):
        return figure(quantity, notation)
    if quantity.unit is not None and quantity.unit.dimension == TIME:
        return duration(float(quantity.base), notation)
    places = decimals_of(quantity)
    scaled = round(value * 10**places, 6)  # the dust of floating point is nothing missing
    return _with_unit(
        _trimmed(math.ceil(scaled) / 10**places, places, notation.decimal), quantity.unit
    )


def duration(seconds: float, notation: Notation = PLAIN) -> str:
    """Return a duration in its two largest parts, rounded up to a second: `1 h 5 min`, `45 s`."""
    if seconds < 0:
        return "-" + duration(-seconds, notation)
    if seconds < _SHORT_S and seconds != int(seconds):
        return f"{_trimmed(math.ceil(seconds * 10 - 1e-6) / 10, 1, notation.decimal)} s"
    whole = math.ceil(seconds - 1e-6)
    if whole >= _HOUR_S:
        whole = math.ceil(whole / _MINUTE_S) * _MINUTE_S
    if whole >= _DAY_S:
        whole = math.ceil(whole / _HOUR_S) * _HOUR_S
    sizes = ((_DAY_S, "d"), (_HOUR_S, "h"), (_MINUTE_S, "min"), (1, "s"))
    parts = []
    for size, symbol in sizes:
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count} {symbol}")
    return " ".join(parts) or "0 s"


def time_of_day(seconds: float) -> str:
    """Return seconds after midnight as `22:00`."""
    minutes = int(seconds // _MINUTE_S)
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def decimals_of(quantity: Quantity) -> int:
    """Return how many decimals a number deserves: by its unit, else three digits in all."""
    symbol = "" if quantity.unit is None else quantity.unit.symbol
    size = abs(float(quantity.value)) if not isinstance(quantity.value, str) else 0.0
    usual = _DECIMALS.get(symbol)
    if usual is None:
        return _significant(size)
    return max(usual, _significant(size)) if 0 < size < 1 else usual


def _written(value: float) -> int:
    """Return the decimals of a threshold such as 1.25 K, 0 if it is no round figure."""
    fitting = (n for n in range(_SIGNIFICANT + 1) if math.isclose(round(value, n), value))
    return next(fitting, 0)


def _significant(size: float) -> int:
    if size == 0:
        return 0
    return min(_MOST_DECIMALS, max(0, _SIGNIFICANT - 1 - math.floor(math.log10(size))))


def _plain_text(quantity: Quantity) -> bool:
    timed = quantity.unit is not None and quantity.unit.dimension == TIME
    return timed or isinstance(quantity.base, bool | str)


def _trimmed(value: float, places: int, decimal: str) -> str:
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = "0" if text == "-0" else text
    return text.replace(".", decimal)


def _with_unit(text: str, unit: Unit | None) -> str:
    return f"{text} {unit.symbol}" if unit is not None and unit.symbol else text
