"""The plant of asp1 under made-up weather: truth, before any sensor or fault has touched it."""

import math
from collections.abc import Mapping
from random import Random

from adapters.simulated.inputs import Commands
from adapters.simulated.plant import SUBSTEP_S, after
from adapters.simulated.points import measured_points
from adapters.simulated.state import PlantParameters, PlantState, initial_state
from adapters.simulated.weather import Weather, WeatherRow, boundary_at
from engine.values.fact import Value

ROW_S = 1800.0
LEAST_S = 1.0
"""Physics takes no shorter step unless it must."""
_DAY_S, _YEAR_S = 86_400.0, 31_557_600.0
_PEAK_W = 9500.0
_WARMEST_S = 0.55 * _YEAR_S
"""After the turn of the year: the end of July."""


def dice(*of: object) -> Random:
    """Return a source of chance that is the same for the same names."""
    return Random(" ".join(map(str, of)))  # noqa: S311 - chance that must repeat


def weather(seed: int, start_s: float, seconds: float) -> Weather:
    """Return weather, household and prices from `start_s` (Unix time) on, a row every half hour."""
    random = dice("weather", seed)
    cloud, rows = random.random(), []
    first_s = start_s - start_s % ROW_S
    for number in range(math.ceil((seconds + _DAY_S) / ROW_S) + 2):
        at_s = first_s + number * ROW_S
        season = math.cos(2 * math.pi * (at_s % _YEAR_S - _WARMEST_S) / _YEAR_S)
        hour = (at_s + 3600.0) % _DAY_S / 3600.0
        light_h = 12.0 + 4.0 * season
        sun = max(0.0, math.sin(math.pi * (hour - 12.0 + light_h / 2) / light_h))
        sun = sun if abs(hour - 12.0) < light_h / 2 else 0.0
        cloud = min(1.0, max(0.0, cloud + random.gauss(0.0, 0.15)))
        pv_w = _PEAK_W * sun * (0.7 + 0.3 * season) * (1.0 - 0.85 * cloud)
        outside_c = 9.5 + 10.0 * season + 4.0 * math.sin(math.pi * (hour - 9.0) / 12.0)
        load_w = random.uniform(250.0, 900.0) + (random.random() < 0.1) * random.uniform(0, 9000.0)
        price = 22.0 + 9.0 * math.cos(math.pi * (hour - 18.5) / 6.0) - 30.0 * (pv_w > 7000.0)
        price += (random.random() < 0.02) * random.uniform(30.0, 90.0)
        outside_c += random.gauss(0.0, 1.5)
        rows.append(WeatherRow(at_s, pv_w, load_w, outside_c, 800.0 * sun, price))
    times = tuple(row.wall_s for row in rows)
    return Weather(tuple(rows), times, times[-1] + ROW_S)


class House:
    """One plant; `points` is what is true of it after the last step."""

    def __init__(self, seed: int, start_s: float, seconds: float) -> None:
        """Put a plant to rest at `start_s`, Unix time, with weather for so many seconds."""
        self.parameters = PlantParameters(seed=seed)
        self.wall_s = start_s
        self._weather = weather(seed, start_s, seconds)
        self._boundary = boundary_at(self._weather, start_s, 3600)
        self.state: PlantState = initial_state(
            self.parameters, self._boundary.outside_temperature_c
        )
        self.points: Mapping[str, Value] = {}
        self._commands: Commands | None = None
        self._owed_s = 0.0
        self._look()

    def advance(self, commands: Commands, dt_s: float) -> None:
        """Let `dt_s` seconds pass under `commands`, at most `SUBSTEP_S`.

        While nobody commands anything else the physics takes its longest step, as the plant itself
        would; so sensors may show what was true some seconds ago. A command acts at once.
        """
        if commands == self._commands:
            self._owed_s += dt_s
            if self._owed_s + LEAST_S < SUBSTEP_S:
                return
            dt_s = min(self._owed_s, SUBSTEP_S)
            self._owed_s -= dt_s
        else:
            if self._commands is not None and self._owed_s > LEAST_S:
                self._step(self._commands, self._owed_s)
            else:
                dt_s += self._owed_s
            self._owed_s = 0.0
        self._commands = commands
        self._step(commands, dt_s)
        self._look()

    def _step(self, commands: Commands, dt_s: float) -> None:
        self._boundary = boundary_at(self._weather, self.wall_s, 3600)
        self.state = after(self.parameters, self.state, self._boundary, commands, dt_s)
        self.wall_s += dt_s

    def _look(self) -> None:
        self.points = measured_points(self.parameters, self.state, self._boundary)
