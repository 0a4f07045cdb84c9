"""Pumps, valves and the water between miners and tanks.

P3 circulates the miners' water. RV1 leads it through the buffer tank, RV2 through a coil in the
hot-water tank. Without a way open nothing flows, and 3 kW heat the water at the miners by 8 K/min.
"""

from dataclasses import dataclass
from math import exp

from adapters.simulated.tank import WATER_J_PER_KG_K, Layers

FULLY_OPEN_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class HydraulicParameters:
    """Flows, volumes and exchangers; all assumptions for asp1 but the valve travel."""

    valve_travel_s: float = 75.0
    """Belimo CQ actuators: 75 s for the full way (data sheet)."""
    p3_kg_per_s: float = 0.2
    """12 l/min: 8 K between supply and return at 6.6 kW."""
    p4_kg_per_s: float = 0.28
    p5_kg_per_s: float = 0.25
    heat_pump_kg_per_s: float = 0.4
    """8.5 kW at 5 K."""
    pump_power_w: float = 30.0
    """Electrical, each of P3, P4 and P5; it ends as heat in the room."""
    supply_water_kg: float = 4.0
    """Water in and just behind the miners; with the plates of both it stores heat as 5 l would."""
    return_water_kg: float = 4.0
    """Water in the pipe back to the miners."""
    supply_loss_w_per_k: float = 4.0
    """Pipes and plates to the room."""
    coil_w_per_k: float = 450.0
    """Heat transfer of a coil to each hot-water layer it runs through; 1.8 m² in all at some
    500 W/m²K.
    """


def move_valve(
    parameters: HydraulicParameters, position_percent: float, target_percent: float, dt_s: float
) -> float:
    """Return where the valve stands after `dt_s` seconds on its way to `target_percent`."""
    travel = FULLY_OPEN_PERCENT / parameters.valve_travel_s * dt_s
    wanted = min(max(target_percent, 0.0), FULLY_OPEN_PERCENT)
    if wanted > position_percent:
        return min(wanted, position_percent + travel)
    return max(wanted, position_percent - travel)


def miner_flows_kg_per_s(
    parameters: HydraulicParameters, rv1_percent: float, rv2_percent: float, p3_running: bool
) -> tuple[float, float]:
    """Return the flow through the buffer tank and through the hot-water coil, in kg/s.

    The pump gives its full flow once the ways together are as wide as one open valve; before, the
    flow is in proportion (assumption: the makers do not specify positions in between).
    """
    if not p3_running:
        return 0.0, 0.0
    per_percent = parameters.p3_kg_per_s / max(rv1_percent + rv2_percent, FULLY_OPEN_PERCENT)
    return rv1_percent * per_percent, rv2_percent * per_percent


def through_coil(
    parameters: HydraulicParameters, layers: Layers, mass_kg: float, inlet_c: float, dt_s: float
) -> tuple[Layers, float]:
    """Return the heat each layer of the hot-water tank takes from a coil (J), and the outlet (°C).

    The coil runs down through every layer but the top one. In each it transfers
    `1 − exp(−UA / ṁc)` of what the layer could take (effectiveness of an exchanger with one side
    at constant temperature; VDI Heat Atlas, C1).
    """
    if mass_kg <= 0.0:
        return (0.0,) * len(layers), inlet_c
    stream_j_per_k = mass_kg * WATER_J_PER_KG_K
    effectiveness = 1.0 - exp(-parameters.coil_w_per_k * dt_s / stream_j_per_k)
    stream_c = inlet_c
    heats = [0.0]
    for layer_c in layers[1:]:
        drop_k = effectiveness * (stream_c - layer_c)
        heats.append(drop_k * stream_j_per_k)
        stream_c -= drop_k
    return tuple(heats), stream_c


def energy_j(parameters: HydraulicParameters, supply_c: float, return_c: float) -> float:
    """Return the heat above 0 °C in the miners' water outside the tanks, in joules."""
    return WATER_J_PER_KG_K * (
        parameters.supply_water_kg * supply_c + parameters.return_water_kg * return_c
    )
