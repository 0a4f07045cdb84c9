"""The physics of the house on loopback: one plant, a clear day in spring, and a tap.

`HousePhysics` keeps its own time, so that a day can pass in minutes; whoever owns it says how much
time has passed and what the devices are commanded to do.
"""

import math
from dataclasses import replace

from adapters.simulated.draw import DrawParameters
from adapters.simulated.inputs import Boundary, Commands
from adapters.simulated.plant import step
from adapters.simulated.points import measured_points
from adapters.simulated.state import PlantParameters, PlantState, initial_state
from adapters.simulated.tank import Layers
from engine.values.fact import Value

_SUNRISE_H, _SUNSET_H = 6.0, 20.0
_PEAK_PV_W = 9500.0
_BASE_LOAD_W = 450.0
_PRICE_CT_PER_KWH = 29.0
_UTC_OFFSET_S = 7200
_HOUR_S, _DAY_S = 3600.0, 86_400.0
_COLD_C = 10.0
_BATTERY_SHARE = 0.90
_BUFFER_C: Layers = (60.0, 59.0, 57.0, 52.0, 45.0)
_HOT_WATER_C: Layers = (56.0, 54.0, 50.0)


def clear_day(wall_s: float) -> Boundary:
    """Return the world at `wall_s` (Unix time, UTC) of a clear, cool day in spring."""
    hour = (wall_s + _UTC_OFFSET_S) % _DAY_S / _HOUR_S
    height = math.sin(math.pi * (hour - _SUNRISE_H) / (_SUNSET_H - _SUNRISE_H))
    sun = max(0.0, height) if _SUNRISE_H < hour < _SUNSET_H else 0.0
    outside_c = 9.0 + 5.0 * math.sin(math.pi * (hour - 9.0) / 12.0)
    return Boundary(
        wall_s,
        _UTC_OFFSET_S,
        _PEAK_PV_W * sun,
        _BASE_LOAD_W,
        outside_c,
        800.0 * sun,
        _PRICE_CT_PER_KWH,
    )


class HousePhysics:
    """One plant between its steps, at the house's own wall clock."""

    def __init__(self, wall_s: float, *, household: bool = True) -> None:
        """Begin at `wall_s`, Unix time, with warm tanks and a battery that is nearly full.

        Without a household nobody taps hot water but through `tap_kg_per_s`.
        """
        draw = DrawParameters() if household else DrawParameters(scale=0.0)
        self.parameters = PlantParameters(draw=draw)
        self.wall_s = wall_s
        self.tap_kg_per_s = 0.0
        """Hot water that somebody takes beside the household's habits."""
        self.cloud = 0.0
        """Share of the sun that a cloud keeps away."""
        self.boundary = clear_day(wall_s)
        self.state = _begun(self.parameters, self.boundary)

    def advance(self, commands: Commands, dt_s: float) -> None:
        """Let `dt_s` seconds pass under `commands`."""
        clear = clear_day(self.wall_s)
        self.boundary = clear._replace(pv_available_w=clear.pv_available_w * (1.0 - self.cloud))
        self.state = step(self.parameters, self.state, self.boundary, commands, dt_s).state
        self._draw(self.tap_kg_per_s * dt_s)
        self.wall_s += dt_s

    def points(self) -> dict[str, Value]:
        """Return what is measured, by the names and in the units of `plant.yaml`."""
        return measured_points(self.parameters, self.state, self.boundary)

    def _draw(self, kilograms: float) -> None:
        """Take hot water from the top of its tank; cold water comes in at the bottom."""
        water = self.state.water
        layer_kg = self.parameters.hot_water.mass_kg / len(water.hot_water_c)
        pulled = _pulled(water.hot_water_c, kilograms / layer_kg)
        self.state = replace(self.state, water=water._replace(hot_water_c=pulled))


def _pulled(layers: Layers, share: float) -> Layers:
    """Return the layers after so many of them have moved up and out, without mixing."""
    below = (*layers, *(_COLD_C for _ in range(len(layers) + 1)))
    share = min(share, float(len(layers)))
    whole, part = int(share), share % 1.0
    return tuple(
        below[index + whole] * (1.0 - part) + below[index + whole + 1] * part
        for index in range(len(layers))
    )


def _begun(parameters: PlantParameters, boundary: Boundary) -> PlantState:
    state = initial_state(parameters, boundary.outside_temperature_c)
    water = state.water._replace(buffer_c=_BUFFER_C, hot_water_c=_HOT_WATER_C)
    stored_j = _BATTERY_SHARE * parameters.electricity.battery_j
    return replace(state, water=water, meters=state.meters._replace(stored_j=stored_j))
