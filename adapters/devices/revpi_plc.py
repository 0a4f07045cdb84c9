"""A PLC whose layout was looked at: what the site names is there, of the right kind, unscaled.

Opening reads `config.rsc` first and the process image only when everything fits; what does not fit
is told in one message, and nothing is driven.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from adapters.codec.revpi_layout import (
    AIO,
    Area,
    Io,
    Layout,
    LayoutError,
    fingerprint,
    output_areas,
    parse_layout,
    put_raw,
    raw_of,
)
from adapters.codec.revpi_signals import InputKind, OutputKind
from adapters.devices.revpi_image import ProcessImage
from adapters.devices.revpi_options import RevPiSettings
from adapters.port import DeviceError
from engine.language.suggest import advise

_BITS = {
    InputKind.CONTACT: 1,
    InputKind.RTD: 16,
    InputKind.CURRENT: 16,
    InputKind.VOLTAGE: 16,
    InputKind.COUNTER: 32,
    OutputKind.RELAY: 1,
    OutputKind.SG_READY: 1,
    OutputKind.VOLTAGE: 16,
}
_SCALINGS = (*(25 + 7 * n for n in range(4)), 55, 63, 73, 83)
"""Byte of the multiplier of each channel of an AIO; divisor and offset follow, two bytes each."""
_NO_SCALING = ("1", "1", "0")


class Plc:
    """An open process image together with its layout, and what was written last."""

    def __init__(self, settings: RevPiSettings) -> None:
        """Open it. Raises DeviceError."""
        self.layout = _layout(settings)
        self.image = ProcessImage(
            settings.image, settings.config, self.layout, read_only=settings.read_only
        )
        self._areas = output_areas(self.layout)
        self._expected: bytearray | None = None

    def write(self, raws: Mapping[str, int]) -> None:
        """Write a complete image: these outputs, and 0 on all others. Raises DeviceError."""
        expected = bytearray(self.layout.length)
        for name, raw in raws.items():
            put_raw(self.layout.ios[name], expected, raw)
        self._expected = None
        self.image.write(raws)
        self._expected = expected

    def changed_by_others(self, image: bytes) -> tuple[str, ...]:
        """Return the outputs of the I/O modules that are not as they were written last."""
        expected = self._expected
        if expected is None or all(image[a:b] == expected[a:b] for a, b in self._areas):
            return ()
        return tuple(
            io.name
            for io in self.layout.ios.values()
            if io.area is Area.OUTPUT
            and any(first <= io.address < end for first, end in self._areas)
            and raw_of(io, image) != raw_of(io, expected)
        )

    def close(self) -> None:
        """Let go of the image; writes nothing."""
        self.image.close()


def _layout(settings: RevPiSettings) -> Layout:
    """Return the layout if it is the site's. Raises DeviceError."""
    try:
        layout = parse_layout(Path(settings.config).read_text("utf-8"))
    except (OSError, LayoutError, UnicodeDecodeError) as error:
        raise DeviceError(f"{settings.config}: {error}") from error
    found = fingerprint(layout)
    if settings.layout and settings.layout != found:
        raise DeviceError(
            f"the layout of the PLC is `{found}`, the site file names `{settings.layout}`: "
            "modules, names or settings have changed in piCtory; look at every input and output, "
            "then enter the new one"
        )
    problems = "; ".join(_misfits(settings, layout))
    if problems:
        raise DeviceError(f"{settings.config}: {problems}")
    if not settings.layout and not settings.read_only:
        raise DeviceError(
            f"the site file names no layout; this PLC's is `{found}`: look at every input and "
            "output, then enter it"
        )
    return layout


def _misfits(settings: RevPiSettings, layout: Layout) -> Iterator[str]:
    """Yield what the site names and piCtory has otherwise."""
    for each in settings.inputs:
        yield from _misfit(layout, each.io, Area.INPUT, _BITS[each.kind], each.field)
        if each.pulses:
            bits = _BITS[InputKind.COUNTER]
            yield from _misfit(layout, each.pulses, Area.INPUT, bits, each.field)
    for output in settings.outputs:
        for name in output.ios:
            yield from _misfit(layout, name, Area.OUTPUT, _BITS[output.kind], output.field)
    if settings.heartbeat_input:
        yield from _misfit(layout, settings.heartbeat_input, Area.INPUT, None, "heartbeat")
    if settings.heartbeat_output:
        yield from _misfit(layout, settings.heartbeat_output, Area.OUTPUT, 1, "heartbeat")


def _misfit(layout: Layout, name: str, area: Area, bits: int | None, field: str) -> Iterator[str]:
    io = layout.ios.get(name)
    what = "input" if area is Area.INPUT else "output"
    if io is None or io.area is not area:
        known = [each.name for each in layout.ios.values() if each.area is area]
        yield f"`{field}`: there is no {what} `{name}`{_hint(advise(name, known))}"
    elif bits is not None and io.bits != bits:
        yield f"`{field}`: the {what} `{name}` has {_width(io.bits)}, not {_width(bits)}"
    elif _is_scaled(layout, io):
        yield f"`{field}`: `{name}` is scaled in piCtory; it must be 1, 1 and 0"


def _width(bits: int) -> str:
    return "one bit" if bits == 1 else f"{bits} bits"


def _hint(advice: str) -> str:
    return f" ({advice})" if advice else ""


def _is_scaled(layout: Layout, io: Io) -> bool:
    """Tell whether the module multiplies or shifts this channel itself."""
    module = layout.module_of(io)
    values = {0: 0, 2: 1, 4: 2, 6: 3, 12: 4, 14: 5, 20: 6, 22: 7}
    channel = values.get(io.address - module.offset)
    if module.product != AIO or channel is None:
        return False
    byte = _SCALINGS[channel]
    settings = (module.at(Area.SETTING, byte + 2 * place) for place in range(3))
    told = [each.default if each is not None else None for each in settings]
    return any(found not in (None, wanted) for found, wanted in zip(told, _NO_SCALING, strict=True))
