"""PV, battery and inverter; the grid takes or gives what is left.

Powers are what the meters see on the alternating-current side, so PV + battery + grid = load
holds exactly. Losses of the battery appear between its meter and what it stores.
"""

from dataclasses import dataclass
from typing import NamedTuple

from adapters.simulated.inputs import BatteryMode

KWH_J = 3.6e6


@dataclass(frozen=True, slots=True)
class ElectricityParameters:
    """A Deye 12 kW hybrid inverter with 10 kWh; assumptions for asp1."""

    battery_j: float = 10.0 * KWH_J
    reserve_percent: float = 10.0
    """Never discharged below."""
    charge_limit_w: float = 5000.0
    discharge_limit_w: float = 5000.0
    grid_charge_w: float = 3000.0
    """In mode `charge`, at least this much."""
    one_way_efficiency: float = 0.96
    """Each way, inverter and cells together: 92 % there and back."""
    inverter_limit_w: float = 12000.0


class Electricity(NamedTuple):
    """The electrical side of one step: powers in watts, stored energy in joules.

    `grid_w` is positive for import, `battery_w` for discharge.
    """

    stored_j: float
    pv_w: float
    load_w: float
    grid_w: float
    battery_w: float
    battery_loss_w: float


def advance(
    parameters: ElectricityParameters,
    stored_j: float,
    *,
    mode: BatteryMode,
    pv_available_w: float,
    load_w: float,
    dt_s: float,
) -> Electricity:
    """Return powers and battery after `dt_s` seconds with the given PV and load.

    PV that neither fits through the inverter nor into the battery is curtailed.
    """
    efficiency = parameters.one_way_efficiency
    surplus_w = pv_available_w - load_w
    wanted_w = max(surplus_w, parameters.grid_charge_w) if mode is BatteryMode.CHARGE else surplus_w
    if wanted_w > 0.0:
        room_w = (parameters.battery_j - stored_j) / (efficiency * dt_s)
        charge_w = max(min(wanted_w, parameters.charge_limit_w, room_w), 0.0)
        battery_w = -charge_w
        loss_w = charge_w * (1.0 - efficiency)
        stored_j = min(stored_j + charge_w * efficiency * dt_s, parameters.battery_j)
        pv_w = min(pv_available_w, parameters.inverter_limit_w + charge_w)
    else:
        pv_w = min(pv_available_w, parameters.inverter_limit_w)
        discharge_w = 0.0
        if mode is BatteryMode.NORMAL:
            reserve_j = parameters.battery_j * parameters.reserve_percent / 100.0
            left_w = (stored_j - reserve_j) * efficiency / dt_s
            through_w = parameters.inverter_limit_w - pv_w
            discharge_w = min(load_w - pv_w, parameters.discharge_limit_w, left_w, through_w)
            discharge_w = max(discharge_w, 0.0)
        battery_w = discharge_w
        loss_w = discharge_w * (1.0 / efficiency - 1.0)
        stored_j -= discharge_w / efficiency * dt_s
    grid_w = load_w - pv_w - battery_w
    return Electricity(stored_j, pv_w, load_w, grid_w, battery_w, loss_w)
