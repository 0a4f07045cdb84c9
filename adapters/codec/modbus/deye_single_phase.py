"""Deye's single-phase hybrid inverters: another map altogether, under the same names.

Addresses are those of the `sunsynk` library and of evcc, which agree. Signs are as for three
phases: grid + import, battery + discharge.
"""

from adapters.codec.modbus.deye_three_phase import STATES, WORK_MODES
from adapters.codec.modbus.register import Kind, Register, low_first
from adapters.codec.modbus.register_map import Block, RegisterMap
from adapters.codec.modbus.rows import (
    celsius,
    current,
    energy,
    frequency,
    power,
    setting,
    strings,
    voltage,
)

_LIVE = (
    Register("overall_state", (59,), values=STATES, sanity=True),
    energy("day_battery_charge", 70),
    energy("day_battery_discharge", 71),
    energy("total_battery_charge", *low_first(72)),
    energy("total_battery_discharge", *low_first(74)),
    energy("day_grid_import", 76),
    energy("day_grid_export", 77),
    energy("total_grid_import", 80, 78, about="The two words are not neighbours: 79 is Hz"),
    frequency("grid_frequency", 79),
    energy("total_grid_export", *low_first(81)),
    energy("day_load_energy", 84),
    energy("total_load_energy", *low_first(85)),
    celsius("dc_transformer_temperature", 90),
    celsius("radiator_temperature", 91, sanity=True),
    energy("total_pv_energy", *low_first(96)),
    Register("fault", (103, 104, 105, 106), Kind.LOWEST_BIT, about="First F-code, 0 if none"),
    energy("day_pv_energy", 108),
    voltage("pv1_voltage", 109),
    current("pv1_current", 110),
    voltage("pv2_voltage", 111),
    current("pv2_current", 112),
    voltage("grid_voltage", 150, high=500),
    power("gen_power", 166, "AUX port; PV, if micro-inverters hang there"),
    power("grid_power", 169, "+ import, − export"),
    power("grid_ct_power", 172, "External current transformer, + import"),
    power("inverter_power", 175, "+ delivers alternating current"),
    power("load_power", 178, "The house, as the inverter computes it"),
    celsius("battery_temperature", 182),
    voltage("battery_voltage", 183, scale=0.01, high=70),
    Register("battery_soc", (184,), unit="%", low=0, high=100),
    strings("pv_power", 186, 187, 188),
    *(strings(f"pv{string}_power", 185 + string, about="") for string in (1, 2, 3)),
    power("battery_power", 190, "+ discharges, − charges"),
    current("battery_current", 191, scale=0.01, kind=Kind.SIGNED),
    Register("grid_connected", (194,), bit=0),
)

_SETTINGS = (
    setting("battery_max_charge_current", 210, 290, "A", about="0 blocks charging"),
    setting("battery_max_discharge_current", 211, 290, "A", about="0 blocks discharging"),
    setting("grid_charge_battery_current", 230, 185, "A"),
    Register("load_limit", (244,), values=WORK_MODES, writable=True, about="Work mode"),
    setting("export_limit_power", 245, 20_000, "W"),
    setting("solar_export", 247, 1),
    setting("use_timer", 248, 255, about="Bit 0 time of use, bits 1–7 Monday to Sunday"),
)

SINGLE_PHASE = RegisterMap(
    "single_phase",
    live=(Block(59, 56), Block(150, 45)),
    registers=(*_LIVE, *_SETTINGS),
    sentinel=Block(0, 18),
    constants=(
        Register("device_type", (0,), about="Family: which map holds"),
        Register("serial", (3, 4, 5, 6, 7), Kind.TEXT),
        Register("rated_power", low_first(16), unit="W", scale=0.1, low=1000, high=30_000),
    ),
    settings=Block(200, 94),
    first_writable=60,
    last_writable=499,
)
