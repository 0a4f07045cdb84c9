"""An inverter or a meter as its registers: shows what it is told, keeps what is written to it.

The same tables that decode it in the daemon encode it here. What is shown comes from providers, so
that the house on loopback can show its physics; faults are switched on by name.
"""

import itertools
from collections.abc import Callable, Mapping
from enum import Enum

from adapters.codec.modbus import deye
from adapters.codec.modbus.register import Kind, Register, decode, encode
from adapters.codec.modbus.register_map import RegisterMap, Table
from engine.values.fact import Value

Provider = Callable[[], Value | None]
"""What a quantity is now; None leaves it as it was."""

READ_CODES = frozenset(table.value for table in Table)
WRITE_CODE = 16


class Fault(Enum):
    """What can go wrong with a device on the bus."""

    MUTE = "mute"
    """Never answers."""
    LATE = "late"
    """Answers after `late_s`."""
    EXCEPTION = "exception"
    """Refuses everything: busy."""
    LENGTH = "length"
    """Answers with too few registers."""
    SENTINEL = "sentinel"
    """Is another device all of a sudden."""
    FROZEN = "frozen"
    """Goes on telling what it told."""
    DEAF = "deaf"
    """Confirms every write and keeps none."""
    STUBBORN = "stubborn"
    """Refuses every write."""


class Refusal(Enum):
    """Modbus exceptions that a device answers with."""

    ILLEGAL_FUNCTION = 1
    ILLEGAL_ADDRESS = 2
    BUSY = 6


_DEYE: dict[str, Value] = {
    "serial": "2309123456",
    "rated_power": 12_000.0,
    "overall_state": "normal",
    "grid_connected": True,
    "dc_transformer_temperature": 41.2,
    "radiator_temperature": 38.8,
    "battery_temperature": 23.5,
    "battery_voltage": 53.2,
    "battery_soc": 67.0,
    "grid_frequency": 50.0,
    "battery_max_charge_current": 120.0,
    "battery_max_discharge_current": 120.0,
    "grid_charge_start_battery_soc": 20.0,
    "grid_charge_battery_current": 40.0,
    "grid_charge_enabled": 1.0,
    "load_limit": "zero_export_to_ct",
    "export_limit_power": 12_000.0,
    "solar_export": 1.0,
    "use_timer": 255.0,
    **{f"prog{slot}_capacity": 20.0 for slot in range(1, 7)},
}
_DEVICE_TYPES = {"three_phase_lv": 0x0500, "three_phase_hv": 0x0600, "single_phase": 0x0300}
_METER: dict[str, Value] = {
    "mac_address": "A0B1C2D3E4F5",
    "power": 0.0,
    "frequency": 50.0,
    "import_energy": 1234.5,
    "export_energy": 678.9,
}
_ANOTHER = 0x0040
"""This bit makes another letter of a letter, and 3 of 2."""
_VOLTAGE = "_voltage"
_NOMINAL_V = 230.0


class SimulatedDevice:
    """One device on a simulated bus."""

    def __init__(
        self,
        table: RegisterMap,
        unit_id: int = 1,
        shows: Mapping[str, Provider] | None = None,
    ) -> None:
        """Show a device of that kind; `shows` overlays its quantities by name."""
        self.table = table
        self.unit_id = unit_id
        self.shows: dict[str, Provider] = dict(shows or {})
        self.faults: set[Fault] = set()
        self.late_s = 0.5
        self.writes: list[tuple[int, tuple[int, ...]]] = []
        """(start, words) of every write that was confirmed, oldest first."""
        self.words: dict[Table, dict[int, int]] = {each: {} for each in Table}
        self._count = itertools.count()
        for block in table.blocks():
            self.words[block.table] |= dict.fromkeys(
                range(block.start, block.start + block.count), 0
            )
        for name, value in self._initial().items():
            self.set(name, value)

    def set(self, name: str, value: Value) -> None:
        """Let a quantity be `value` from now on, unless a provider says otherwise."""
        register = self.table.register(name)
        words = self.words[self._table_of(register)]
        words |= encode(register, value, words)

    def value(self, name: str) -> Value | None:
        """Return what a quantity is in the registers: what was written, for a setting."""
        register = self.table.register(name)
        return decode(register, self.words[self._table_of(register)]).value

    def battery_mode(self, limits: deye.BatteryLimits) -> str:
        """Return which battery mode an inverter has been set to."""
        return deye.measured_mode(self.table, self.words[Table.HOLDING], limits)

    def answer(self, function: int, start: int, count: int) -> dict[int, int] | Refusal:
        """Return the registers that a read gets, by address."""
        if Fault.EXCEPTION in self.faults:
            return Refusal.BUSY
        if function not in READ_CODES:
            return Refusal.ILLEGAL_FUNCTION
        table = Table(function)
        wanted = range(start, start + count)
        if any(address not in self.words[table] for address in wanted):
            return Refusal.ILLEGAL_ADDRESS
        if Fault.FROZEN not in self.faults:
            self._refresh(wanted)
        content = {address: self.words[table][address] for address in wanted}
        if Fault.SENTINEL in self.faults and self._is_sentinel(table, start):
            for register in self.table.constants:
                if register.kind in {Kind.TEXT, Kind.FLOAT}:
                    content[register.words[0]] ^= _ANOTHER
        return content

    def accept(self, function: int, start: int, words: list[int]) -> Refusal | None:
        """Take a write as the device would."""
        if Fault.EXCEPTION in self.faults:
            return Refusal.BUSY
        if function != WRITE_CODE:
            return Refusal.ILLEGAL_FUNCTION
        last = start + len(words) - 1
        inside = self.table.first_writable <= start <= last <= self.table.last_writable
        if Fault.STUBBORN in self.faults or not inside:
            return Refusal.ILLEGAL_ADDRESS
        self.writes.append((start, tuple(words)))
        if Fault.DEAF not in self.faults:
            self.words[Table.HOLDING] |= dict(enumerate(words, start))
        return None

    def _refresh(self, wanted: range) -> None:
        ripple_v = 0.1 * (next(self._count) % 3)
        for register in self.table.live_registers():
            if not any(address in wanted for address in register.words):
                continue
            provider = self.shows.get(register.name)
            if provider is not None:
                value = provider()
                if value is not None:
                    self.set(register.name, value)
            elif self._is_mains(register):
                self.set(register.name, _NOMINAL_V + ripple_v)

    @staticmethod
    def _is_mains(register: Register) -> bool:
        return register.name.endswith(_VOLTAGE) and register.name.startswith(("l", "grid"))

    def _table_of(self, register: Register) -> Table:
        if register in self.table.constants and self.table.sentinel is not None:
            return self.table.sentinel.table
        return self.table.live[0].table

    def _is_sentinel(self, table: Table, start: int) -> bool:
        block = self.table.sentinel
        return block is not None and (block.table, block.start) == (table, start)

    def _initial(self) -> dict[str, Value]:
        initial = {**_METER, "unit_id": float(self.unit_id)}
        if self.table.name in _DEVICE_TYPES:
            initial = {**_DEYE, "device_type": float(_DEVICE_TYPES[self.table.name])}
        names = {each.name for each in (*self.table.registers, *self.table.constants)}
        return {name: value for name, value in initial.items() if name in names}
