"""One poll of one device: its blocks, its sentinel, and only then its values."""

from collections.abc import Mapping

from adapters.codec.modbus.register import Decoded, Register, decode
from adapters.codec.modbus.register_map import Block, RegisterMap
from adapters.devices.bus import ImplausibleError
from adapters.devices.modbus_link import RefusedError, Registers
from adapters.port import Clock, Field, Reading
from engine.values.fact import Quality, Value

UNIT_ID = "unit_id"


class Poller:
    """Reads one device by its table. Nothing of a poll is believed until all of it is in."""

    def __init__(
        self,
        table: RegisterMap,
        unit_id: int,
        clock: Clock,
        *,
        expected: Mapping[str, Value] | None = None,
        frozen_after_s: float = 300.0,
    ) -> None:
        """Read `table` of device `unit_id`; `expected` constants are known beforehand."""
        self.table = table
        self._live = table.live_registers()
        self._unit_id = unit_id
        self._clock = clock
        self._constants: dict[str, Value] = dict(expected or {})
        self._frozen_after_s = frozen_after_s
        self._lacking: set[Block] = set()
        self._counted: dict[str, float] = {}
        self._last_words: dict[int, int] = {}
        self._changed_s = 0.0

    async def poll(self, wire: Registers) -> list[Reading]:
        """Return all live quantities. Raises DeviceError, and then nothing of it counts."""
        words: dict[int, int] = {}
        measured_at_s: dict[int, float] = {}
        for block in self.table.live:
            at_s = self._clock.monotonic_s()
            content = await self._read(wire, block)
            words |= content
            measured_at_s |= dict.fromkeys(content, at_s)
        await self.check_sentinel(wire)
        return self._readings(words, measured_at_s)

    async def check_sentinel(self, wire: Registers) -> None:
        """Read the device's constants. Raises ImplausibleError if one is not what it was."""
        block = self.table.sentinel
        if block is None or block in self._lacking:
            return
        words = await self._read(wire, block)
        if block in self._lacking:
            return
        found = {each.name: decode(each, words) for each in self.table.constants}
        for name, decoded in found.items():
            if decoded.value is None:
                raise ImplausibleError(f"sentinel {name}: {decoded.reason}")
            known = self._unit_id if name == UNIT_ID else self._constants.get(name, decoded.value)
            if decoded.value != known:
                raise ImplausibleError(
                    f"sentinel {name} is {_told(decoded.value)}, not {_told(known)}"
                )
            self._constants[name] = decoded.value

    async def _read(self, wire: Registers, block: Block) -> dict[int, int]:
        """Return a block by address; zeros for what the device has not."""
        if block not in self._lacking:
            try:
                return block.words(await wire.read(self._unit_id, block))
            except RefusedError as error:
                if not block.optional or error.code != RefusedError.ILLEGAL_ADDRESS:
                    raise
                self._lacking.add(block)
        return block.words((0,) * block.count)

    def _readings(
        self, words: Mapping[int, int], measured_at_s: Mapping[int, float]
    ) -> list[Reading]:
        frozen = self._is_frozen(words)
        readings = []
        for register in self._live:
            at_s = min(map(measured_at_s.__getitem__, register.words))
            if self._lacking and self._lacks(register):
                lacking = "the device has no such registers"
                readings.append(Reading(register.name, None, Quality.MISSING, at_s, lacking))
                continue
            decoded = decode(register, words)
            if decoded.value is None and register.sanity:
                raise ImplausibleError(f"{register.name}: {decoded.reason}")
            if frozen:
                decoded = Decoded(None, f"nothing has changed for {self._frozen_after_s:g} s")
            readings.append(self._reading(register, decoded, at_s))
        return readings

    def _lacks(self, register: Register) -> bool:
        return all(any(at in block for block in self._lacking) for at in register.words)

    def _reading(self, register: Register, decoded: Decoded, at_s: float) -> Reading:
        value = decoded.value
        if register.counter and isinstance(value, float):
            counted = self._counted.setdefault(register.name, value)
            if value < counted:
                decoded = Decoded(None, f"ran backwards from {counted:g} to {value:g}")
            self._counted[register.name] = max(value, counted)
        quality = Quality.BAD if decoded.value is None else Quality.GOOD
        return Reading(register.name, decoded.value, quality, at_s, decoded.reason)

    def _is_frozen(self, words: Mapping[int, int]) -> bool:
        """Tell whether the device repeats itself: what is measured always moves a little."""
        now_s = self._clock.monotonic_s()
        if words != self._last_words:
            self._last_words = dict(words)
            self._changed_s = now_s
        return 0 < self._frozen_after_s <= now_s - self._changed_s


def _told(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def fields_of(registers: tuple[Register, ...]) -> tuple[Field, ...]:
    """Return what a device with these registers can tell."""
    return tuple(
        Field(
            each.name,
            each.unit,
            tuple(state for _, state in each.values),
            about=each.about,
        )
        for each in registers
    )
