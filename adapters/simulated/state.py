"""The plant as a value: what it is made of, and how it stands between two steps."""

from dataclasses import dataclass, field
from typing import NamedTuple

from adapters.simulated import building, hydraulics, tank
from adapters.simulated.building import BuildingParameters, Rooms
from adapters.simulated.draw import DrawParameters
from adapters.simulated.electricity import Electricity, ElectricityParameters
from adapters.simulated.heatpump import HeatPumpParameters, HeatPumpState
from adapters.simulated.hydraulics import HydraulicParameters
from adapters.simulated.miners import MinerParameters, MinerState
from adapters.simulated.tank import Layers, TankParameters


@dataclass(frozen=True, slots=True)
class PlantParameters:
    """Everything that stays while the plant runs; `seed` decides when the household taps."""

    seed: int = 0
    buffer: TankParameters = tank.BUFFER
    hot_water: TankParameters = tank.HOT_WATER
    miner1: MinerParameters = field(default_factory=MinerParameters)
    miner2: MinerParameters = field(default_factory=MinerParameters)
    hydraulics: HydraulicParameters = field(default_factory=HydraulicParameters)
    heat_pump: HeatPumpParameters = field(default_factory=HeatPumpParameters)
    building: BuildingParameters = field(default_factory=BuildingParameters)
    electricity: ElectricityParameters = field(default_factory=ElectricityParameters)
    draw: DrawParameters = field(default_factory=DrawParameters)


class Water(NamedTuple):
    """All water that carries heat; tank layers run from top to bottom."""

    buffer_c: Layers
    hot_water_c: Layers
    supply_temperature_c: float
    """Out of the miners."""
    return_temperature_c: float
    """Back to the miners."""


@dataclass(frozen=True, slots=True)
class PlantState:
    """How the plant stands between two steps."""

    water: Water
    rooms: Rooms
    miner1: MinerState
    miner2: MinerState
    heat_pump: HeatPumpState
    rv1_position_percent: float
    rv2_position_percent: float
    p3_running: bool
    p4_running: bool
    p5_running: bool
    meters: Electricity
    """What the meters showed in the last step, and the battery's charge."""


def initial_state(parameters: PlantParameters, outside_temperature_c: float = 5.0) -> PlantState:
    """Return a plant at rest: lukewarm tanks, warm rooms, half a battery, everything off."""
    flow_c = building.flow_setpoint_c(parameters.building, outside_temperature_c, 0.0)
    room_c = parameters.building.room_setpoint_c
    resting = MinerState(parameters.miner1.paused_power_w, room_c)
    stored_j = 0.5 * parameters.electricity.battery_j
    return PlantState(
        water=Water(
            buffer_c=_ramp(48.0, 38.0, parameters.buffer.layers),
            hot_water_c=_ramp(50.0, 40.0, parameters.hot_water.layers),
            supply_temperature_c=room_c,
            return_temperature_c=room_c,
        ),
        rooms=Rooms(max(flow_c - 3.0, room_c), room_c),
        miner1=resting,
        miner2=resting._replace(power_w=parameters.miner2.paused_power_w),
        heat_pump=HeatPumpState(
            running=False,
            in_state_s=parameters.heat_pump.minimum_pause_s,
            power_w=0.0,
            flow_temperature_c=38.0,
        ),
        rv1_position_percent=100.0,
        rv2_position_percent=0.0,
        p3_running=False,
        p4_running=False,
        p5_running=False,
        meters=Electricity(stored_j, 0.0, 0.0, 0.0, 0.0, 0.0),
    )


def soc_percent(parameters: PlantParameters, state: PlantState) -> float:
    """Return the battery's state of charge in percent."""
    return 100.0 * state.meters.stored_j / parameters.electricity.battery_j


def thermal_energy_j(parameters: PlantParameters, state: PlantState) -> float:
    """Return all the heat that the plant and the rooms hold above 0 °C, in joules."""
    water = state.water
    return (
        tank.energy_j(parameters.buffer, water.buffer_c)
        + tank.energy_j(parameters.hot_water, water.hot_water_c)
        + hydraulics.energy_j(
            parameters.hydraulics, water.supply_temperature_c, water.return_temperature_c
        )
        + parameters.miner1.board_j_per_k * state.miner1.board_temperature_c
        + parameters.miner2.board_j_per_k * state.miner2.board_temperature_c
        + building.energy_j(parameters.building, state.rooms)
    )


def _ramp(top_c: float, bottom_c: float, layers: int) -> Layers:
    return tuple(top_c + (bottom_c - top_c) * index / (layers - 1) for index in range(layers))
