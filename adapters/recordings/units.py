"""Units of imported columns, converted to the unit of their point.

The units are those of the rule language (engine/values/units.py), which asks pint; pint takes a
third of a second to load and is loaded when the first unit is converted.
"""

from dataclasses import dataclass
from functools import cache

_CELSIUS_IN_KELVIN = 273.15
_SPELLINGS = {"℃": "°C", "L/min": "l/min", "EUR/kwh": "EUR/kWh", "kwh": "kWh", "KW": "kW", "w": "W"}


class UnitError(ValueError):
    """A unit is unknown, or two units do not measure the same; the text says which."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """Multiply, divide, then add: one of `times` and `over` is 1."""

    times: float = 1.0
    over: float = 1.0
    plus: float = 0.0

    def __call__(self, value: float) -> float:
        """Return the converted value."""
        return value * self.times / self.over + self.plus

    @property
    def changes_nothing(self) -> bool:
        """Tell whether both units are the same."""
        return self == Conversion()


@cache
def conversion(from_unit: str, to_unit: str) -> Conversion:
    """Return how a number in `from_unit` becomes one in `to_unit`.

    A reading in K becomes one in °C; the other way round is refused, for K is a difference in
    ThermIQ. Raises UnitError if a unit is unknown or the two measure different things.
    """
    from engine.values.units import base_unit_name, parse_unit  # noqa: PLC0415 - loads pint

    source = parse_unit(_SPELLINGS.get(from_unit, from_unit))
    target = parse_unit(_SPELLINGS.get(to_unit, to_unit))
    for unit, symbol in ((source, from_unit), (target, to_unit)):
        if unit is None:
            raise UnitError(f"`{symbol}` is not a unit")
    assert source is not None  # noqa: S101 - seen by the loop
    assert target is not None  # noqa: S101 - seen by the loop
    if target.absolute and source.symbol == "K":
        return Conversion(plus=-_CELSIUS_IN_KELVIN)
    if source.dimension != target.dimension or source.absolute != target.absolute:
        names = [base_unit_name(u.dimension, absolute=u.absolute) for u in (source, target)]
        raise UnitError(f"`{from_unit}` is {names[0]}, `{to_unit}` is {names[1]}")
    if source.factor >= target.factor:
        return Conversion(times=_tidy(source.factor / target.factor))
    return Conversion(over=_tidy(target.factor / source.factor))


def convert(value: float, from_unit: str, to_unit: str) -> float:
    """Return a value in another unit. Raises UnitError as `conversion` does."""
    return conversion(from_unit, to_unit)(value)


def watt_hours_of(energy_unit: str) -> Conversion:
    """Return how energy in this unit becomes watt-hours. Raises UnitError if it is no energy."""
    return conversion(energy_unit, "Wh")


def _tidy(factor: float) -> float:
    """Return the factor without the noise of binary division: 1000.0000000000001 is 1000."""
    return float(f"{factor:.12g}")
