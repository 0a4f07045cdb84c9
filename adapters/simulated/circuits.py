"""The water circuits: what pumps move between miners, heat pump, tanks, radiators and taps.

Ports of the buffer tank (assumption for asp1): the water of miners and heat pump comes in
through stratifying lances; it leaves at the bottom, the heat pump's one layer above; P4 and P5 draw
from the top and return to the bottom. The hot-water tank is filled with cold water at the
bottom and tapped at the top; P5 and RV2 heat it through coils.
"""

from typing import NamedTuple

from adapters.simulated import building, draw, hydraulics, tank
from adapters.simulated.building import Rooms
from adapters.simulated.draw import DAY_S
from adapters.simulated.inputs import Boundary, Commands
from adapters.simulated.state import PlantParameters, Water
from adapters.simulated.tank import WATER_J_PER_KG_K, Layers, Stream

HEAT_PUMP_OUTLET_LAYER = 3
_TOP = 0


class WaterHeat(NamedTuple):
    """What the water of one step gave away.

    `drawn_j_per_k` is the heat capacity of the water that the heating circuits exchanged with the
    top of the buffer.
    """

    waste_j: float
    tapped_j: float
    drawn_j_per_k: float


def advance(
    parameters: PlantParameters,
    water: Water,
    rooms: Rooms,
    boundary: Boundary,
    commands: Commands,
    *,
    miner_flows_kg: tuple[float, float],
    miner_j: float,
    heat_pump_flow_c: float | None,
    dt_s: float,
) -> tuple[Water, WaterHeat]:
    """Return the water after `dt_s` seconds and the heat it gave away.

    `miner_flows_kg` went through the buffer tank and the hot-water coil, `miner_j` is the miners'
    heat, `heat_pump_flow_c` the flow temperature of a running heat pump.
    """
    flows = parameters.hydraulics
    buffer_c, hot_water_c, supply_c, return_c = water
    top_c, bottom_c = buffer_c[_TOP], buffer_c[-1]
    via_buffer_kg, via_coil_kg = miner_flows_kg
    local_s = boundary.wall_s + boundary.utc_offset_s

    heating_kg = building.drawn_kg(
        parameters.building,
        rooms,
        hot_c=top_c,
        circulating_kg=flows.p4_kg_per_s * dt_s if commands.p4_run else 0.0,
        outside_c=boundary.outside_temperature_c,
        time_of_day_s=local_s % DAY_S,
    )
    loading_kg = flows.p5_kg_per_s * dt_s if commands.p5_run else 0.0
    loading_j, loading_c = hydraulics.through_coil(flows, hot_water_c, loading_kg, top_c, dt_s)
    coil_j, coil_c = hydraulics.through_coil(flows, hot_water_c, via_coil_kg, supply_c, dt_s)

    last = len(buffer_c) - 1
    streams = [
        Stream(tank.inlet_layer(buffer_c, supply_c), last, via_buffer_kg, supply_c),
        Stream(last, _TOP, heating_kg, rooms.emitter_temperature_c),
        Stream(last, _TOP, loading_kg, loading_c),
    ]
    if heat_pump_flow_c is not None:
        heat_pump_kg = flows.heat_pump_kg_per_s * dt_s
        inlet = tank.inlet_layer(buffer_c, heat_pump_flow_c)
        streams.append(Stream(inlet, HEAT_PUMP_OUTLET_LAYER, heat_pump_kg, heat_pump_flow_c))
    new_buffer_c, buffer_loss_j = tank.advance(
        parameters.buffer, buffer_c, streams, ambient_c=rooms.temperature_c, dt_s=dt_s
    )
    new_hot_water_c, hot_water_loss_j, tapped_j = _tap(
        parameters,
        hot_water_c,
        coils_j=(loading_j, coil_j),
        room_c=rooms.temperature_c,
        local_s=local_s,
        dt_s=dt_s,
    )

    # The miners' own water: heated by the boards, cooled by what comes back.
    pipe_j = flows.supply_loss_w_per_k * (supply_c - rooms.temperature_c) * dt_s
    flow_kg = via_buffer_kg + via_coil_kg
    gain_kg_k = (miner_j - pipe_j) / WATER_J_PER_KG_K + flow_kg * (return_c - supply_c)
    back_kg_k = via_buffer_kg * (bottom_c - return_c) + via_coil_kg * (coil_c - return_c)
    new = Water(
        new_buffer_c,
        new_hot_water_c,
        supply_c + gain_kg_k / flows.supply_water_kg,
        return_c + back_kg_k / flows.return_water_kg,
    )
    waste_j = buffer_loss_j + hot_water_loss_j + pipe_j
    return new, WaterHeat(waste_j, tapped_j, heating_kg * WATER_J_PER_KG_K)


def _tap(
    parameters: PlantParameters,
    layers: Layers,
    *,
    coils_j: tuple[Layers, Layers],
    room_c: float,
    local_s: float,
    dt_s: float,
) -> tuple[Layers, float, float]:
    """Return the hot-water tank, its loss and the heat tapped in joules."""
    mixed_kg = draw.tapped_kg(parameters.draw, parameters.seed, local_s, dt_s)
    cold_c = parameters.draw.cold_temperature_c
    tapped_kg = draw.tank_kg(parameters.draw, mixed_kg, layers[_TOP])
    new, loss_j = tank.advance(
        parameters.hot_water,
        layers,
        (Stream(len(layers) - 1, _TOP, tapped_kg, cold_c),),
        coil_j=[first + second for first, second in zip(*coils_j, strict=True)],
        ambient_c=room_c,
        dt_s=dt_s,
    )
    return new, loss_j, tapped_kg * WATER_J_PER_KG_K * (layers[_TOP] - cold_c)
