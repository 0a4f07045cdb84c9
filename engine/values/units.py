"""Units of measurement: what a symbol means and how far it is from the base unit.

pint knows the dimensions; it is asked when rules are loaded, never in a scan, and not at all for
the everyday units, which stand here (a test compares them with pint's): importing it takes longer
than checking a house, and twenty megabytes. A temperature on the
Celsius scale (`°C`) and a temperature difference (`K`) are kept apart, for their sums differ:
°C − °C is K, °C + K is °C, °C + °C means nothing.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pint

Dimension = tuple[tuple[str, int], ...]
"""Sorted base dimensions with exponents, such as `(("length", 2), ("mass", 1), ("time", -3))`."""

NO_DIMENSION: Dimension = ()
TIME: Dimension = (("time", 1),)
TEMPERATURE: Dimension = (("temperature", 1),)

# Heating's everyday units beside pint's own; a euro is a dimension of its own.
_DEFINITIONS = """
    meter = [length] = m
    second = [time] = s
    kilogram = [mass] = kg
    ampere = [current] = A
    kelvin = [temperature] = K
    euro = [currency] = EUR
    minute = 60 * second = min
    hour = 3600 * second = h
    day = 86400 * second = d
    millisecond = 0.001 * second = ms
    watt = kilogram * meter ** 2 / second ** 3 = W
    kilowatt = 1000 * watt = kW
    megawatt = 1e6 * watt = MW
    watt_hour = watt * hour = Wh
    kilowatt_hour = 1000 * watt * hour = kWh
    megawatt_hour = 1e6 * watt * hour = MWh
    joule = watt * second = J
    volt = watt / ampere = V
    millivolt = 0.001 * volt = mV
    milliampere = 0.001 * ampere = mA
    hertz = 1 / second = Hz
    pascal = kilogram / meter / second ** 2 = Pa
    bar = 100000 * pascal
    millibar = 100 * pascal = mbar
    liter = 0.001 * meter ** 3 = l
    percent = 0.01
    cent = 0.01 * euro = ct
    terahash = [hash] = TH
    gigahash = 0.001 * terahash = GH
    rpm = 1 / minute
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its symbol as written, its dimension, and the factor to the base unit.

    `absolute` marks a scale with an arbitrary zero: `°C`. Its base unit is itself, factor 1.
    """

    symbol: str
    dimension: Dimension
    factor: float
    absolute: bool = False


KELVIN = Unit("K", TEMPERATURE, 1.0)
CELSIUS = Unit("°C", TEMPERATURE, 1.0, absolute=True)
PERCENT = Unit("%", NO_DIMENSION, 0.01)
NUMBER = Unit("", NO_DIMENSION, 1.0)
SECOND = Unit("s", TIME, 1.0)
_FIXED = {unit.symbol: unit for unit in (CELSIUS, PERCENT, NUMBER)}


_SPELLINGS = {"€": "EUR", "°C": "K", "%": "percent", "²": "**2", "³": "**3"}
_SYMBOL = re.compile(r"(?:[A-Za-zµ€]+|°C|%)(?:[²³]|\*\*[23])?(?:/[A-Za-z]+(?:[²³]|\*\*[23]|2|3)?)?")
_LONGEST_SYMBOL = 20


_POWER: Dimension = (("length", 2), ("mass", 1), ("time", -3))
_ENERGY: Dimension = (("length", 2), ("mass", 1), ("time", -2))
_PRICE: Dimension = (("currency", 1), ("length", -2), ("mass", -1), ("time", 2))
_WARMING: Dimension = (("temperature", 1), ("time", -1))
_RAMP: Dimension = (("length", 2), ("mass", 1), ("time", -4))
_FLOW: Dimension = (("length", 3), ("time", -1))
_EVERYDAY: dict[str, tuple[Dimension, float]] = {
    "W": (_POWER, 1.0),
    "kW": (_POWER, 1e3),
    "Wh": (_ENERGY, 3.6e3),
    "kWh": (_ENERGY, 3.6e6),
    "ct/kWh": (_PRICE, 0.01 / 3.6e6),
    "EUR/kWh": (_PRICE, 1 / 3.6e6),
    "K": (TEMPERATURE, 1.0),
    "K/s": (_WARMING, 1.0),
    "K/min": (_WARMING, 1 / 60),
    "K/h": (_WARMING, 1 / 3600),
    "ms": (TIME, 1e-3),
    "s": (TIME, 1.0),
    "min": (TIME, 60.0),
    "h": (TIME, 3600.0),
    "d": (TIME, 86_400.0),
    "%/s": ((("time", -1),), 0.01),
    "%/min": ((("time", -1),), 0.01 / 60),
    "%/h": ((("time", -1),), 0.01 / 3600),
    "Hz": ((("time", -1),), 1.0),
    "W/s": (_RAMP, 1.0),
    "W/min": (_RAMP, 1 / 60),
    "kW/s": (_RAMP, 1e3),
    "kW/min": (_RAMP, 1e3 / 60),
    "l/min": (_FLOW, 1e-3 / 60),
    "m³/h": (_FLOW, 1 / 3600),
    "W/m²": ((("mass", 1), ("time", -3)), 1.0),
    "TH/s": ((("hash", 1), ("time", -1)), 1.0),
}
EVERYDAY_UNITS = ("°C", "%", *_EVERYDAY)
"""The symbols that an editor offers; `parse_unit` knows more."""


@cache
def _registry() -> "pint.UnitRegistry[float]":
    import pint  # noqa: PLC0415 - only for a unit that is not an everyday one

    registry = pint.UnitRegistry[float](None, case_sensitive=True)
    registry.load_definitions([line.strip() for line in _DEFINITIONS.strip().splitlines()])
    return registry


@cache
def parse_unit(symbol: str) -> Unit | None:
    """Return the unit that `symbol` names (`kW`, `ct/kWh`, `K/s`, `W/m²`), or None."""
    if symbol in _FIXED:
        return _FIXED[symbol]
    if symbol in _EVERYDAY:
        return Unit(symbol, *_EVERYDAY[symbol])
    return _from_pint(symbol)


def _from_pint(symbol: str) -> Unit | None:
    """Ask pint, which knows far more units than a house needs."""
    if len(symbol) > _LONGEST_SYMBOL or not _SYMBOL.fullmatch(symbol) or "°C/" in symbol:
        return None
    text = re.sub(r"(?<=[A-Za-z])([23])$", r"**\1", symbol)
    for spelling, name in _SPELLINGS.items():
        text = text.replace(spelling, name)
    import pint  # noqa: PLC0415 - as above

    try:
        base = _registry().Quantity(1.0, text).to_base_units()
    except (pint.UndefinedUnitError, pint.DefinitionSyntaxError, ValueError):
        return None  # ValueError: `nan` is a number to pint, and no unit
    dimension = tuple(
        sorted((name.strip("[]"), int(str(n))) for name, n in base.dimensionality.items())
    )
    return Unit(symbol, dimension, float(base.magnitude))


def base_unit_name(dimension: Dimension, *, absolute: bool = False) -> str:
    """Return how people call a dimension: `power`, `temperature`, `energy`, or its formula."""
    if absolute:
        return "temperature"
    return _NAMES.get(dimension) or "·".join(
        base if power == 1 else f"{base}^{power}" for base, power in dimension
    )


_NAMES: dict[Dimension, str] = {
    NO_DIMENSION: "plain number or percentage",
    TIME: "duration",
    TEMPERATURE: "temperature difference",
    (("length", 2), ("mass", 1), ("time", -3)): "power",
    (("length", 2), ("mass", 1), ("time", -2)): "energy",
    (("currency", 1), ("length", -2), ("mass", -1), ("time", 2)): "price of energy",
    (("temperature", 1), ("time", -1)): "rate of temperature",
    _RAMP: "rate of power",
    _FLOW: "flow",
}
