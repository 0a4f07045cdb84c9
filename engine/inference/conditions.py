"""Signals and conditions compiled to blocks of Python that recompute only what changed.

Every computed value has a slot. Values without memory are compiled into blocks of up to sixteen; a
block is one function that recomputes its slots and says what else must now be looked at. Values
with memory (Timed conditions and windows) are steps between blocks. *Levels* alternate: blocks of
level 0 read what the scan was given, steps of level 1 read those, blocks of level 1 read the steps.

Who must look again is a bit mask: one bit per block, per timer and per rule group.
`readers[slot]` has the bits of all that read the slot.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.inference.slots import Slots, content_of
from engine.inference.source import NAMESPACE, Writer
from engine.inference.windows import WindowState, average, rate
from engine.language.expression import Expression, Timed, Window, children
from engine.language.types import NumberType
from engine.values.fact import Value

BLOCK_SIZE = 16

SlotValues = list[Value | None]
Block = Callable[[SlotValues, int], int]


@dataclass(slots=True)
class Computed:
    """A value without memory: its slot, its expression, whether interlocks read it."""

    slot: int
    expression: Expression
    level: int
    deciding: bool = False


@dataclass(frozen=True, slots=True)
class TimerStep:
    """A Timed condition: where its truths come from and where its result goes."""

    timed: Timed
    when: int
    until: int | None
    result: int
    bit: int


@dataclass(frozen=True, slots=True)
class WindowStep:
    """A window: where its operand's value comes from and where its result goes."""

    window: Window
    operand: int
    result: int
    key: str


class Slide(NamedTuple):
    """What a scan does for a window: the place of its state, its slots, and how it is measured."""

    place: int
    operand: int
    result: int
    length_s: float
    measure: Callable[[WindowState | None, float], float | None]


@dataclass(slots=True)
class Level:
    """Steps first, then blocks, each with its bit."""

    timers: list[int] = field(default_factory=list)
    windows: list[Slide] = field(default_factory=list)
    blocks: list[tuple[int, Block]] = field(default_factory=list)
    timer_bits: int = 0


@dataclass(slots=True)
class Compiler:
    """Gives out slots, then writes the blocks. Everything it reads is checked already."""

    slots: Slots
    computed: list[Computed] = field(default_factory=list)
    timers: list[tuple[Timed, int, int | None, int]] = field(default_factory=list)
    windows: list[tuple[Window, int, int]] = field(default_factory=list)
    level_of: dict[int, int] = field(default_factory=dict)

    def define(self, expression: Expression, *, deciding: bool = False) -> int:
        """Return the slot that holds the expression's value, computed where it is not yet."""
        content = (content_of(expression), deciding)
        if content in self.slots.content:
            return self.slots.content[content]
        self._prepare(expression)
        level = 0 if deciding else self._level(expression)
        if isinstance(expression, Timed):
            slot = self.slots.timers[expression.key]
        elif isinstance(expression, Window):
            slot = self.slots.content[content_of(expression)]
        else:
            slot = self.slots.new()
            self.computed.append(Computed(slot, expression, level, deciding))
            self.level_of[slot] = level
        self.slots.content[content] = slot
        if not deciding:
            self.slots.content[content_of(expression)] = slot
        return slot

    def _prepare(self, expression: Expression) -> None:
        """Give slots to everything with memory inside, the innermost first."""
        for child in children(expression):
            self._prepare(child)
        if isinstance(expression, Timed) and expression.key not in self.slots.timers:
            when = self.define(expression.when)
            until = None if expression.until is None else self.define(expression.until)
            slot = self.slots.timers[expression.key] = self.slots.new()
            self.level_of[slot] = 1 + max(
                self.level_of[when], 0 if until is None else self.level_of[until]
            )
            self.timers.append((expression, when, until, slot))
        if isinstance(expression, Window) and content_of(expression) not in self.slots.content:
            operand = self.define(expression.operand)
            slot = self.slots.content[content_of(expression)] = self.slots.new()
            self.level_of[slot] = 1 + self.level_of[operand]
            self.windows.append((expression, operand, slot))

    def _level(self, expression: Expression) -> int:
        writer = Writer(self.slots)
        writer.truth(expression)
        return max((self.level_of.get(slot, 0) for slot in writer.reads), default=0)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a scan runs before the rules are matched."""

    levels: tuple[Level, ...]
    timers: tuple[TimerStep, ...]
    windows: tuple[WindowStep, ...]
    readers: tuple[int, ...]
    everything: int
    """All bits: the mask of a scan that knows nothing of the last one."""
    deciding: Block | None
    """The block of the interlocks, run while outputs are being decided."""
    deciding_bit: int
    """The bit of that block: raised when something else than an output makes it look again."""


def compile_conditions(
    compiler: Compiler, listeners: Iterable[tuple[int, ...]]
) -> tuple[Conditions, tuple[int, ...]]:
    """Write all blocks. Returns them, and a bit for each of the `listeners`: the slots it reads."""
    compiled = Wiring(compiler.slots.count)
    bits = tuple(compiled.listen(reads) for reads in listeners)
    height = max([*compiler.level_of.values(), 0])
    levels = [Level() for _ in range(height + 1)]
    timers = []
    for index, (timed, when, until, slot) in enumerate(compiler.timers):
        bit = compiled.listen((when,) if until is None else (when, until))
        timers.append(TimerStep(timed, when, until, slot, bit))
        level = levels[compiler.level_of[slot]]
        level.timers.append(index)
        level.timer_bits |= bit
    windows = []
    for index, (window, operand, slot) in enumerate(compiler.windows):
        windows.append(WindowStep(window, operand, slot, repr(content_of(window))))
        measure = rate if window.function == "rate" else average
        slide = Slide(index, operand, slot, window.window_s, measure)
        levels[compiler.level_of[slot]].windows.append(slide)
    sources = _sources(compiler)
    for source in sources:
        source.bit = compiled.listen(source.reads)
    functions = [source.function(compiled.readers) for source in sources]
    deciding, deciding_bit = None, 0
    for source, function in zip(sources, functions, strict=True):
        if source.deciding:
            deciding, deciding_bit = function, source.bit
        else:
            levels[source.level].blocks.append((source.bit, function))
    conditions = Conditions(
        tuple(levels), tuple(timers), tuple(windows), tuple(compiled.readers),
        compiled.all_bits(), deciding, deciding_bit,
    )  # fmt: skip
    return conditions, bits


@dataclass(slots=True)
class Wiring:
    """Who reads which slot: gives out bits and collects them by slot."""

    slot_count: int
    readers: list[int] = field(default_factory=list)
    bits: int = 0

    def __post_init__(self) -> None:
        self.readers = [0] * self.slot_count

    def listen(self, reads: Iterable[int]) -> int:
        """Return a fresh bit that is raised whenever one of `reads` changes."""
        bit = 1 << self.bits
        self.bits += 1
        for slot in reads:
            self.readers[slot] |= bit
        return bit

    def all_bits(self) -> int:
        """Return the mask with every bit raised."""
        return (1 << self.bits) - 1


@dataclass(slots=True)
class Source:
    """One block being written: its expressions, what they read, and its bit once it has one."""

    level: int
    deciding: bool
    members: list[Computed]
    writer: Writer
    results: list[tuple[Computed, str]]
    bit: int = 0

    @property
    def reads(self) -> tuple[int, ...]:
        """The slots that the block reads and does not write itself."""
        return tuple(self.writer.reads)

    def function(self, readers: list[int]) -> Block:
        """Compile the block: `(slots, mask) -> mask`, writing changed slots."""
        lines = [f"a{slot} = v[{slot}]" for slot in self.writer.reads]
        lines += self.writer.lines
        for computed, name in self.results:
            slot, same = computed.slot, "!=" if _is_number(computed.expression) else "is not"
            lines.append(f"if {name} {same} v[{slot}]:")
            lines.append(f"    v[{slot}] = {name}")
            if readers[slot]:
                lines.append(f"    d |= {readers[slot]}")
        body = "\n".join(f"    {line}" for line in lines)
        text = f"def block(v, d):\n{body}\n    return d\n"
        namespace = dict(NAMESPACE)
        exec(compile(text, "<block>", "exec"), namespace)  # noqa: S102 - our own source
        block = namespace["block"]
        assert callable(block)  # noqa: S101 - the line above defines it
        return block


def _is_number(expression: Expression) -> bool:
    return isinstance(expression.type, NumberType)


def _sources(compiler: Compiler) -> list[Source]:
    """Fill blocks: values that others read in order of definition, the rest by what they read."""
    found: list[Source] = []
    needed = _read_by_others(compiler)
    levels = {(member.level, member.deciding) for member in compiler.computed}
    for level, deciding in sorted(levels):
        members = [
            member
            for member in compiler.computed
            if (member.level, member.deciding) == (level, deciding)
        ]
        first = [member for member in members if member.slot in needed]
        rest = sorted(
            (member for member in members if member.slot not in needed),
            key=lambda member: (_reads(compiler.slots, member), member.slot),
        )
        size = len(members) if deciding else BLOCK_SIZE
        for part in (first, rest):
            found.extend(
                _source(compiler.slots, part[at : at + size], level, deciding)
                for at in range(0, len(part), size)
            )
    return found


def _read_by_others(compiler: Compiler) -> set[int]:
    found: set[int] = set()
    for member in compiler.computed:
        found.update(_reads(compiler.slots, member))
    return found


def _reads(slots: Slots, member: Computed) -> tuple[int, ...]:
    writer = Writer(slots, deciding=member.deciding)
    writer.truth(member.expression)
    return tuple(sorted(writer.reads))


def _source(slots: Slots, members: list[Computed], level: int, deciding: bool) -> Source:
    writer = Writer(slots, deciding=deciding)
    results = []
    for member in members:
        text = writer.truth(member.expression)
        if not _is_number(member.expression):
            name = writer.keep(text)
        else:
            name = writer.keep_apart(text)
            writer.lines.append(f"if {name} is not None and not -1e15 <= {name} <= 1e15:")
            writer.lines.append(f"    {name} = None")
        writer.written[member.slot] = name
        results.append((member, name))
    return Source(level, deciding, members, writer, results)
