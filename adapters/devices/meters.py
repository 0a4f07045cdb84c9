"""Energy meters on Modbus: they only tell. Their tables stand in `adapters.codec.modbus.meters`."""

import random
from collections.abc import Mapping

from adapters.codec.modbus.meters import METERS
from adapters.codec.modbus.register_map import RegisterMap
from adapters.devices.bus import Buses, Jitter, ModbusDevice, shared_buses
from adapters.devices.modbus_link import Registers
from adapters.devices.modbus_options import meter_options_from
from adapters.devices.modbus_poll import Poller, fields_of
from adapters.port import Clock, Command, Field, Reading


class Meter:
    """One meter in its turns on the bus."""

    def __init__(
        self, table: RegisterMap, unit_id: int, clock: Clock, *, frozen_after_s: float = 300.0
    ) -> None:
        """Read `table` of the meter with that id."""
        self._table = table
        self._unit_id = unit_id
        self._clock = clock
        self._frozen_after_s = frozen_after_s
        self._poller = self._new_poller()

    def fields(self) -> tuple[Field, ...]:
        """Return everything that the meter tells."""
        return fields_of(self._table.live_registers())

    async def poll(self, wire: Registers) -> list[Reading]:
        """Return what the meter says. Raises DeviceError."""
        return await self._poller.poll(wire)

    async def act(self, wire: Registers) -> list[Reading]:  # noqa: ARG002 - nothing to do
        """Return nothing: a meter cannot be commanded."""
        return []

    async def leave(self, wire: Registers) -> None:
        """Leave everything as it is."""

    def command(self, command: Command) -> bool:  # noqa: ARG002 - nothing to do
        """Ignore a command: a meter has no writable field."""
        return False

    def forget(self) -> None:
        """Take whoever answers next for the meter, as after an exchange."""
        self._poller = self._new_poller()

    def _new_poller(self) -> Poller:
        return Poller(self._table, self._unit_id, self._clock, frozen_after_s=self._frozen_after_s)


def meter(
    name: str, options: Mapping[str, object], buses: Buses, clock: Clock, jitter: Jitter
) -> ModbusDevice:
    """Return the meter that the options describe.

    Raises OptionsError, or ValueError if another device sees its bus differently.
    """
    settings = meter_options_from(options)
    station = Meter(
        METERS[settings.model], settings.unit, clock, frozen_after_s=settings.frozen_after_s
    )
    bus = buses.of(settings.link())
    return ModbusDevice(name, station, bus, clock, jitter, period_s=settings.period_s)


def build(name: str, options: Mapping[str, object], clock: Clock) -> ModbusDevice:
    """Return the meter for the daemon; devices with the same clock and wire share its bus."""
    return meter(name, options, shared_buses(clock), clock, random.random)
