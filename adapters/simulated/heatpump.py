"""The heat pump: a COP curve, a capacity curve, SG-Ready, minimum run and pause."""

from dataclasses import dataclass
from typing import NamedTuple

from adapters.simulated.inputs import SgReady


@dataclass(frozen=True, slots=True)
class HeatPumpParameters:
    """A Buderus WLW186i of the 7 to 10 kW class; the buffer tank is its only load.

    SG-Ready can raise a setpoint but not name a temperature, and a recommendation is no order to
    run (bosch-buderus-wp documentation). The three setpoints are assumptions for asp1.
    """

    normal_setpoint_c: float = 46.0
    recommended_setpoint_c: float = 55.0
    forced_setpoint_c: float = 63.0
    start_below_k: float = 2.0
    """Starts this much below its setpoint (bosch-buderus-wp documentation)."""
    stop_above_k: float = 4.0
    """Stops this much above it (same)."""
    flow_limit_c: float = 75.0
    """R290, from the maker's brochure; above it the pump stops at once."""
    minimum_modulation: float = 0.25
    """Of the capacity; the same documentation says 12 to 25 %."""
    capacity_at_minus7_w: float = 7000.0
    capacity_at_plus7_w: float = 9000.0
    minimum_run_s: float = 600.0
    """Not published by the maker; assumption."""
    minimum_pause_s: float = 600.0
    """Same."""
    field_factor: float = 0.9
    """On the COP regression, for defrosting and auxiliaries; 3.5 at 7/35 °C (assumption)."""


class HeatPumpState(NamedTuple):
    """The heat pump between two steps; `in_state_s` counts since the last start or stop."""

    running: bool
    in_state_s: float
    power_w: float
    flow_temperature_c: float


def cop(parameters: HeatPumpParameters, flow_c: float, outside_c: float) -> float:
    """Return the coefficient of performance for a flow and an outside temperature.

    Regression for air-source heat pumps, valid from 15 to 60 K: Staffell et al. 2012, "A review
    of domestic heat pumps", Energy & Environmental Science 5, doi:10.1039/C2EE22653G.
    """
    lift_k = min(max(flow_c - outside_c, 15.0), 60.0)
    return parameters.field_factor * (6.81 - 0.121 * lift_k + 0.000630 * lift_k * lift_k)


def capacity_w(parameters: HeatPumpParameters, outside_c: float) -> float:
    """Return the greatest thermal power, a line through −7 and +7 °C, level beyond −20 and +14."""
    per_k = (parameters.capacity_at_plus7_w - parameters.capacity_at_minus7_w) / 14.0
    return parameters.capacity_at_minus7_w + per_k * (min(max(outside_c, -20.0), 14.0) + 7.0)


def setpoint_c(parameters: HeatPumpParameters, sg_ready: SgReady) -> float:
    """Return the buffer temperature that the pump holds; a locked one keeps the normal value."""
    if sg_ready is SgReady.FORCED:
        return parameters.forced_setpoint_c
    if sg_ready is SgReady.RECOMMENDED:
        return parameters.recommended_setpoint_c
    return parameters.normal_setpoint_c


def _shall_run(
    parameters: HeatPumpParameters, state: HeatPumpState, locked: bool, missing_k: float
) -> bool:
    """Return whether the compressor runs; minimum times win over the lock (assumption)."""
    if state.running:
        if state.in_state_s < parameters.minimum_run_s:
            return True
        return not locked and missing_k > -parameters.stop_above_k
    if locked or state.in_state_s < parameters.minimum_pause_s:
        return False
    return missing_k > parameters.start_below_k


def advance(
    parameters: HeatPumpParameters,
    state: HeatPumpState,
    *,
    sg_ready: SgReady,
    sensor_c: float,
    return_c: float,
    outside_c: float,
    flow_w_per_k: float,
    dt_s: float,
) -> tuple[HeatPumpState, float]:
    """Return the heat pump after `dt_s` seconds and the heat it gave to the water in watts.

    `sensor_c` is the buffer temperature it controls, `return_c` the water that enters it,
    `flow_w_per_k` the heat capacity rate of its pump. The rest of the heat comes from outside air.
    """
    missing_k = setpoint_c(parameters, sg_ready) - sensor_c
    running = _shall_run(parameters, state, sg_ready is SgReady.LOCKED, missing_k)
    heat_w = power_w = 0.0
    flow_c = return_c
    if running:
        band_k = parameters.start_below_k + parameters.stop_above_k
        share = min(max((missing_k + parameters.stop_above_k) / band_k, 0.0), 1.0)
        if sg_ready is SgReady.FORCED:
            share = 1.0
        modulation = max(share, parameters.minimum_modulation)
        heat_w = modulation * capacity_w(parameters, outside_c)
        flow_c = return_c + heat_w / flow_w_per_k
        power_w = heat_w / cop(parameters, flow_c, outside_c)
        if flow_c > parameters.flow_limit_c:
            running, heat_w, power_w, flow_c = False, 0.0, 0.0, return_c
    in_state_s = state.in_state_s + dt_s if running == state.running else dt_s
    return HeatPumpState(running, in_state_s, power_w, flow_c), heat_w
