"""What arithmetic makes of dimensions: W times s is J, °C minus °C is K, °C plus °C is nothing."""

from engine.language.types import NumberType
from engine.values.units import NO_DIMENSION, TEMPERATURE, TIME, Dimension

PLAIN = NumberType()
CELSIUS_TYPE = NumberType(TEMPERATURE, absolute=True)
KELVIN_TYPE = NumberType(TEMPERATURE)
TIME_TYPE = NumberType(TIME)


def sum_type(operator: str, left: NumberType, right: NumberType) -> NumberType | None:
    """Return the type of `left + right` or `left - right`, or None if they do not add up."""
    if left.dimension != right.dimension:
        return None
    if left.absolute and right.absolute:
        return KELVIN_TYPE if operator == "-" else None
    if right.absolute and operator == "-":
        return None
    return NumberType(left.dimension, absolute=left.absolute or right.absolute)


def product_type(operator: str, left: NumberType, right: NumberType) -> NumberType | None:
    """Return the type of `left * right` or `left / right`; °C has no products."""
    if left.absolute or right.absolute:
        return None
    sign = 1 if operator == "*" else -1
    return NumberType(_combined(left.dimension, right.dimension, sign))


def rate_type(operand: NumberType) -> NumberType:
    """Return the type of a change per second; that of a °C is K/s."""
    return NumberType(_combined(operand.dimension, TIME, -1))


def _combined(left: Dimension, right: Dimension, sign: int) -> Dimension:
    powers = dict(left)
    for base, power in right:
        powers[base] = powers.get(base, 0) + sign * power
    found = tuple(sorted((base, power) for base, power in powers.items() if power))
    return found or NO_DIMENSION
