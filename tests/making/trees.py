"""Random expressions that the language allows, drawn from a given source of randomness.

`Trees` knows what may be read in one place; small numbers from a coarse grid make sure that
comparisons change sides often and that values meet exactly.
"""

from dataclasses import dataclass, field, replace
from random import Random

from engine.language.expression import (
    Age,
    All,
    Any,
    Arithmetic,
    Between,
    Boolean,
    Call,
    ClockTime,
    Comparison,
    Expression,
    Known,
    Name,
    NameKind,
    Negative,
    Not,
    Number,
    State,
    Timed,
    Window,
)
from engine.language.plant import Output, Point
from engine.language.position import NOWHERE
from engine.language.types import BOOL, BoolType, EnumType, NumberType, Type
from engine.values.moment import WEEKDAYS
from engine.values.units import SECOND, TIME, Unit, parse_unit


def unit(symbol: str) -> Unit:
    """Return a unit that is known to exist."""
    found = parse_unit(symbol)
    assert found is not None
    return found


POWER, TEMPERATURE, SHARE = (
    NumberType(unit(symbol).dimension, absolute=unit(symbol).absolute)
    for symbol in ("W", "°C", "%")
)
KELVIN = NumberType(unit("K").dimension)
SECONDS = NumberType(TIME)
STATES = ("locked", "normal", "forced")
ENUM = EnumType(STATES)
WEEKDAY = EnumType(WEEKDAYS)
LITERALS: dict[Type, tuple[tuple[float, str], ...]] = {
    POWER: ((0.0, "W"), (500.0, "W"), (1.5, "kW"), (2_000.0, "W"), (0.1, "kW")),
    TEMPERATURE: ((20.0, "°C"), (45.5, "°C"), (60.0, "°C")),
    SHARE: ((10.0, "%"), (50.0, "%"), (30.0, "%"), (100.0, "%")),
}
TIMES = (0.0, 0.0, 1.0, 5.0, 10.0, 30.0, 60.0)
SLOPES = {POWER: "W/s", TEMPERATURE: "K/s", SHARE: "%/s"}


@dataclass
class Trees:
    """Makes expressions of what may be read here.

    `derived` are the derived facts that may be read, `negatable` those also behind a `not`.
    """

    random: Random
    points: list[Point] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    signals: list[tuple[str, Type]] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)
    negatable: list[str] = field(default_factory=list)
    memory: bool = True
    knows: bool = True
    """Whether `x is known` may be asked, which alone learns something from a missing fact."""

    def bare(self) -> "Trees":
        """Return a maker of values, which may read neither conditions nor derived facts."""
        return replace(self, conditions=[], derived=[], negatable=[], memory=False)

    def names(self, kind: Type) -> list[Name]:
        """Return the names of one type."""
        found = [
            Name(each.name, NOWHERE, name_kind, each.type, each.unit)
            for name_kind, named in ((NameKind.POINT, self.points), (NameKind.OUTPUT, self.outputs))
            for each in named
            if each.type == kind
        ]
        signals = (name for name, its in self.signals if its == kind)
        return found + [Name(name, NOWHERE, NameKind.SIGNAL, kind) for name in signals]

    def literal(self, kind: Type) -> Expression:
        """Return a constant of a type."""
        if isinstance(kind, BoolType):
            return Boolean(self.random.random() < 0.5, NOWHERE, BOOL)
        if isinstance(kind, EnumType):
            return State(self.random.choice(kind.values), NOWHERE, kind)
        value, symbol = self.random.choice(LITERALS[kind])
        return Number(value, unit(symbol), NOWHERE, kind)

    def name(self, kind: Type) -> Expression:
        """Return the name of something of a type; a constant where there is none."""
        found = self.names(kind)
        return self.random.choice(found) if found else self.literal(kind)

    def number(  # noqa: PLR0911 - one way to compute after the other
        self, kind: NumberType, depth: int = 2
    ) -> Expression:
        """Return something that computes a number."""
        random = self.random
        if depth == 0 or random.random() < 0.5:
            return self.name(kind) if random.random() < 0.75 else self.literal(kind)
        low = depth - 1
        choice = random.randrange(5)
        if choice == 0 and not kind.absolute:
            operator = random.choice("+-")
            left, right = self.number(kind, low), self.number(kind, low)
            return Arithmetic(operator, left, right, NOWHERE, kind)
        if choice == 1 and not kind.absolute:
            operator = random.choice("*/")
            return Arithmetic(operator, self.number(kind, low), self.name(SHARE), NOWHERE, kind)
        if choice == 2 and not kind.absolute:
            inner = self.number(kind, low)
            if random.random() < 0.5:
                return Negative(inner, NOWHERE, kind)
            return Call("abs", (inner,), NOWHERE, kind)
        if choice == 3:
            some = (self.number(kind, low), self.literal(kind), self.literal(kind))
            return Call("clamp", some, NOWHERE, kind)
        some = tuple(self.number(kind, low) for _ in range(random.randint(2, 3)))
        return Call(random.choice(("min", "max")), some, NOWHERE, kind)

    def comparison(self) -> Expression:  # noqa: PLR0911 - one kind after the other
        """Return a comparison, or something else that is TRUE, FALSE or UNKNOWN by itself."""
        random = self.random
        choice = random.randrange(12)
        if choice == 0:
            return self.name(BOOL)
        if choice == 1:
            kind = random.choice((ENUM, WEEKDAY)) if self.names(ENUM) else WEEKDAY
            weekday = Name("weekday", NOWHERE, NameKind.CALENDAR, WEEKDAY)
            left = weekday if kind is WEEKDAY else self.name(ENUM)
            right = self.literal(kind)
            return Comparison(random.choice(("==", "!=")), left, right, NOWHERE, BOOL)
        if choice == 2 and self.knows:
            return Known(self.name(random.choice((POWER, TEMPERATURE))), NOWHERE, BOOL)
        if choice == 3:
            return self.between()
        if choice == 4 and self.points:
            point = random.choice(self.points)
            name = Name(point.name, NOWHERE, NameKind.POINT, point.type, point.unit)
            limit = Number(random.choice((5.0, 40.0)), SECOND, NOWHERE, SECONDS)
            age = Age(name, NOWHERE, SECONDS)
            return Comparison(random.choice("<>"), age, limit, NOWHERE, BOOL)
        if choice == 5:
            return self.windowed()
        kind = random.choice((POWER, POWER, TEMPERATURE, SHARE))
        operator = random.choice(("<", "<=", ">", ">=", "<", ">"))
        left = self.number(kind)
        right = self.literal(kind) if random.random() < 0.7 else self.number(kind, 1)
        if isinstance(left, Number) and isinstance(right, Number):
            left = self.name(kind)
        return Comparison(operator, left, right, NOWHERE, BOOL)

    def windowed(self) -> Expression:
        """Return a comparison with a rate or an average; limits that no rounding can decide."""
        kind = self.random.choice((POWER, TEMPERATURE))
        length_s = self.random.choice((10.0, 60.0, 600.0))
        operand = self.number(kind, 1)
        if self.random.random() < 0.5:
            slope = unit(SLOPES[kind])
            slope_type = NumberType(slope.dimension)
            window = Window("rate", operand, length_s, NOWHERE, slope_type)
            limit = Number(self.random.choice((0.0137, -0.731, 3.3171)), slope, NOWHERE, slope_type)
        else:
            window = Window("average", operand, length_s, NOWHERE, kind)
            symbol = "W" if kind is POWER else "°C"
            value = self.random.choice((1234.567, 321.123) if kind is POWER else (33.337, 51.719))
            limit = Number(value, unit(symbol), NOWHERE, kind)
        return Comparison(self.random.choice("<>"), window, limit, NOWHERE, BOOL)

    def between(self) -> Expression:
        """Return a span of the day."""
        ends = [
            ClockTime("midnight", self.random.choice((0.0, 21_600.0, 79_200.0)), NOWHERE),
            ClockTime(self.random.choice(("sunrise", "sunset")), 1_800.0, NOWHERE),
            ClockTime("midnight", 43_200.0, NOWHERE),
        ]
        start, end = self.random.sample(ends, 2)
        return Between(start, end, NOWHERE, BOOL)

    def condition(self, depth: int = 3, *, negated: bool = False) -> Expression:
        """Return a condition; behind a `not` only finished derived facts are read."""
        random = self.random
        derived = self.negatable if negated else self.derived
        if derived and random.random() < 0.25:
            return Name(random.choice(derived), NOWHERE, NameKind.DERIVED, BOOL)
        if self.conditions and random.random() < 0.2:
            return Name(random.choice(self.conditions), NOWHERE, NameKind.CONDITION, BOOL)
        choice = random.random()
        if depth == 0 or choice < 0.35:
            return self.comparison()
        if choice < 0.5 and self.memory:
            return self.timed(depth - 1)
        if choice < 0.65:
            return Not(self.condition(depth - 1, negated=not negated), NOWHERE, BOOL)
        count = random.randint(2, 3)
        operands = tuple(self.condition(depth - 1, negated=negated) for _ in range(count))
        if random.random() < 0.1:
            operands = (*operands, operands[0])
        return (All if random.random() < 0.5 else Any)(operands, NOWHERE, BOOL)

    def timed(self, depth: int = 1) -> Timed:
        """Return a condition with memory, its key still to be given by its owner."""
        inner = replace(self, derived=[], negatable=[])
        when = inner.condition(depth)
        until = inner.condition(depth) if self.random.random() < 0.4 else None
        times = [self.random.choice(TIMES) for _ in range(3)]
        return Timed(when, until, *times, "", NOWHERE, BOOL)
