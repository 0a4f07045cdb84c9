"""The plant as the controller sees it: points measured, decisions turned into commands.

Names and units are those of `rules/asp1/plant.yaml`. The safety channels are always healthy here:
faults are laid over the points from outside, the plant stays a plain value.
"""

from collections.abc import Mapping

from adapters.simulated.inputs import BatteryMode, Boundary, Commands, SgReady
from adapters.simulated.state import PlantParameters, PlantState, soc_percent
from engine.values.fact import Value

_UNSEEN = {
    "pv_available_w": ("pv.power",),
    "base_house_load_w": ("house.load",),
    "outside_temperature_c": ("outside.temperature",),
    "price_ct_per_kwh": ("price.buy",),
    "irradiance_w_m2": (),
}
"""Which points show a quantity of the boundary."""


def measured_points(
    parameters: PlantParameters, state: PlantState, boundary: Boundary
) -> dict[str, Value]:
    """Return every point of `plant.yaml` that is measured, in the unit declared there.

    A point that shows something the boundary names as unknown is left out. Electrical powers are
    those of the step that led to `state`.
    """
    buffer_c, hot_water_c, supply_c, return_c = state.water
    meters = state.meters
    points: dict[str, Value] = {
        "pv.power": meters.pv_w,
        "house.load": meters.load_w,
        "grid.power": meters.grid_w,
        "battery.power": meters.battery_w,
        "battery.soc": soc_percent(parameters, state),
        "price.buy": boundary.price_ct_per_kwh,
        "outside.temperature": boundary.outside_temperature_c,
        "buffer.top": buffer_c[0],
        "buffer.middle": buffer_c[len(buffer_c) // 2],
        "buffer.bottom": buffer_c[-1],
        "hotwater.top": hot_water_c[0],
        "hotwater.bottom": hot_water_c[-1],
        "water.supply_temperature": supply_c,
        "water.return_temperature": return_c,
        "miner1.power": state.miner1.power_w,
        "miner1.board_temperature": state.miner1.board_temperature_c,
        "miner2.power": state.miner2.power_w,
        "miner2.board_temperature": state.miner2.board_temperature_c,
        "p3.running": state.p3_running,
        "p4.running": state.p4_running,
        "p5.running": state.p5_running,
        "rv1.position": state.rv1_position_percent,
        "rv2.position": state.rv2_position_percent,
        "heatpump.power": state.heat_pump.power_w,
        "heatpump.running": state.heat_pump.running,
        "safety.channel_a": True,
        "safety.channel_b": True,
    }
    for field in boundary.unknown:
        for point in _UNSEEN[field]:
            del points[point]
    return points


def commands_from(decisions: Mapping[str, Value]) -> Commands:
    """Return the commands for decisions by output name, numbers in W and %.

    Every output that moves something must be there; those that only tell people are passed over
    (`energy.source`, `hotwater.hygiene`, `plant.fault`). A number that is none,
    an on/off that is no bool and an unknown state raise ValueError: nothing is guessed.
    """
    return Commands(
        _number(decisions, "miner1.power_target"),
        _number(decisions, "miner2.power_target"),
        SgReady(decisions["heatpump.sg_ready"]),
        BatteryMode(decisions["inverter.battery_mode"]),
        _number(decisions, "rv1.position_target"),
        _number(decisions, "rv2.position_target"),
        _switch(decisions, "p3.run_target"),
        _switch(decisions, "p4.run_target"),
        _switch(decisions, "p5.run_target"),
    )


def _number(decisions: Mapping[str, Value], output: str) -> float:
    value = decisions[output]
    if isinstance(value, bool | str):
        raise ValueError(f"{output} is {value!r}, not a number")  # noqa: TRY004 - one error for all
    return value


def _switch(decisions: Mapping[str, Value], output: str) -> bool:
    value = decisions[output]
    if not isinstance(value, bool):
        raise ValueError(f"{output} is {value!r}, not on or off")  # noqa: TRY004 - same
    return value
