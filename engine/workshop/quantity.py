"""Values as an operator reads them: a base value and the unit to show it in."""

from dataclasses import dataclass

from engine.language.expression import (
    Arithmetic,
    Call,
    Expression,
    Name,
    Negative,
    Number,
    Window,
    children,
)
from engine.language.types import NumberType
from engine.values.fact import Value
from engine.values.units import NUMBER, TEMPERATURE, TIME, Dimension, Unit, parse_unit

_SHOWN_IN: dict[Dimension, str] = {
    TIME: "s",
    TEMPERATURE: "K",
    (("length", 2), ("mass", 1), ("time", -3)): "W",
    (("length", 2), ("mass", 1), ("time", -2)): "kWh",
    (("currency", 1), ("length", -2), ("mass", -1), ("time", 2)): "ct/kWh",
    (("temperature", 1), ("time", -1)): "K/min",
    (("length", 2), ("mass", 1), ("time", -4)): "W/min",
    (("length", 3), ("time", -1)): "l/min",
}
"""The unit for a number whose expression names none."""

_SMALLER = {"kW": "W", "MW": "kW", "kWh": "Wh", "MWh": "kWh", "kA": "A", "kV": "V"}
"""Where an amount below 1 reads better: 420 W rather than 0.42 kW."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value to be shown. A number is `base` in base units, shown in `unit`.

    `unit` is None for on/off values and named states.
    """

    base: Value
    unit: Unit | None = None

    @property
    def value(self) -> Value:
        """The value in `unit`."""
        if self.unit is None or isinstance(self.base, bool | str):
            return self.base
        return self.base / self.unit.factor


def declared(value: Value, unit: Unit | None) -> Quantity:
    """Return the quantity of a value that is given in its declared unit, as points are."""
    if unit is None or isinstance(value, bool | str):
        return Quantity(value, unit)
    return Quantity(value * unit.factor, unit)


def difference(left: Quantity, right: Quantity) -> Quantity | None:
    """Return left − right, shown in left's unit; None if they are no numbers."""
    if isinstance(left.base, bool | str) or isinstance(right.base, bool | str):
        return None
    return Quantity(left.base - right.base, amount_unit(left.base - right.base, left.unit))


def amount_unit(base: float, unit: Unit | None) -> Unit | None:
    """Return the unit for a difference: K for °C, W for less than 1 kW."""
    if unit is None:
        return None
    symbol = "K" if unit.absolute else unit.symbol
    if abs(base) < unit.factor:
        symbol = _SMALLER.get(symbol, symbol)
    return parse_unit(symbol)


def unit_of(expression: Expression) -> Unit | None:
    """Return the unit in which the operator would read a number, None for other types.

    That of the literals, as `3.6 kW` says how to read what is compared with it; else that of the
    points; else one that is usual for the dimension.
    """
    if not isinstance(expression.type, NumberType):
        return None
    return _literal(expression) or _named(expression) or usual(expression.type)


def common_unit(left: Expression, right: Expression) -> Unit | None:
    """Return the one unit in which both sides of a comparison are shown."""
    if not isinstance(left.type, NumberType):
        return None
    found = _literal(right) or _literal(left) or _named(left) or _named(right)
    return found or usual(left.type)


def usual(kind: NumberType) -> Unit:
    """Return the unit that is usual for a dimension, base units if none is."""
    if kind.absolute:
        return parse_unit("°C") or NUMBER
    symbol = _SHOWN_IN.get(kind.dimension)
    found = parse_unit(symbol) if symbol else None
    return found or Unit("", kind.dimension, 1.0)


def _literal(expression: Expression) -> Unit | None:
    for node in _of_same_dimension(expression):
        if isinstance(node, Number) and node.value and node.unit is not NUMBER:
            return node.unit
    return None


def _named(expression: Expression) -> Unit | None:
    units = [
        node.unit
        for node in _of_same_dimension(expression)
        if isinstance(node, Name) and node.unit is not None
    ]
    return units[0] if units else None


def _of_same_dimension(expression: Expression) -> list[Expression]:
    """Return the parts that are added or chosen from, so that they share the whole's unit."""
    found: list[Expression] = [expression]
    match expression:
        case Arithmetic(operator="+" | "-") | Negative() | Call():
            inner = children(expression)
        case Window(function="average"):
            inner = (expression.operand,)
        case _:
            inner = ()
    for child in inner:
        if child.type == expression.type:
            found.extend(_of_same_dimension(child))
    return found
