"""What acts on the plant from outside: the weather and the household, and the commands."""

from enum import Enum
from typing import NamedTuple


class SgReady(Enum):
    """The four states of the SG-Ready interface of a heat pump (Bundesverband Wärmepumpe)."""

    LOCKED = "locked"
    NORMAL = "normal"
    RECOMMENDED = "recommended"
    FORCED = "forced"


class BatteryMode(Enum):
    """What the inverter may do with its battery."""

    NORMAL = "normal"
    """Self-consumption: charge from surplus, discharge into the house."""
    HOLD = "hold"
    """Charge from surplus, never discharge."""
    CHARGE = "charge"
    """Charge from the grid as well."""


class Boundary(NamedTuple):
    """The world around the plant during one step.

    `wall_s` is Unix time (UTC) at the start of the step, `utc_offset_s` what to add for local time.
    `unknown` names the fields nobody measured: the plant runs on a stand-in for them, and the
    points that would show them are left out (see `points.measured_points`).
    """

    wall_s: float
    utc_offset_s: int
    pv_available_w: float
    base_house_load_w: float
    outside_temperature_c: float
    irradiance_w_m2: float
    price_ct_per_kwh: float
    unknown: tuple[str, ...] = ()


class Commands(NamedTuple):
    """What the controller asks of the devices, one field an output of `plant.yaml`."""

    miner1_power_target_w: float = 0.0
    miner2_power_target_w: float = 0.0
    sg_ready: SgReady = SgReady.NORMAL
    battery_mode: BatteryMode = BatteryMode.NORMAL
    rv1_position_target_percent: float = 100.0
    rv2_position_target_percent: float = 0.0
    p3_run: bool = False
    p4_run: bool = False
    p5_run: bool = False
