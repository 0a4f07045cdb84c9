"""The plant: its points (measured) and its outputs (commanded), as frozen data.

Plants are equal if they mean the same, wherever it is written.
"""

from dataclasses import dataclass, field

from engine.language.position import NOWHERE, Position
from engine.language.types import BoolType, EnumType, NumberType, Type
from engine.values.fact import Value
from engine.values.units import Unit


@dataclass(frozen=True, slots=True)
class Site:
    """Where the plant stands. Latitude and longitude in degrees; None: no sunrise, no sunset."""

    name: str = ""
    about: str = ""
    time_zone: str = "UTC"
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A measured quantity. `low`, `high` and `max_rate_per_s` are in `unit`; None: no bound."""

    name: str
    type: Type
    unit: Unit | None = None
    low: float | None = None
    high: float | None = None
    max_age_s: float = 60.0
    max_rate_per_s: float | None = None
    about: str = ""
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` times in any `per_s` seconds."""

    count: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Effect:
    """A fact that an output moves at once.

    `amount`, in base units, is how far the fact rises when the output goes from the lowest to the
    highest value of its range, or from off to on; negative if it falls. `states` says instead how
    far it stands above rest in each state of an enum, 0 in those that are not named; `amount` is
    then the one furthest from 0.
    """

    point: str
    amount: float
    position: Position = NOWHERE
    states: tuple[tuple[str, float], ...] = ()

    def in_state(self, state: str, *, on: bool) -> float:
        """Return how far above rest the fact stands in a state, which counts as `on` or not."""
        if self.states:
            return dict(self.states).get(state, 0.0)
        return self.amount if on else 0.0


@dataclass(frozen=True, slots=True)
class Output:
    """A commanded quantity with its limits: numbers in `unit`, times in seconds, 0 or None: none.

    `on_values` are the states that count as on for `min_on`, `min_off` and `max_starts`; for a
    number everything but 0 is on, for a bool `true`, for an enum everything but its default unless
    told.
    """

    name: str
    type: Type
    default: Value
    failsafe: Value
    unit: Unit | None = None
    low: float | None = None
    high: float | None = None
    off_below: float = 0.0
    step: float = 0.0
    ramp_per_s: float = 0.0
    settle_s: float = 0.0
    max_changes: Rate | None = None
    min_on_s: float = 0.0
    min_off_s: float = 0.0
    max_starts: Rate | None = None
    on_values: frozenset[str] = frozenset()
    acts_on: tuple[Effect, ...] = ()
    about: str = ""
    position: Position = field(default=NOWHERE, compare=False)

    def is_on(self, value: Value) -> bool:
        """Tell whether `value` counts as on."""
        if isinstance(self.type, EnumType):
            return value in self.on_values if self.on_values else value != self.default
        return bool(value)

    def holds(self, value: Value) -> bool:
        """Tell whether `value` is of this output's type and in its declared range."""
        match self.type:
            case BoolType():
                return isinstance(value, bool)
            case EnumType():
                return value in self.type.values
            case NumberType():
                if isinstance(value, bool | str):
                    return False
                above = self.low is None or value >= self.low
                return above and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Plant:
    """Everything that can be measured and commanded, in the order of the file."""

    site: Site
    points: tuple[Point, ...]
    outputs: tuple[Output, ...]
