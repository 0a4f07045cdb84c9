"""The layout of a RevPi's process image, read from piCtory's `config.rsc`. Pure.

Each device of the file has an offset in the image and three tables of entries: `inp` (written by
the module), `out` (read by it) and `mem` (its settings, not in use at run time). An entry is

    [name, default, length in bits, byte within the device, exported, order, comment, bit or ""]

as revpimodio2 2.9 reads it too (`io.py`, `IOBase.__init__`); a test holds both against each other.
A bit above 7 lies in a later byte. Values are little-endian; those of an AIO are signed.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

IMAGE_BYTES = 4096
"""Of the driver's process image, used or not."""
SPARE_ADDRESS = IMAGE_BYTES - 1
"""The last byte; it must belong to no module, for the output watchdog is fed through it."""
AIO = 103
"""Product type of the analog module."""
_UNSEEN = "RIGHT"
"""Type of devices without a place in the image."""
_MOST_ENTRIES = 20_000


class Area(Enum):
    """Which table of a module an entry stands in."""

    INPUT = "inp"
    OUTPUT = "out"
    SETTING = "mem"


@dataclass(frozen=True, slots=True)
class Io:
    """One named entry: where it lies in the image and how it is read."""

    name: str
    module: str
    area: Area
    address: int
    """Byte in the image."""
    bits: int
    bit: int | None = None
    """Within the byte, for a single bit."""
    signed: bool = False
    default: str = "0"

    @property
    def end(self) -> int:
        """Return the first byte behind it."""
        return self.address + (1 if self.bit is not None else self.bits // 8)


@dataclass(frozen=True, slots=True)
class Module:
    """One device on the PiBridge: the base module itself, DIO, AIO, and so on."""

    name: str
    kind: str
    """`BASE`, `LEFT_RIGHT`, `VIRTUAL`, `EDGE`."""
    product: int
    position: str
    offset: int
    ios: tuple[Io, ...]
    _places: dict[tuple[Area, int], Io] = field(init=False, repr=False, compare=False)
    """The first entry at each byte of the image: every scan looks for the status of each input."""

    def __post_init__(self) -> None:
        """Note what starts where."""
        places = {(io.area, io.address): io for io in reversed(self.ios)}
        object.__setattr__(self, "_places", places)

    @property
    def end(self) -> int:
        """Return the first byte behind it."""
        return max((io.end for io in self.ios), default=self.offset)

    def at(self, area: Area, byte: int) -> Io | None:
        """Return what starts at that byte of the module, None if nothing does."""
        return self._places.get((area, self.offset + byte))


@dataclass(frozen=True, slots=True)
class Layout:
    """All modules, lowest offset first, and their inputs and outputs by name."""

    modules: tuple[Module, ...]
    ios: Mapping[str, Io]
    length: int = field(init=False, repr=False, compare=False)
    """The number of bytes that are in use."""
    _named: dict[str, Module] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note which module has which name, and where the last one ends."""
        length = max((module.end for module in self.modules), default=0)
        object.__setattr__(self, "length", length)
        object.__setattr__(self, "_named", {each.name: each for each in reversed(self.modules)})

    def module_of(self, io: Io) -> Module:
        """Return the module that an entry belongs to."""
        return self._named[io.module]


class LayoutError(ValueError):
    """A `config.rsc` that says no usable layout; the message names everything that is wrong."""


def parse_layout(text: str) -> Layout:
    """Return the layout that a `config.rsc` describes. Raises LayoutError."""
    try:
        devices = json.loads(text)["Devices"]
        modules = [_module(each) for each in devices if each.get("type") != _UNSEEN]
    except RecursionError:
        raise LayoutError("it is no piCtory configuration: it is nested too deep") from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise LayoutError(f"it is no piCtory configuration: {error!r}") from error
    modules.sort(key=lambda each: each.offset)
    ios: dict[str, Io] = {}
    problems = list(_overlaps(modules))
    for io in (io for module in modules for io in module.ios if io.area is not Area.SETTING):
        if io.name in ios:
            problems.append(f"two entries are called `{io.name}`")
        ios[io.name] = io
    layout = Layout(tuple(modules), ios)
    if layout.length > SPARE_ADDRESS:
        problems.append(
            f"it needs {layout.length} bytes of {IMAGE_BYTES}, the last one not counted"
        )
    if problems:
        raise LayoutError("; ".join(problems))
    return layout


def fingerprint(layout: Layout) -> str:
    """Return 16 hexadecimal digits that change with everything the meaning of the image hangs on.

    That is modules, places, names, and the modules' settings (sensor types, ranges); not comments,
    dates and what is exported.
    """
    lines = [
        [each.name, each.kind, each.product, each.position, each.offset]
        + [
            [io.name, io.area.value, io.address, io.bits, io.bit]
            + ([io.default] if io.area is Area.SETTING else [])
            for io in sorted(each.ios, key=lambda io: (io.area.value, io.address, io.bit or 0))
        ]
        for each in layout.modules
    ]
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()[:16]


def raw_of(io: Io, image: bytes | bytearray) -> int:
    """Return what stands at an entry's place; a bit as 0 or 1."""
    if io.bit is not None:
        return image[io.address] >> io.bit & 1
    return int.from_bytes(image[io.address : io.end], "little", signed=io.signed)


def put_raw(io: Io, image: bytearray, raw: int) -> None:
    """Write an entry's value into an image. Raises OverflowError if it does not fit."""
    if io.bit is None:
        image[io.address : io.end] = raw.to_bytes(io.end - io.address, "little", signed=io.signed)
        return
    if raw not in (0, 1):
        raise OverflowError(f"{raw} is no bit")
    image[io.address] = image[io.address] & ~(1 << io.bit) | raw << io.bit


def output_areas(layout: Layout) -> tuple[tuple[int, int], ...]:
    """Return first byte and end of each module's outputs, without the base module's LEDs."""
    areas = []
    for module in layout.modules:
        own = [io for io in module.ios if io.area is Area.OUTPUT]
        if own and module.kind != "BASE":
            areas.append((min(io.address for io in own), max(io.end for io in own)))
    return tuple(areas)


def _module(device: dict[str, object]) -> Module:
    offset, product = _whole(device["offset"]), _whole(device["productType"])
    name = str(device["name"])
    ios = tuple(
        _io(row, name, area, offset, signed=product == AIO)
        for area in Area
        for row in _rows(device.get(area.value) or {})
    )
    kind, position = str(device["type"]), str(device["position"])
    return Module(name, kind, product, position, offset, ios)


def _rows(table: object) -> list[list[object]]:
    if not isinstance(table, dict) or len(table) > _MOST_ENTRIES:
        raise ValueError("inp, out and mem are tables")
    return [table[key] for key in sorted(table, key=int)]


def _io(row: list[object], module: str, area: Area, offset: int, *, signed: bool) -> Io:
    name, default, bits, byte, *_, bit = row[:8]
    address = offset + _whole(byte)
    if bit in ("", None):
        if _whole(bits) % 8:
            raise ValueError(f"{name} has {bits} bits")
        wide = _whole(bits)
        return Io(str(name), module, area, address, wide, None, signed, str(default))
    at = _whole(bit)
    return Io(str(name), module, area, address + at // 8, 1, at % 8, default=str(default))


def _whole(value: object) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(f"{value} is not whole")
    if isinstance(value, bool) or not isinstance(value, int | float | str) or int(value) < 0:
        raise ValueError(f"{value!r} is no number from 0")
    return int(value)


def _overlaps(modules: list[Module]) -> Iterator[str]:
    for lower, upper in pairwise(modules):
        if lower.end > upper.offset:
            yield f"`{lower.name}` and `{upper.name}` overlap"
    for name in {each.name for each in modules if sum(m.name == each.name for m in modules) > 1}:
        yield f"two modules are called `{name}`"
