"""The settings of an inverter: wanted, accepted, measured.

Each item (the battery mode, and every single setting that the site allows) is wanted by the newest
command as long as that stands, and by its own *normal* value otherwise: at start, after a command
that nobody renewed, and on leaving. What differs from the inverter is written by FC16 and read
back at once; a write that was confirmed and does not show at the second look is a mismatch.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from adapters.codec.modbus import deye
from adapters.codec.modbus.register import EncodeError, Register, decode, encode
from adapters.codec.modbus.register_map import RegisterMap, runs
from adapters.devices.modbus_link import RefusedError, Registers
from adapters.devices.write_restraint import WriteRestraint
from adapters.port import Clock, Command, DeviceError, Field, Reading
from engine.values.fact import Quality, Value

MODE = "battery_mode"
_LOOKS_BEFORE_MISMATCH = 2


@dataclass(frozen=True, slots=True)
class Item:
    """Something that can be commanded: its words for a value, its value for words, its rest."""

    field: Field
    normal: Value
    words: Callable[[Value], dict[int, int]]
    """Raises EncodeError."""
    value: Callable[[Mapping[int, int]], Value | None]
    states: tuple[str, ...] = ()
    """What can be measured; more than what can be commanded."""


@dataclass(slots=True)
class _State:
    command: Command | None = None
    accepted: Value | None = None
    reason: str = "not yet written"
    bad_looks: int = 0


def mode_item(table: RegisterMap, limits: deye.BatteryLimits) -> Item:
    """Return the battery mode of an inverter with this map."""
    about = "What the battery does: serve the house, keep its charge, or fill up"

    @cache  # every poll asks for all modes, and a recipe does not change
    def words_of(mode: Value) -> dict[int, int]:
        return deye.recipe_words(table, deye.checked_mode(mode), limits)

    return Item(
        Field(MODE, values=deye.BATTERY_MODES, writable=True, about=about),
        "normal",
        words_of,
        lambda words: deye.mode_among(words, words_of),
        (*deye.BATTERY_MODES, deye.OTHER_MODE),
    )


def setting_item(table: RegisterMap, name: str, normal: Value) -> Item:
    """Return one setting of an inverter. Raises EncodeError if `normal` is impossible."""
    register = table.register(name)
    encode(register, normal, {})
    states = tuple(state for _, state in register.values)
    return Item(
        Field(name, register.unit, states, writable=True, about=register.about),
        normal,
        lambda value: encode(register, value, {}),
        lambda words: decode(register, words).value,
        states,
    )


def item_fields(item: Item) -> tuple[Field, ...]:
    """Return what an item is commanded by and tells."""
    own = item.field
    return (
        own,
        Field(f"{own.name}_wanted", own.unit, own.values, about="As commanded, or at rest"),
        Field(f"{own.name}_accepted", own.unit, own.values, about="As the inverter confirmed"),
        Field(f"{own.name}_measured", own.unit, item.states, about="As read back"),
        Field(f"{own.name}_mismatch", about="Confirmed, and yet not so when read back"),
    )


@dataclass(slots=True)
class SettingsKeeper:
    """Brings the settings of one inverter to what is wanted, and tells how that went."""

    table: RegisterMap
    unit_id: int
    items: tuple[Item, ...]
    restraint: WriteRestraint
    clock: Clock
    settle_s: float
    read_every_s: float
    read_only: bool
    _states: dict[str, _State] = field(default_factory=dict)
    _words: dict[int, int] = field(default_factory=dict)
    _read_at_s: float = 0.0
    _told: tuple[Register, ...] = ()
    """Settings that are told as they stand in the inverter."""

    def __post_init__(self) -> None:
        """Leave out what an item tells itself."""
        items = {item.field.name for item in self.items}
        self._told = tuple(
            each
            for each in self.table.setting_registers()
            if not (each.writable and each.name in items)
        )

    def command(self, command: Command) -> bool:
        """Take a command; return whether it asks for something new."""
        if all(command.field != item.field.name for item in self.items):
            return False
        state = self._state(command.field)
        new = state.command is None or state.command.value != command.value
        state.command = command
        return new

    def release(self) -> None:
        """Drop all commands: everything is wanted at rest."""
        for state in self._states.values():
            state.command = None

    def forget(self) -> None:
        """Read the settings anew before the next write."""
        self._words = {}

    async def keep(self, wire: Registers) -> list[Reading]:
        """Read the settings if it is time, write what differs, and report."""
        now_s = self.clock.monotonic_s()
        if not self._words or now_s - self._read_at_s >= self.read_every_s:
            await self._read(wire)
        for item in self.items:
            await self._keep_item(item, wire)
        return self._report()

    async def _keep_item(self, item: Item, wire: Registers) -> None:
        state = self._state(item.field.name)
        value = self._wanted(item)
        try:
            words = item.words(value)
        except EncodeError as error:
            state.accepted, state.reason = None, str(error)
            return
        changes = self._changes(words)
        if changes and state.accepted == value and state.bad_looks < _LOOKS_BEFORE_MISMATCH:
            await self._read(wire)
            changes = self._changes(words)
            state.bad_looks += 1
            if changes and state.bad_looks < _LOOKS_BEFORE_MISMATCH:
                return
        if not changes:
            state.accepted, state.reason, state.bad_looks = value, "", 0
            return
        now_s, wall_s = self.clock.monotonic_s(), self.clock.wall_s()
        reason = self.restraint.held_back(changes, now_s, wall_s, to_rest=value == item.normal)
        if self.read_only:
            reason = "this site only reads"
        if reason:
            if state.accepted != value:
                state.accepted, state.reason = None, reason
            return
        await self._write(state, value, changes, wire)

    def _changes(self, words: Mapping[int, int]) -> dict[int, int]:
        return {at: word for at, word in words.items() if self._words.get(at) != word}

    async def _write(
        self, state: _State, value: Value, changes: Mapping[int, int], wire: Registers
    ) -> None:
        state.accepted, state.reason = None, "no confirmation"
        self.restraint.note(changes, self.clock.monotonic_s(), self.clock.wall_s())
        self._words = {}  # whatever happens now, only a look tells what stands there
        try:
            for start, words in runs(changes):
                await wire.write(self.unit_id, start, words)
        except RefusedError as error:
            state.reason = str(error)
        except DeviceError:
            self.restraint.let_repeat(changes)
            raise
        else:
            state.accepted, state.reason = value, ""
        await self.clock.sleep(self.settle_s)
        await self._read(wire)
        state.bad_looks = 1 if self._changes(changes) and state.accepted is not None else 0

    async def _read(self, wire: Registers) -> None:
        block = self.table.settings
        if block is None:
            return
        at_s = self.clock.monotonic_s()
        self._words = block.words(await wire.read(self.unit_id, block))
        self._read_at_s = at_s

    def _wanted(self, item: Item) -> Value:
        command = self._state(item.field.name).command
        if command is not None and command.expires_at_s > self.clock.monotonic_s():
            return command.value
        return item.normal

    def _state(self, name: str) -> _State:
        return self._states.setdefault(name, _State())

    def _report(self) -> list[Reading]:
        now_s = self.clock.monotonic_s()
        readings = [
            Reading("writes_today", float(self.restraint.written_today), Quality.GOOD, now_s)
        ]
        for item in self.items:
            name, state = item.field.name, self._state(item.field.name)
            measured = item.value(self._words)
            mismatch = state.bad_looks >= _LOOKS_BEFORE_MISMATCH
            readings += [
                Reading(f"{name}_wanted", self._wanted(item), Quality.GOOD, now_s),
                _reading(f"{name}_accepted", state.accepted, now_s, state.reason),
                _reading(f"{name}_measured", measured, self._read_at_s, "implausible"),
                Reading(f"{name}_mismatch", mismatch, Quality.GOOD, now_s),
            ]
        for register in self._told:
            decoded = decode(register, self._words)
            quality = Quality.BAD if decoded.value is None else Quality.GOOD
            at_s = self._read_at_s
            readings.append(Reading(register.name, decoded.value, quality, at_s, decoded.reason))
        return readings


def _reading(name: str, value: Value | None, at_s: float, reason: str) -> Reading:
    if value is None:
        return Reading(name, None, Quality.MISSING, at_s, reason)
    return Reading(name, value, Quality.GOOD, at_s)
