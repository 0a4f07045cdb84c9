"""A setpoint that may be written from outside: what it is, and which values it takes. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from engine.language.types import BOOL, BoolType, EnumType, NumberType, Type
from engine.values.fact import Value
from engine.values.units import NUMBER, Unit, parse_unit

LASTS_S = 900.0
"""How long a setpoint counts at most unless the site says otherwise: whoever sets it renews it."""
LASTS_S_MAX = 366 * 86_400.0
SENT_UNITS = ("W", "kW", "Wh", "kWh", "%", "K", "s", "min", "h", "d", "ct/kWh", "EUR/kWh")
"""What a message may use beside the unit itself: a stranger's words are not looked up."""
_KEYS = ("unit", "range", "values", "otherwise", "lasts_s", "about")


@dataclass(frozen=True, slots=True)
class Setpoint:
    """One setpoint: numbers in `unit` within `low` … `high`, or on/off, or a named state.

    It counts at most `lasts_s`; afterwards it is `otherwise`, or unknown if that is None.
    """

    name: str
    type: Type
    unit: Unit | None = None
    low: float = -math.inf
    high: float = math.inf
    otherwise: Value | None = None
    lasts_s: float = LASTS_S
    about: str = ""

    @property
    def symbol(self) -> str:
        """The unit's symbol, empty if there is none."""
        return self.unit.symbol if self.unit else ""


class ValueRefusedError(ValueError):
    """A value that a setpoint or an output does not take; says why."""


def convert(kind: Type, unit: Unit | None, value: object, symbol: object) -> Value:
    """Return what was sent as a value in `unit`. Raises ValueRefusedError; nothing is coerced."""
    match kind:
        case BoolType():
            if isinstance(value, bool) and symbol == "":
                return value
            raise ValueRefusedError("`value` must be true or false, without a unit")
        case EnumType():
            if isinstance(value, str) and value in kind.values and symbol == "":
                return value
            raise ValueRefusedError(f"`value` must be one of {', '.join(kind.values)}, no unit")
        case NumberType():
            return _convert_number(unit or NUMBER, value, symbol)


def _convert_number(unit: Unit, value: object, symbol: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueRefusedError("`value` must be a number")
    if symbol == unit.symbol:
        return float(value)
    sent = parse_unit(symbol) if isinstance(symbol, str) and symbol in SENT_UNITS else None
    if sent is None or (sent.dimension, sent.absolute) != (unit.dimension, unit.absolute):
        raise ValueRefusedError(f"`unit` must be {unit.symbol or 'empty'} or of its kind")
    converted = round(value * (sent.factor / unit.factor), 9)
    if not math.isfinite(converted):
        raise ValueRefusedError("`value` is too large")
    return converted


def admit(setpoint: Setpoint, value: object, symbol: object) -> Value:
    """Return a value that the setpoint takes, in its unit. Raises ValueRefusedError."""
    found = convert(setpoint.type, setpoint.unit, value, symbol)
    numeric = isinstance(setpoint.type, NumberType) and isinstance(found, int | float)
    if numeric and not setpoint.low <= float(found) <= setpoint.high:
        span = f"{setpoint.low:g} to {setpoint.high:g} {setpoint.symbol}".rstrip()
        raise ValueRefusedError(f"`value` must lie within {span}")
    return found


def setpoint_from(name: str, options: object) -> Setpoint:
    """Return the setpoint that the site file describes. Raises ValueError with what is wrong."""
    if not isinstance(options, Mapping):
        raise ValueError(f"the setpoint `{name}` needs `unit` and `range`, or `values`")  # noqa: TRY004 - one error for all that is wrong
    for key in options:
        if key not in _KEYS:
            raise ValueError(f"the setpoint `{name}` has no `{key}`: {', '.join(_KEYS)}")
    kind, unit = _kind(name, options)
    low, high = -math.inf, math.inf
    if isinstance(kind, NumberType):
        low, high = _range(name, options.get("range"))
    lasts_s = options.get("lasts_s", LASTS_S)
    if isinstance(lasts_s, bool) or not isinstance(lasts_s, int | float):
        raise ValueError(f"the setpoint `{name}`: `lasts_s` must be a number of seconds")  # noqa: TRY004 - same
    if not 1 <= lasts_s <= LASTS_S_MAX:
        raise ValueError(f"the setpoint `{name}`: `lasts_s` must be 1 to {LASTS_S_MAX:g}")
    about = str(options.get("about", ""))
    found = Setpoint(name, kind, unit, low, high, None, float(lasts_s), about)
    if "otherwise" not in options:
        return found
    try:
        otherwise = admit(found, options["otherwise"], found.symbol)
    except ValueRefusedError as error:
        why = str(error).replace("`value`", "`otherwise`")
        raise ValueError(f"the setpoint `{name}`: {why}") from None
    return Setpoint(name, kind, unit, low, high, otherwise, float(lasts_s), about)


def _kind(name: str, options: Mapping[str, object]) -> tuple[Type, Unit | None]:
    values = options.get("values")
    if values == "on/off":
        return BOOL, None
    if isinstance(values, list) and values and all(isinstance(each, str) for each in values):
        return EnumType(tuple(values)), None
    if values is not None:
        raise ValueError(f"the setpoint `{name}`: `values` is on/off or a list of names")
    symbol = options.get("unit", "")
    unit = parse_unit(symbol) if isinstance(symbol, str) else None
    if unit is None:
        raise ValueError(f"the setpoint `{name}`: `{symbol}` is no unit")
    return NumberType(unit.dimension, unit.absolute), unit


def _range(name: str, span: object) -> tuple[float, float]:
    if isinstance(span, list) and len(span) == 2:  # noqa: PLR2004 - low and high
        numbers = [each for each in span if isinstance(each, int | float)]
        if len(numbers) == len(span) and numbers[0] < numbers[1]:
            return float(numbers[0]), float(numbers[1])
    raise ValueError(f"the setpoint `{name}` needs a `range` of two numbers in its unit")
