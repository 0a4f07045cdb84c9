"""A device's registers as one table: what is read together, and what stands in it.

Blocks of one device all have different lengths, because an RTU reply names neither the register nor
the request it belongs to: a late reply to another block shows itself by its length.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from adapters.codec.modbus.register import Kind, Register

BLOCK_REGISTERS_MAX = 125
"""More does not fit into one frame."""


class Table(Enum):
    """Which of a device's two tables of registers is meant; the value is the function code."""

    HOLDING = 3
    INPUT = 4


@dataclass(frozen=True, slots=True)
class Block:
    """Registers `start` … `start + count − 1`, read by one request.

    A device that refuses an `optional` block lacks what stands in it; the rest goes on.
    """

    start: int
    count: int
    table: Table = Table.HOLDING
    optional: bool = False

    def words(self, content: tuple[int, ...]) -> dict[int, int]:
        """Return the content by address."""
        return dict(enumerate(content, self.start))

    def __contains__(self, address: int) -> bool:
        return self.start <= address < self.start + self.count


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """What a kind of device has in its registers.

    `live` blocks are read in their order: states that a trip may hang on stand in the last, for
    nothing counts before the whole poll is in, and what was read first is the oldest by then.
    `sentinel` is read last in each poll: constants of this very device. When one of its
    `constants` is another than it was, replies have slipped, and the whole poll is thrown away. A
    constant named `unit_id` must be the device's own id on the bus. `settings` are read seldom, and
    are the only place that may be written, between `first_writable` and `last_writable`.
    """

    name: str
    live: tuple[Block, ...]
    registers: tuple[Register, ...]
    sentinel: Block | None = None
    constants: tuple[Register, ...] = ()
    settings: Block | None = None
    first_writable: int = 0
    last_writable: int = -1

    def blocks(self) -> tuple[Block, ...]:
        """Return everything that is ever read of such a device."""
        maybe = (*self.live, self.settings, self.sentinel)
        return tuple(block for block in maybe if block is not None)

    def register(self, name: str) -> Register:
        """Return the register of that name; KeyError if there is none."""
        for register in (*self.registers, *self.constants):
            if register.name == name:
                return register
        raise KeyError(name)

    def live_registers(self) -> tuple[Register, ...]:
        """Return what is read in every poll."""
        return tuple(each for each in self.registers if not self._is_setting(each))

    def setting_registers(self) -> tuple[Register, ...]:
        """Return what stands in the block of settings."""
        return tuple(each for each in self.registers if self._is_setting(each))

    def _is_setting(self, register: Register) -> bool:
        return self.settings is not None and register.words[0] in self.settings


def problems(table: RegisterMap) -> Iterator[str]:
    """Yield what is wrong with a table, in words. The maps that are shipped have no problem."""
    names = [each.name for each in (*table.registers, *table.constants)]
    yield from (f"`{name}` stands twice" for name in sorted(names) if names.count(name) > 1)
    counts = [block.count for block in table.blocks()]
    yield from (f"two blocks of {count}" for count in set(counts) if counts.count(count) > 1)
    yield from (f"a block of {count}" for count in counts if not 0 < count <= BLOCK_REGISTERS_MAX)
    read = [block for block in table.blocks() if block is not table.sentinel]
    for register in table.registers:
        for address in register.words:
            if sum(address in block for block in read) != 1:
                yield f"`{register.name}`: {address} is not read once"
        if register.writable and not _may_be_written(table, register):
            yield f"`{register.name}` is writable and not a setting"
    for register in table.constants:
        if table.sentinel is None or any(word not in table.sentinel for word in register.words):
            yield f"`{register.name}` is not in the sentinel"


def _may_be_written(table: RegisterMap, register: Register) -> bool:
    return register in table.setting_registers() and all(
        table.first_writable <= address <= table.last_writable for address in register.words
    )


def runs(words: Mapping[int, int]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield (start, words) of registers that follow one another: each is one write."""
    start = 0
    run: list[int] = []
    for address in sorted(words):
        if run and address != start + len(run):
            yield start, tuple(run)
            run = []
        if not run:
            start = address
        run.append(words[address])
    if run:
        yield start, tuple(run)


def with_whole_kilowatt_hours(table: RegisterMap) -> RegisterMap:
    """Return the table for a firmware that counts whole kWh instead of tenths.

    Deye firmware 1098 and later does [evcc, option `firmware1098`].
    """
    registers = tuple(
        replace(each, scale=1.0) if each.unit == "kWh" and each.kind is not Kind.FLOAT else each
        for each in table.registers
    )
    return replace(table, registers=registers)
