"""Deye's three-phase hybrid inverters, low and high voltage: what stands in which register.

Names are those of the `sunsynk` library; where it calls the high-voltage pack `battery_1_…`, the
low-voltage name `battery_…` stays, so that rules fit either. Addresses, scales and signs are from
Deye's "Modbus RTU three-phase storage" and three projects that agree (docs/devices/inverter.md).
Grid power is + for import, battery power + for discharge.
"""

from dataclasses import replace

from adapters.codec.modbus.register import Kind, Register, low_first
from adapters.codec.modbus.register_map import Block, RegisterMap
from adapters.codec.modbus.rows import (
    celsius,
    current,
    energy,
    frequency,
    long_power,
    power,
    setting,
    strings,
    voltage,
)

STATES = (
    (0, "standby"),
    (1, "self_check"),
    (2, "normal"),
    (3, "alarm"),
    (4, "fault"),
    (5, "activating"),
)

CONSTANTS = (
    Register("device_type", (0,), about="Family: which map holds"),
    Register("serial", (3, 4, 5, 6, 7), Kind.TEXT),
    Register("rated_power", low_first(20), unit="W", scale=0.1, low=1000, high=120_000),
)

_SHARED = (
    Register("overall_state", (500,), values=STATES, sanity=True),
    Register("grid_connected", (552,), bit=2, about="Relay towards the grid is closed"),
    Register("warning", (553, 554), Kind.LOWEST_BIT, about="First warning, 0 if none"),
    Register("fault", (555, 556, 557, 558), Kind.LOWEST_BIT, about="First F-code, 0 if none"),
    celsius("dc_transformer_temperature", 540),
    celsius("radiator_temperature", 541, sanity=True),
    energy("day_battery_charge", 514),
    energy("day_battery_discharge", 515),
    energy("day_grid_import", 520),
    energy("day_grid_export", 521),
    energy("day_load_energy", 526),
    energy("day_pv_energy", 529),
    energy("total_battery_charge", *low_first(516)),
    energy("total_battery_discharge", *low_first(518)),
    energy("total_grid_import", *low_first(522)),
    energy("total_grid_export", *low_first(524)),
    energy("total_load_energy", *low_first(527)),
    energy("total_pv_energy", *low_first(534)),
    celsius("battery_temperature", 586),
    Register("battery_soc", (588,), unit="%", low=0, high=100),
    current("battery_current", 591, scale=0.01, kind=Kind.SIGNED),
    voltage("grid_l1_voltage", 598, high=500),
    voltage("grid_l2_voltage", 599, high=500),
    voltage("grid_l3_voltage", 600, high=500),
    frequency("grid_frequency", 609),
    *(
        each
        for string in (1, 2, 3, 4)
        for each in (
            voltage(f"pv{string}_voltage", 674 + 2 * string),
            current(f"pv{string}_current", 675 + 2 * string),
        )
    ),
)

_LOW_VOLTAGE = (
    voltage("battery_voltage", 587, scale=0.01, high=70),
    power("battery_power", 590, "+ discharges, − charges"),
    power("grid_inside_power", 607, "At the inverter's own terminals, + import"),
    power("grid_ct_power", 619, "External current transformers, + import"),
    power("grid_l1_power", 622, "+ import"),
    power("grid_l2_power", 623, "+ import"),
    power("grid_l3_power", 624, "+ import"),
    power("grid_power", 625, "All phases, + import, − export"),
    power("inverter_power", 636, "+ delivers alternating current"),
    power("ups_power", 643, "Backup load"),
    power("load_power", 653, "The house, as the inverter computes it"),
    power("gen_power", 667, "GEN port; PV, if micro-inverters hang there"),
    strings("pv_power", 672, 673, 674, 675),
    *(strings(f"pv{string}_power", 671 + string, about="") for string in (1, 2, 3, 4)),
)

_HIGH_VOLTAGE = (
    voltage("battery_voltage", 587),
    power("battery_power", 590, "+ discharges, − charges", scale=10),
    Register("battery_2_soc", (589,), unit="%", low=0, high=100),
    long_power("grid_inside_power", 607, 703, "At the inverter's own terminals, + import"),
    long_power("grid_ct_power", 619, 708, "External current transformers, + import"),
    long_power("grid_l1_power", 622, 687, "+ import"),
    long_power("grid_l2_power", 623, 688, "+ import"),
    long_power("grid_l3_power", 624, 689, "+ import"),
    long_power("grid_power", 625, 690, "All phases, + import, − export"),
    long_power("inverter_power", 636, 694, "+ delivers alternating current"),
    long_power("ups_power", 643, 699, "Backup load"),
    long_power("load_power", 653, 659, "The house, as the inverter computes it"),
    long_power("gen_power", 667, 671, "GEN port; PV, if micro-inverters hang there"),
    strings("pv_power", *range(672, 676), *range(727, 731), scale=10),
    *(
        strings(f"pv{string}_power", address, scale=10, about="")
        for string, address in enumerate((*range(672, 676), *range(727, 731)), 1)
    ),
)

WORK_MODES = ((0, "selling_first"), (1, "zero_export_to_load"), (2, "zero_export_to_ct"))

_SETTINGS = (
    setting("battery_max_charge_current", 108, 240, "A", about="0 blocks charging"),
    setting("battery_max_discharge_current", 109, 240, "A", about="0 blocks discharging"),
    setting("grid_charge_start_battery_soc", 127, 100, "%"),
    setting("grid_charge_battery_current", 128, 240, "A"),
    setting("grid_charge_enabled", 130, 1),
    Register("load_limit", (142,), values=WORK_MODES, writable=True, about="Work mode"),
    setting("export_limit_power", 143, 60_000, "W"),
    setting("solar_export", 145, 1),
    setting("use_timer", 146, 255, about="Bit 0 time of use, bits 1–7 Monday to Sunday"),
    *(setting(f"prog{slot}_capacity", 165 + slot, 100, "%") for slot in range(1, 7)),
    setting("grid_peak_shaving_power", 191, 60_000, "W"),
    Register("battery_bms_charge_limit_current", (212,), unit="A", low=0, high=1000),
    Register("battery_bms_discharge_limit_current", (213,), unit="A", low=0, high=1000),
)
_IN_TEN_WATTS = {"export_limit_power", "grid_peak_shaving_power"}

THREE_PHASE_LV = RegisterMap(
    "three_phase_lv",
    live=(Block(586, 98), Block(500, 60)),
    registers=(*_SHARED, *_LOW_VOLTAGE, *_SETTINGS),
    sentinel=Block(0, 22),
    constants=CONSTANTS,
    settings=Block(98, 120),
    first_writable=60,
    last_writable=499,
)

THREE_PHASE_HV = replace(
    THREE_PHASE_LV,
    name="three_phase_hv",
    live=(Block(586, 123), Block(719, 12, optional=True), Block(500, 60)),
    registers=(
        *_SHARED,
        *_HIGH_VOLTAGE,
        *(replace(each, scale=10.0) if each.name in _IN_TEN_WATTS else each for each in _SETTINGS),
    ),
)
