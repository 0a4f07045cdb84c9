"""The loop closed: plant, sensors, `scan`, commands, plant again, as a stream of turns.

Sensors do not show what the physics computes but what a device would send: a temperature to 0.1 K,
a power to 1 W, a percentage to 0.1 %. The scan sees exactly what a recording of it holds, so a
replay of that recording decides the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from adapters.simulated.inputs import Boundary
from adapters.simulated.plant import step
from adapters.simulated.points import commands_from, measured_points
from adapters.simulated.state import PlantParameters, initial_state
from adapters.simulated.weather import Weather, boundary_at
from engine.control.decision import Decision
from engine.control.program import Program
from engine.control.scan import Scan, scan
from engine.control.state import Retained
from engine.language.plant import Plant
from engine.values.fact import Quality, Value
from engine.values.moment import Moment
from engine.workshop.replay import Board, Change, after_gap

_DIGITS = {"W": 0, "°C": 1, "%": 1}
"""What the sensors of a unit show, as digits behind the point; others are not rounded."""

_NO_OUTPUTS: dict[str, Value] = {
    "miner1.power_target": 0.0,
    "miner2.power_target": 0.0,
    "heatpump.sg_ready": "normal",
    "inverter.battery_mode": "normal",
    "rv1.position_target": 100.0,
    "rv2.position_target": 0.0,
    "p3.run_target": False,
    "p4.run_target": False,
    "p5.run_target": False,
}
"""What a device does that the rules' plant does not command."""


class Clock(Protocol):
    """Whoever turns Unix time into moments of the site."""

    def moments(self, start_ms: int, end_ms: int, step_ms: int) -> Iterator[tuple[int, Moment]]:
        """Yield a moment every `step_ms` from `start_ms` on, before `end_ms`."""
        ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time without a gap: its weather, from `start_ms` up to, not including, `end_ms`."""

    weather: Weather
    start_ms: int
    end_ms: int


class Turn(NamedTuple):
    """One time round the loop: what changed for the sensors, and what was scanned of it."""

    at_ms: int
    changes: list[Change]
    scan: Scan


def stretches(
    parts: Iterable[Weather],
    step_ms: int,
    start_ms: int | None = None,
    length_ms: int | None = None,
) -> tuple[Stretch, ...]:
    """Return what to run of the weather: from `start_ms` on, `length_ms` of it all in all."""
    found = []
    left_ms = length_ms
    for part in parts:
        first_ms, end_ms = round(part.start_s * 1000), round(part.end_s * 1000)
        first_ms = first_ms if start_ms is None else max(first_ms, start_ms)
        end_ms = end_ms if left_ms is None else min(end_ms, first_ms + left_ms)
        if end_ms - first_ms < step_ms:
            continue
        found.append(Stretch(part, first_ms, end_ms))
        left_ms = None if left_ms is None else left_ms - (end_ms - first_ms)
    return tuple(found)


def unfit(plant: Plant) -> tuple[str, ...]:
    """Return in words where the plant's units are not those of the simulated house."""
    state = initial_state(PlantParameters())
    shown = measured_points(PlantParameters(), state, Boundary(0.0, 0, 0.0, 0.0, 0.0, 0.0, 0.0))
    wanted = {name: _unit_of(name, value) for name, value in (shown | _NO_OUTPUTS).items()}
    declared = [(point.name, point.unit) for point in plant.points]
    declared += [(output.name, output.unit) for output in plant.outputs]
    return tuple(
        f"the simulated house has `{name}` in {wanted[name] or 'no unit'}, the plant declares "
        + (f"`{unit.symbol}`" if unit else "no unit")
        for name, unit in declared
        if name in wanted and (unit.symbol if unit else "") != wanted[name]
    )


def _unit_of(name: str, value: Value) -> str:
    """Return the unit in which the physics has a point or an output."""
    if isinstance(value, bool | str):
        return ""
    kind = name.rpartition(".")[2]
    named = {"buy": "ct/kWh", "soc": "%", "position": "%", "position_target": "%"}
    return named.get(kind, "W" if kind in ("power", "load", "power_target") else "°C")


class Sensors:
    """Shows the plant on the board of the process image, as coarsely as devices do."""

    def __init__(self, plant: Plant) -> None:
        """Take the points, their units and so the digits they show."""
        self._board = Board(plant)
        self._digits = {
            point.name: None if point.unit is None else _DIGITS.get(point.unit.symbol)
            for point in plant.points
        }
        self._shown: dict[str, Value | None] = dict.fromkeys(self._digits)
        self.image = self._board.image

    def show(self, at_ms: int, points: Mapping[str, Value]) -> list[Change]:
        """Put what is measured at `at_ms` on the board; return what changed by it."""
        changes: list[Change] = []
        shown = self._shown
        for name, digits in self._digits.items():
            value = points.get(name)
            if digits is not None and isinstance(value, float):
                value = round(value, digits) + 0.0  # no −0.0: it equals 0.0 but prints otherwise
            if value != shown[name]:
                shown[name] = value
                quality = Quality.MISSING if value is None else Quality.GOOD
                changes.append((at_ms, name, value, quality))
                self._board.put(self._board.places[name], at_ms / 1000, value, quality)
        return changes


def drive(
    program: Program,
    retained: Retained,
    parameters: PlantParameters,
    parts: Iterable[Stretch],
    clock: Clock,
    step_ms: int,
) -> Iterator[Turn]:
    """Yield a turn every `step_ms` of every stretch.

    Each stretch begins with a plant at rest; the controller goes on as after a restart.
    """
    sensors = Sensors(program.rulebook.plant)
    dt_s = step_ms / 1000
    decided: tuple[Decision, ...] = ()
    commands = commands_from(_NO_OUTPUTS)
    last_ms: int | None = None
    for part in parts:
        state = initial_state(parameters, _outside_c(part))
        for at_ms, moment in clock.moments(part.start_ms, part.end_ms, step_ms):
            if last_ms is not None and at_ms - last_ms > step_ms:
                retained = after_gap(program, retained, moment)
            last_ms = at_ms
            boundary = boundary_at(part.weather, moment.wall_s, moment.utc_offset_s)
            changes = sensors.show(at_ms, measured_points(parameters, state, boundary))
            done = scan(program, retained, sensors.image(moment.monotonic_s), moment)
            retained = done.retained
            yield Turn(at_ms, changes, done)
            if done.decisions != decided:
                decided = done.decisions
                wanted = {each.output: each.value for each in decided}
                commands = commands_from(_NO_OUTPUTS | wanted)
            state = step(parameters, state, boundary, commands, dt_s).state


def _outside_c(part: Stretch) -> float:
    boundary: Boundary = boundary_at(part.weather, part.start_ms / 1000)
    return boundary.outside_temperature_c
