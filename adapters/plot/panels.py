"""What goes into which panel of a chart, and in which colour, for pictures and pages alike."""

from collections.abc import Iterator
from typing import NamedTuple

from adapters.plot.series import Chart, Sample, Stretch
from engine.language.plant import Output, Point
from engine.language.types import BoolType, EnumType, NumberType
from engine.values.fact import Value
from engine.workshop.meter import Roles

SUN, BATTERY, GRID, UNKNOWN = "#f2b705", "#3a9d5d", "#7a6fac", "#b5b5b5"
LOAD, PRICE = "#30343b", "#b0306a"
VETO, ALARM = "#d9822b", "#c62828"
ON = "#4c7fb8"
REST = "#e9ebee"
"""An output at its default."""
STATES = ("#4c7fb8", "#e07b39", "#a63d57", "#5f9e6e", "#8a6bbd")
"""For the named states of an output other than its default, in declared order."""
TEMPERATURES = ("#c0392b", "#e59866", "#2471a3", "#76b7d6", "#6c7a89", "#9b8f5e")

_TANKS = ("buffer.top", "buffer.bottom", "hotwater.top")
_MOST_TEMPERATURES = 6


class Ribbon(NamedTuple):
    """One output as a ribbon of colours over time."""

    output: Output
    colours: dict[Value, str]
    """By value; empty for a number, which is drawn from pale to dark."""


class Block(NamedTuple):
    """A stretch of one value, in Unix milliseconds."""

    start_ms: int
    end_ms: int
    value: Value


def place_of(chart: Chart, name: str) -> int | None:
    """Return where a point stands among the values of a sample, None if the plant lacks it."""
    for place, point in enumerate(chart.plant.points):
        if point.name == name:
            return place
    return None


def recorded(chart: Chart, name: str) -> int | None:
    """Return a point's place if any sample knows it."""
    place = place_of(chart, name)
    if place is None:
        return None
    known = any(
        sample.values[place] is not None
        for stretch in chart.stretches
        for sample in stretch.samples
    )
    return place if known else None


def numbers(samples: list[Sample], place: int, factor: float = 1.0) -> list[float]:
    """Return a point's values, not a number where it was unknown."""
    values = [sample.values[place] for sample in samples]
    return [
        float("nan") if value is None or isinstance(value, str) else value * factor
        for value in values
    ]


def kilowatts(chart: Chart, name: str) -> float:
    """Return what makes kW of a point's values."""
    place = place_of(chart, name)
    unit = None if place is None else chart.plant.points[place].unit
    return 1e-3 if unit is None else unit.factor / 1000


def tanks(chart: Chart) -> list[Point]:
    """Return the temperatures to draw: those of the tanks, else the first few of the plant."""
    known = [point for point in chart.plant.points if recorded(chart, point.name) is not None]
    warm = [point for point in known if isinstance(point.type, NumberType) and point.type.absolute]
    chosen = [point for point in warm if point.name in _TANKS]
    return (chosen or warm)[:_MOST_TEMPERATURES]


def powered(chart: Chart) -> list[int]:
    """Return the places, among the consumers, of those whose power the rules decide."""
    return [place for place, each in enumerate(chart.consumers) if each.decided_factor]


def by_source(samples: list[Sample], consumers: list[int]) -> list[list[float]]:
    """Return the power of some consumers together, in kW, by PV, battery, grid and unknown."""
    totals = [sum(sample.powers_w[place] for place in consumers) / 1000 for sample in samples]
    return [
        [total * sample.mix[source] for total, sample in zip(totals, samples, strict=True)]
        for source in range(4)
    ]


def ribbons(chart: Chart) -> list[Ribbon]:
    """Return the outputs that are drawn as ribbons: all but powers, if they ever left rest."""
    powers = {chart.consumers[place].output_place for place in powered(chart)}
    found = []
    for place, output in enumerate(chart.plant.outputs):
        moved = any(
            switch.value != output.default
            for stretch in chart.stretches
            for switch in stretch.switches.get(output.name, [])
        )
        if place not in powers and moved:
            found.append(Ribbon(output, _colours(output)))
    return found


def _colours(output: Output) -> dict[Value, str]:
    match output.type:
        case NumberType():
            return {}
        case BoolType():
            return {False: REST, True: ON}
        case EnumType():
            others = [value for value in output.type.values if value != output.default]
            colours: dict[Value, str] = {output.default: REST}
            colours.update(zip(others, STATES * len(others), strict=False))
            return colours


def blocks(stretch: Stretch, output: str) -> Iterator[Block]:
    """Yield how long an output had which value."""
    switches = stretch.switches.get(output, [])
    ends = [switch.at_ms for switch in switches[1:]] + [stretch.end_ms]
    for switch, end_ms in zip(switches, ends, strict=False):  # an output may have no switch at all
        yield Block(switch.at_ms, end_ms, switch.value)


def roles() -> Roles:
    """Return the names of the points with a role."""
    return Roles()
