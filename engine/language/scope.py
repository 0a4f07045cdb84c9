"""What the names in an expression stand for."""

from dataclasses import dataclass, field

from engine.language.expression import NameKind
from engine.language.plant import Output, Plant, Point
from engine.language.position import NOWHERE, Position
from engine.language.types import BOOL, EnumType, NumberType, Type
from engine.language.words import CALENDAR
from engine.values.units import Unit


@dataclass(frozen=True, slots=True)
class Entry:
    """What one name stands for; a `type` of None means that its definition has a problem.

    `unit` is the declared one of points and outputs, `shown` the one in which people think of it;
    `low` and `high` are the declared range in `unit`.
    """

    kind: NameKind
    type: Type | None
    position: Position = NOWHERE
    unit: Unit | None = None
    shown: Unit | None = None
    low: float | None = None
    high: float | None = None


@dataclass(slots=True)
class Scope:
    """All names. It is not `complete` while a file could not be read: a name may stand there."""

    entries: dict[str, Entry] = field(default_factory=dict)
    complete: bool = True

    def add_plant(self, plant: Plant) -> None:
        """Take in the points, the outputs and the calendar."""
        for word, states in CALENDAR.items():
            self.entries[word] = Entry(NameKind.CALENDAR, EnumType(states))
        for point in plant.points:
            self.entries[point.name] = _of(NameKind.POINT, point)
        for output in plant.outputs:
            self.entries[output.name] = _of(NameKind.OUTPUT, output)

    def add_derived(self, name: str) -> None:
        """Take in a derived fact."""
        self.entries.setdefault(name, Entry(NameKind.DERIVED, BOOL))


def _of(kind: NameKind, point: Point | Output) -> Entry:
    low, high = (point.low, point.high) if isinstance(point.type, NumberType) else (None, None)
    return Entry(kind, point.type, point.position, point.unit, point.unit, low, high)
