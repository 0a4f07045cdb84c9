"""A Deye hybrid inverter: recognised by itself, polled by its table, its battery mode kept.

Nothing is written before register 0 has said which map holds and the serial number has been seen.
"""

import random
from collections.abc import Mapping

from adapters.codec.modbus import deye
from adapters.codec.modbus.register import EncodeError, decode
from adapters.codec.modbus.register_map import RegisterMap, with_whole_kilowatt_hours
from adapters.devices.bus import Buses, ImplausibleError, Jitter, ModbusDevice, shared_buses
from adapters.devices.deye_settings import (
    Item,
    SettingsKeeper,
    item_fields,
    mode_item,
    setting_item,
)
from adapters.devices.modbus_link import Registers
from adapters.devices.modbus_options import InverterOptions, OptionsError, inverter_options_from
from adapters.devices.modbus_poll import Poller, fields_of
from adapters.devices.write_restraint import WriteRestraint
from adapters.port import Clock, Command, DeviceError, Field, Reading


class WrongInverterError(DeviceError):
    """Whoever answers is not the inverter that the site describes."""


class Inverter:
    """One inverter in its turns on the bus."""

    def __init__(self, options: InverterOptions, clock: Clock) -> None:
        """Take the options; who answers is found out at the first poll."""
        self._options = options
        self._clock = clock
        self._restraint = WriteRestraint(options.write_rest_s, options.writes_per_day)
        self._poller: Poller | None = None
        self._keeper: SettingsKeeper | None = None
        self._waiting: dict[str, Command] = {}

    @property
    def model(self) -> str:
        """Which map holds; empty before the inverter has answered."""
        return self._poller.table.name if self._poller else ""

    def fields(self) -> tuple[Field, ...]:
        """Return everything that the inverter can tell or be told, for every model it may be."""
        found: dict[str, Field] = {}
        for table in self._possible_tables():
            items = self._items(table)
            own = {item.field.name for item in items}
            told = (*table.live_registers(), *table.setting_registers())
            plain = fields_of(tuple(each for each in told if each.name not in own))
            for field in (*plain, *(each for item in items for each in item_fields(item))):
                found.setdefault(field.name, field)
        writes = Field("writes_today", about="Settings written since midnight UTC")
        return (*found.values(), writes)

    async def poll(self, wire: Registers) -> list[Reading]:
        """Return what the inverter says, after commands were acted on. Raises DeviceError."""
        poller, keeper = await self._recognised(wire)
        return [*await poller.poll(wire), *await keeper.keep(wire)]

    async def act(self, wire: Registers) -> list[Reading]:
        """Act on commands alone. Raises DeviceError."""
        poller, keeper = await self._recognised(wire)
        await poller.check_sentinel(wire)
        return await keeper.keep(wire)

    async def leave(self, wire: Registers) -> None:
        """Bring everything to rest, for nobody will renew a command."""
        self._waiting.clear()
        if self._keeper is not None:
            self._keeper.release()
            await self._keeper.keep(wire)

    def command(self, command: Command) -> bool:
        """Take a command; return whether it asks for something new."""
        if self._keeper is not None:
            return self._keeper.command(command)
        self._waiting[command.field] = command
        return False  # there is nobody yet to ask

    def forget(self) -> None:
        """Find out anew who answers; commands and counters stay."""
        self._poller = None
        if self._keeper is not None:
            self._keeper.forget()

    def retained(self) -> dict[str, int]:
        """Return what must survive a restart: how often was written today."""
        return self._restraint.retained()

    def restore(self, retained: object) -> None:
        """Go on counting where an earlier process stopped."""
        self._restraint.restore(retained)

    async def _recognised(self, wire: Registers) -> tuple[Poller, SettingsKeeper]:
        """Return who reads and who writes, once it is known by which map."""
        if self._poller is None or self._keeper is None:
            table, serial = await self._detect(wire)
            self._poller = Poller(
                table,
                self._options.unit,
                self._clock,
                expected={"serial": serial},
                frozen_after_s=self._options.frozen_after_s,
            )
            await self._poller.check_sentinel(wire)
            self._keeper = self._kept(table)
        return self._poller, self._keeper

    async def _detect(self, wire: Registers) -> tuple[RegisterMap, str]:
        block = deye.DETECTION
        words = block.words(await wire.read(self._options.unit, block))
        serial = decode(deye.SERIAL, words)
        if serial.value is None:
            raise ImplausibleError(f"serial number: {serial.reason}")
        if self._options.serial and serial.value != self._options.serial:
            raise WrongInverterError(f"inverter {serial.value} answers, not {self._options.serial}")
        try:
            table = deye.detect(words[block.start], self._options.model)
        except deye.UnknownModelError as error:
            raise WrongInverterError(str(error)) from error
        return self._scaled(table), str(serial.value)

    def _kept(self, table: RegisterMap) -> SettingsKeeper:
        """Return the keeper of this inverter's settings, with the commands that wait for it."""
        if self._keeper is not None and self._keeper.table.name == table.name:
            return self._keeper
        keeper = SettingsKeeper(
            table,
            self._options.unit,
            self._items(table),
            self._restraint,
            self._clock,
            self._options.settle_s,
            self._options.settings_period_s,
            self._options.read_only,
        )
        for command in self._waiting.values():
            keeper.command(command)
        self._waiting.clear()
        return keeper

    def _items(self, table: RegisterMap) -> tuple[Item, ...]:
        settings = (
            setting_item(table, name, normal)  # type: ignore[arg-type]  # `encode` checks it
            for name, normal in self._options.settings
        )
        return (mode_item(table, self._options.limits()), *settings)

    def _possible_tables(self) -> list[RegisterMap]:
        if self._options.model == "auto":
            return [self._scaled(table) for table in deye.MODELS.values()]
        return [self._scaled(deye.MODELS[self._options.model])]

    def _scaled(self, table: RegisterMap) -> RegisterMap:
        return with_whole_kilowatt_hours(table) if self._options.whole_kwh else table


def inverter(
    name: str, options: Mapping[str, object], buses: Buses, clock: Clock, jitter: Jitter
) -> ModbusDevice:
    """Return the inverter that the options describe.

    Raises OptionsError, or ValueError if another device sees its bus differently.
    """
    settings = inverter_options_from(options)
    station = Inverter(settings, clock)
    try:
        station.fields()
    except EncodeError as error:
        raise OptionsError(f"`settings`: {error}") from error
    bus = buses.of(settings.link())
    return ModbusDevice(name, station, bus, clock, jitter, period_s=settings.period_s)


def build(name: str, options: Mapping[str, object], clock: Clock) -> ModbusDevice:
    """Return the inverter for the daemon; devices with the same clock and wire share its bus."""
    return inverter(name, options, shared_buses(clock), clock, random.random)
