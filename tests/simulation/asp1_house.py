"""The simulated house under the rules of asp1, scan by scan, with faults laid over it."""

import csv
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from adapters.clock import SiteClock
from adapters.files import read_rules
from adapters.simulated.drive import Sensors
from adapters.simulated.inputs import Commands
from adapters.simulated.plant import step
from adapters.simulated.points import commands_from, measured_points
from adapters.simulated.state import PlantParameters, PlantState, initial_state
from adapters.simulated.weather import Weather, boundary_at, segments, weather_row
from engine.control.program import Program, compile_program
from engine.control.scan import Scan, initial, scan
from engine.inference.image import Override, Reset
from engine.language.checked import Checked, check_files
from engine.values.fact import Value

RULES = Path(__file__).parents[2] / "rules" / "asp1"
WEATHER = RULES / "recordings" / "sample_4weeks_30min.csv"
PV_SCALE = 2.0
"""The recorded roof peaks at 4.2 kW; two miners need one of twice the size."""

Points = dict[str, Value]


class Look(NamedTuple):
    """What one scan saw and decided, and the plant it saw."""

    at_s: float
    points: Points
    decided: Points
    scan: Scan
    state: PlantState


@cache
def checked() -> Checked:
    """Return the rules of asp1 as `thermiq check` sees them."""
    return check_files(read_rules(RULES).files)


@cache
def program() -> Program:
    """Return the rules of asp1, compiled."""
    return compile_program(checked().rulebook)


@cache
def _weather() -> tuple[Weather, ...]:
    with WEATHER.open(encoding="utf-8") as file:
        return segments(map(weather_row, csv.DictReader(file)))


class House:
    """A house at a local time such as `2024-06-25 00:00`, at rest.

    `points` falsifies what is measured, `commands` what the devices are told; both, overrides and
    resets may be changed between runs.
    """

    def __init__(self, start: str, step_s: int = 20) -> None:
        """Find the weather of the day and put the plant to rest."""
        plant = program().rulebook.plant
        self.clock = SiteClock(plant.site)
        self.at_s = datetime.fromisoformat(start).replace(tzinfo=self.clock.zone).timestamp()
        self.points: Callable[[Points], Points] = lambda points: points
        self.commands: Callable[[Commands], Commands] = lambda commands: commands
        self.overrides: Points = {}
        self.resets: tuple[Reset, ...] = ()
        self._step_s = step_s
        self._weather = next(w for w in _weather() if w.start_s <= self.at_s < w.end_s)
        self._parameters = PlantParameters()
        outside_c = boundary_at(self._weather, self.at_s).outside_temperature_c
        self._state = initial_state(self._parameters, outside_c)
        self._retained = initial(program())
        self._sensors = Sensors(plant)

    def scan(self) -> Look:
        """Scan once, then let the plant go on for a step."""
        moment = self.clock.moment(self.at_s)
        boundary = boundary_at(self._weather, self.at_s, moment.utc_offset_s, PV_SCALE)
        state = self._state
        points = self.points(measured_points(self._parameters, state, boundary))
        self._sensors.show(round(self.at_s * 1000), points)
        image = self._sensors.image(moment.monotonic_s)._replace(
            overrides=tuple(
                Override(output, output, value, "test", self.at_s + 60.0)
                for output, value in self.overrides.items()
            ),
            resets=self.resets,
        )
        done = scan(program(), self._retained, image, moment)
        self._retained = done.retained
        decided = {each.output: each.value for each in done.decisions}
        commands = self.commands(commands_from(decided))
        self._state, _ = step(self._parameters, state, boundary, commands, self._step_s)
        self.at_s += self._step_s
        return Look(self.at_s - self._step_s, points, decided, done, state)

    def run(self, hours: float) -> Iterator[Look]:
        """Yield every scan of the next hours."""
        for _ in range(round(hours * 3600 / self._step_s)):
            yield self.scan()
