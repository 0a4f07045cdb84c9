"""The rooms and their heating circuits: load from the weather, heating curve, night setback."""

from dataclasses import dataclass
from typing import NamedTuple

from adapters.simulated.inputs import Boundary

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class BuildingParameters:
    """A German single-family house of 150 m²; assumptions for asp1 where no source stands."""

    loss_w_per_k: float = 180.0
    """Walls, windows and ventilation: 5.8 kW at 12 °C below zero."""
    room_j_per_k: float = 24.75e6
    """165 kJ/K per m² of floor, class "medium" of ISO 13790 table 12; with the loss 38 h."""
    emitter_j_per_k: float = 500e3
    """Radiators and pipes with some 80 l of water."""
    emitter_w_per_k: float = 290.0
    """Radiators to room, sized so that the heating curve meets the loss."""
    room_setpoint_c: float = 20.5
    thermostat_band_k: float = 2.0
    """Thermostatic valves close over this range around the setpoint."""
    curve_base_c: float = 20.0
    """The heating curve starts here, for flow and outside alike, and rises as it gets colder."""
    curve_slope: float = 0.78
    """Kelvin of flow per Kelvin of cold: 45 °C at 12 °C below zero."""
    setback_k: float = 6.0
    setback_start_s: float = 22 * HOUR_S
    setback_end_s: float = 5 * HOUR_S
    solar_aperture_m2: float = 2.0
    """Windows times g-value, frames, orientation and shade, per horizontal irradiance."""
    appliance_share: float = 0.5
    """Of the household's electricity that warms the rooms; the rest leaves by the drain."""
    person_gain_w: float = 160.0
    window_w_per_k: float = 300.0
    """Open windows, from 24 °C in the room on (full at 25 °C), while it is cooler outside."""
    window_temperature_c: float = 24.0


class Rooms(NamedTuple):
    """The radiators, as one, and the rooms, as one."""

    emitter_temperature_c: float
    temperature_c: float


class RoomHeat(NamedTuple):
    """What came into the rooms beside the heating and what left them in a step, in joules."""

    appliance_j: float
    person_j: float
    solar_j: float
    envelope_loss_j: float


def flow_setpoint_c(
    parameters: BuildingParameters, outside_c: float, time_of_day_s: float
) -> float:
    """Return the flow temperature of the heating curve, lowered at night, in °C."""
    cold_k = max(parameters.curve_base_c - outside_c, 0.0)
    flow_c = parameters.curve_base_c + parameters.curve_slope * cold_k
    if time_of_day_s >= parameters.setback_start_s or time_of_day_s < parameters.setback_end_s:
        return flow_c - parameters.setback_k
    return flow_c


def thermostat_opening(parameters: BuildingParameters, room_c: float) -> float:
    """Return how far the thermostatic valves are open, 0 to 1."""
    band_k = parameters.thermostat_band_k
    opening = (parameters.room_setpoint_c - room_c) / band_k + 0.5
    return min(max(opening, 0.0), 1.0)


def mixer_share(setpoint_c: float, hot_c: float, return_c: float) -> float:
    """Return the share of buffer water in the flow, 0 to 1, so that the flow meets its setpoint."""
    if setpoint_c <= return_c:
        return 0.0
    if hot_c <= setpoint_c:
        return 1.0
    return (setpoint_c - return_c) / (hot_c - return_c)


def drawn_kg(
    parameters: BuildingParameters,
    rooms: Rooms,
    *,
    hot_c: float,
    circulating_kg: float,
    outside_c: float,
    time_of_day_s: float,
) -> float:
    """Return the water that the heating circuits take from the top of the buffer, in kg.

    `circulating_kg` is what P4 would move with every thermostatic valve open.
    """
    if circulating_kg == 0.0:
        return 0.0
    setpoint_c = flow_setpoint_c(parameters, outside_c, time_of_day_s)
    share = mixer_share(setpoint_c, hot_c, rooms.emitter_temperature_c)
    return circulating_kg * thermostat_opening(parameters, rooms.temperature_c) * share


def loss_w(parameters: BuildingParameters, room_c: float, outside_c: float) -> float:
    """Return the heat that leaves the rooms, in watts; negative when it is warmer outside."""
    per_k = parameters.loss_w_per_k
    if room_c > parameters.window_temperature_c and outside_c < room_c:
        per_k += parameters.window_w_per_k * min(room_c - parameters.window_temperature_c, 1.0)
    return per_k * (room_c - outside_c)


def advance(
    parameters: BuildingParameters,
    rooms: Rooms,
    *,
    drawn_j_per_k: float,
    hot_c: float,
    waste_j: float,
    boundary: Boundary,
    dt_s: float,
) -> tuple[Rooms, RoomHeat]:
    """Return the rooms after `dt_s` seconds and the heat that crossed their border.

    `drawn_j_per_k` is the heat capacity of the water drawn from the buffer at `hot_c`; `waste_j`
    the heat that tanks, pumps and miners lost to the room.
    """
    emitter_c, room_c = rooms
    to_room_j = parameters.emitter_w_per_k * (emitter_c - room_c) * dt_s
    from_buffer_j = drawn_j_per_k * (hot_c - emitter_c)
    appliance_j = boundary.base_house_load_w * parameters.appliance_share * dt_s
    person_j = parameters.person_gain_w * dt_s
    solar_j = boundary.irradiance_w_m2 * parameters.solar_aperture_m2 * dt_s
    lost_j = loss_w(parameters, room_c, boundary.outside_temperature_c) * dt_s
    gain_j = to_room_j + waste_j + appliance_j + person_j + solar_j - lost_j
    new = Rooms(
        emitter_c + (from_buffer_j - to_room_j) / parameters.emitter_j_per_k,
        room_c + gain_j / parameters.room_j_per_k,
    )
    return new, RoomHeat(appliance_j, person_j, solar_j, lost_j)


def energy_j(parameters: BuildingParameters, rooms: Rooms) -> float:
    """Return the heat stored above 0 °C in rooms and emitters, in joules."""
    return (
        parameters.emitter_j_per_k * rooms.emitter_temperature_c
        + parameters.room_j_per_k * rooms.temperature_c
    )
