"""What kind of value an expression has: a number of some dimension, a truth, or a named state."""

from dataclasses import dataclass

from engine.values.units import NO_DIMENSION, Dimension, base_unit_name


@dataclass(frozen=True, slots=True)
class NumberType:
    """A number in base units. `absolute` marks a temperature on the Celsius scale."""

    dimension: Dimension = NO_DIMENSION
    absolute: bool = False

    def __str__(self) -> str:
        return base_unit_name(self.dimension, absolute=self.absolute)


@dataclass(frozen=True, slots=True)
class BoolType:
    """On or off, true or false."""

    def __str__(self) -> str:
        return "on/off value"


@dataclass(frozen=True, slots=True)
class EnumType:
    """One of a point's named states, in declared order."""

    values: tuple[str, ...]

    def __str__(self) -> str:
        return "one of " + ", ".join(self.values)


Type = NumberType | BoolType | EnumType
BOOL = BoolType()
