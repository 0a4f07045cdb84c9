"""One step of the whole plant: a pure function of state, weather and commands.

Devices act on the temperatures that the step began with. The heat that tanks, pumps and pipes
lose warms the rooms, for the plant stands inside the house (assumption for asp1).
"""

from math import ceil
from typing import NamedTuple

from adapters.simulated import building, circuits, electricity, heatpump, hydraulics, miners
from adapters.simulated.balance import EnergyBalance
from adapters.simulated.building import RoomHeat
from adapters.simulated.circuits import HEAT_PUMP_OUTLET_LAYER, WaterHeat
from adapters.simulated.electricity import Electricity
from adapters.simulated.heatpump import HeatPumpState
from adapters.simulated.inputs import Boundary, Commands
from adapters.simulated.miners import MinerState
from adapters.simulated.state import PlantParameters, PlantState, thermal_energy_j
from adapters.simulated.tank import WATER_J_PER_KG_K

SUBSTEP_S = 10.0
"""No part is stepped further at once: the fastest, boards and miners' water, follow in 14 s."""

HEAT_PUMP_SENSOR_LAYER = 1
_ROUNDING = 1e-9


class Step(NamedTuple):
    """The plant after a step, and what the step did with energy."""

    state: PlantState
    balance: EnergyBalance


def step(
    parameters: PlantParameters,
    state: PlantState,
    boundary: Boundary,
    commands: Commands,
    dt_s: float,
) -> Step:
    """Return the plant `dt_s` seconds later; boundary and commands hold for the whole step.

    Longer steps are cut into equal parts of at most `SUBSTEP_S`, which keeps every part stable.
    """
    if not dt_s > 0.0:
        raise ValueError(f"a step needs a duration above 0 s, not {dt_s}")
    parts = max(1, ceil(dt_s / SUBSTEP_S - _ROUNDING))
    part_s = dt_s / parts
    new, balance = _part(parameters, state, boundary, commands, part_s)
    for number in range(1, parts):
        later = boundary._replace(wall_s=boundary.wall_s + number * part_s)
        new, more = _part(parameters, new, later, commands, part_s)
        balance = balance.plus(more)
    return Step(new, balance)


def after(
    parameters: PlantParameters,
    state: PlantState,
    boundary: Boundary,
    commands: Commands,
    dt_s: float,
) -> PlantState:
    """Return the state that `step` leads to, without what became of the energy.

    `dt_s` is above 0 and at most `SUBSTEP_S`.
    """
    return _moved(parameters, state, boundary, commands, dt_s).state


class _Devices(NamedTuple):
    """Miners, heat pump, valves and pumps after a part of a step, and their heat."""

    miner1: MinerState
    miner2: MinerState
    heat_pump: HeatPumpState
    rv1_percent: float
    rv2_percent: float
    to_water_j: float
    to_room_j: float
    heat_pump_heat_w: float
    pump_w: float


def _devices(
    parameters: PlantParameters,
    state: PlantState,
    boundary: Boundary,
    commands: Commands,
    dt_s: float,
) -> _Devices:
    pipes = parameters.hydraulics
    buffer_c, _, water_c, _ = state.water
    miner1, heat1 = miners.advance(
        parameters.miner1, state.miner1, commands.miner1_power_target_w, water_c, dt_s
    )
    miner2, heat2 = miners.advance(
        parameters.miner2, state.miner2, commands.miner2_power_target_w, water_c, dt_s
    )
    heat_pump, heat_w = heatpump.advance(
        parameters.heat_pump,
        state.heat_pump,
        sg_ready=commands.sg_ready,
        sensor_c=buffer_c[HEAT_PUMP_SENSOR_LAYER],
        return_c=buffer_c[HEAT_PUMP_OUTLET_LAYER],
        outside_c=boundary.outside_temperature_c,
        flow_w_per_k=pipes.heat_pump_kg_per_s * WATER_J_PER_KG_K,
        dt_s=dt_s,
    )
    pump_w = (commands.p3_run + commands.p4_run + commands.p5_run) * pipes.pump_power_w
    rv1_target, rv2_target = (
        commands.rv1_position_target_percent,
        commands.rv2_position_target_percent,
    )
    return _Devices(
        miner1,
        miner2,
        heat_pump,
        hydraulics.move_valve(pipes, state.rv1_position_percent, rv1_target, dt_s),
        hydraulics.move_valve(pipes, state.rv2_position_percent, rv2_target, dt_s),
        heat1.to_water_j + heat2.to_water_j,
        heat1.to_room_j + heat2.to_room_j + pump_w * dt_s,
        heat_w,
        pump_w,
    )


class _Moved(NamedTuple):
    """The plant after a part of a step, and what each part of it did with energy."""

    state: PlantState
    devices: _Devices
    water: WaterHeat
    rooms: RoomHeat


def _moved(
    parameters: PlantParameters,
    state: PlantState,
    boundary: Boundary,
    commands: Commands,
    dt_s: float,
) -> _Moved:
    """Step once: devices first, then the water, the rooms and the meters."""
    devices = _devices(parameters, state, boundary, commands, dt_s)
    miner1, miner2, heat_pump = devices.miner1, devices.miner2, devices.heat_pump
    flows_kg_per_s = hydraulics.miner_flows_kg_per_s(
        parameters.hydraulics, devices.rv1_percent, devices.rv2_percent, commands.p3_run
    )
    water, water_heat = circuits.advance(
        parameters,
        state.water,
        state.rooms,
        boundary,
        commands,
        miner_flows_kg=(flows_kg_per_s[0] * dt_s, flows_kg_per_s[1] * dt_s),
        miner_j=devices.to_water_j,
        heat_pump_flow_c=heat_pump.flow_temperature_c if heat_pump.running else None,
        dt_s=dt_s,
    )
    rooms, room_heat = building.advance(
        parameters.building,
        state.rooms,
        drawn_j_per_k=water_heat.drawn_j_per_k,
        hot_c=state.water.buffer_c[0],
        waste_j=water_heat.waste_j + devices.to_room_j,
        boundary=boundary,
        dt_s=dt_s,
    )
    drawn_w = miner1.power_w + miner2.power_w + heat_pump.power_w + devices.pump_w
    meters = electricity.advance(
        parameters.electricity,
        state.meters.stored_j,
        mode=commands.battery_mode,
        pv_available_w=boundary.pv_available_w,
        load_w=boundary.base_house_load_w + drawn_w,
        dt_s=dt_s,
    )
    new = PlantState(
        water,
        rooms,
        miner1,
        miner2,
        heat_pump,
        devices.rv1_percent,
        devices.rv2_percent,
        commands.p3_run,
        commands.p4_run,
        commands.p5_run,
        meters,
    )
    return _Moved(new, devices, water_heat, room_heat)


def _part(
    parameters: PlantParameters,
    state: PlantState,
    boundary: Boundary,
    commands: Commands,
    dt_s: float,
) -> Step:
    """Step once, and count the energy."""
    new, devices, water, rooms = _moved(parameters, state, boundary, commands, dt_s)
    stored_j = thermal_energy_j(parameters, new) - thermal_energy_j(parameters, state)
    battery_j = new.meters.stored_j - state.meters.stored_j
    balance = _balance(
        boundary,
        devices,
        new.meters,
        water=water,
        rooms=rooms,
        thermal_stored_j=stored_j,
        battery_stored_j=battery_j,
        dt_s=dt_s,
    )
    return Step(new, balance)


def _balance(
    boundary: Boundary,
    devices: _Devices,
    meters: Electricity,
    *,
    water: WaterHeat,
    rooms: RoomHeat,
    thermal_stored_j: float,
    battery_stored_j: float,
    dt_s: float,
) -> EnergyBalance:
    heat_pump_w = devices.heat_pump.power_w
    return EnergyBalance(
        pv_j=meters.pv_w * dt_s,
        curtailed_j=(boundary.pv_available_w - meters.pv_w) * dt_s,
        grid_import_j=max(meters.grid_w, 0.0) * dt_s,
        grid_export_j=max(-meters.grid_w, 0.0) * dt_s,
        battery_stored_j=battery_stored_j,
        battery_loss_j=meters.battery_loss_w * dt_s,
        appliance_j=boundary.base_house_load_w * dt_s,
        miner1_j=devices.miner1.power_w * dt_s,
        miner2_j=devices.miner2.power_w * dt_s,
        heat_pump_j=heat_pump_w * dt_s,
        pump_j=devices.pump_w * dt_s,
        ambient_heat_j=(devices.heat_pump_heat_w - heat_pump_w) * dt_s,
        appliance_heat_j=rooms.appliance_j,
        person_heat_j=rooms.person_j,
        solar_heat_j=rooms.solar_j,
        hot_water_j=water.tapped_j,
        envelope_loss_j=rooms.envelope_loss_j,
        thermal_stored_j=thermal_stored_j,
    )
