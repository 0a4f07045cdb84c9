"""Which Deye inverter this is, and the recipes for its battery: pure, from tables.

The recipes are evcc's, proven in the field: they leave the owner's time-of-use times alone. *Hold*
is *normal* without discharge; *charge* fills the battery, from the grid if need be.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.codec.modbus.deye_single_phase import SINGLE_PHASE
from adapters.codec.modbus.deye_three_phase import THREE_PHASE_HV, THREE_PHASE_LV
from adapters.codec.modbus.register import EncodeError, encode
from adapters.codec.modbus.register_map import Block, RegisterMap
from engine.values.fact import Value

MODELS = {each.name: each for each in (THREE_PHASE_LV, THREE_PHASE_HV, SINGLE_PHASE)}

DETECTION = Block(0, 8)
"""Device type and serial number stand here in every model."""

SERIAL = THREE_PHASE_LV.register("serial")

_MODEL_BY_TYPE = {
    **dict.fromkeys((0x0005, 0x0500), THREE_PHASE_LV.name),
    **dict.fromkeys((0x0006, 0x0600, 0x0601, 0x0602), THREE_PHASE_HV.name),
    **dict.fromkeys((0x0003, 0x0300, 0x0103), SINGLE_PHASE.name),
}
_AMBIGUOUS = 0x0200
"""Deye's list says string inverter, sunsynk says single-phase hybrid of 16 kW."""

BATTERY_MODES = ("normal", "hold", "charge")
OTHER_MODE = "other"
"""What the settings say when they are none of the recipes: someone else has set them."""

_EVERY_DAY = 0xFF


class UnknownModelError(ValueError):
    """Register 0 does not say which map holds, or contradicts what was configured."""


@dataclass(frozen=True, slots=True)
class BatteryLimits:
    """What the recipes need to know of the battery; all of it is the installer's choice."""

    min_soc_percent: int = 20
    """In *normal*, the battery is kept at this much, from the grid if need be."""
    max_soc_percent: int = 95
    """In *charge*, it is filled up to this much."""
    discharge_a: int = 120
    """Allowed in *normal* and *charge*."""
    charge_a: int = 40
    """From the grid, in *charge*."""


def detect(device_type: int, configured: str = "auto") -> RegisterMap:
    """Return the map for what register 0 says, or for what is configured if it says nothing.

    Raises UnknownModelError where guessing would write to the wrong registers.
    """
    found = _MODEL_BY_TYPE.get(device_type)
    if configured == "auto":
        if found is None:
            ambiguous = " (a string inverter or a hybrid)" if device_type == _AMBIGUOUS else ""
            models = ", ".join(MODELS)
            raise UnknownModelError(
                f"register 0 is 0x{device_type:04X}{ambiguous}: say `model`, one of {models}"
            )
        return MODELS[found]
    if found is not None and found != configured:
        raise UnknownModelError(
            f"register 0 is 0x{device_type:04X}, which is {found}, not {configured}"
        )
    return MODELS[configured]


def recipe(table: RegisterMap, mode: str, limits: BatteryLimits) -> dict[str, float]:
    """Return the settings, by name, that make up a battery mode."""
    discharge_a = 0 if mode == "hold" else limits.discharge_a
    if table.name == SINGLE_PHASE.name:
        return {
            "battery_max_discharge_current": discharge_a,
            "grid_charge_battery_current": limits.charge_a if mode == "charge" else 0,
            "use_timer": _EVERY_DAY if mode == "normal" else 0,
        }
    if mode == "charge":
        return {
            "battery_max_discharge_current": discharge_a,
            "grid_charge_battery_current": limits.charge_a,
            "grid_charge_start_battery_soc": limits.max_soc_percent,
            "grid_charge_enabled": 1,
            "use_timer": 0,
        }
    return {
        "battery_max_discharge_current": discharge_a,
        "grid_charge_start_battery_soc": limits.min_soc_percent,
        "grid_charge_enabled": 1,
        "use_timer": _EVERY_DAY,
        **{f"prog{slot}_capacity": limits.min_soc_percent for slot in range(1, 7)},
    }


def checked_mode(value: Value) -> str:
    """Return the battery mode that was commanded. Raises EncodeError if there is no such mode."""
    if value not in BATTERY_MODES:
        raise EncodeError(f"`{value}` is no battery mode: {', '.join(BATTERY_MODES)}")
    return str(value)


def recipe_words(table: RegisterMap, mode: str, limits: BatteryLimits) -> dict[int, int]:
    """Return the words, by address, that make up a battery mode. Raises EncodeError."""
    words: dict[int, int] = {}
    for name, value in recipe(table, mode, limits).items():
        words |= encode(table.register(name), float(value), {})
    return words


def measured_mode(table: RegisterMap, words: Mapping[int, int], limits: BatteryLimits) -> str:
    """Return which battery mode the settings in the inverter are."""
    return mode_among(words, lambda mode: recipe_words(table, mode, limits))


def mode_among(words: Mapping[int, int], recipe_of: Callable[[str], Mapping[int, int]]) -> str:
    """Return the battery mode whose words are among these, `other` if none's are."""
    for mode in BATTERY_MODES:
        if all(words.get(address) == word for address, word in recipe_of(mode).items()):
            return mode
    return OTHER_MODE


def recipe_settings(table: RegisterMap) -> frozenset[str]:
    """Return the settings that belong to the battery mode and to nobody else."""
    return frozenset(
        name for mode in BATTERY_MODES for name in recipe(table, mode, BatteryLimits())
    )


def free_settings(table: RegisterMap) -> tuple[str, ...]:
    """Return the settings that a site may hand to its rules, one by one."""
    own = recipe_settings(table)
    return tuple(
        each.name for each in table.setting_registers() if each.writable and each.name not in own
    )
