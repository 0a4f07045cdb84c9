"""A process image on disk, and the side of it that piControl and the modules have on a real PLC.

A plain file of 4096 bytes with a `config.rsc` beside it. The plant writes inputs and reads outputs;
a wire from an output back to an input, and the counter that never stands still, move with
`exchange`. Faults are switched on by name and lie over what the plant shows.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from adapters.codec.revpi_layout import (
    IMAGE_BYTES,
    Area,
    Io,
    Layout,
    Module,
    output_areas,
    parse_layout,
    put_raw,
    raw_of,
)

Fault = Literal["frozen", "stopped", "module_missing", "truncated"]
FAULTS: tuple[Fault, ...] = ("frozen", "stopped", "module_missing", "truncated")

_RUNNING, _MISSING = 1, 4
_ALL_OUTPUTS_FINE = 0xFFFF
BROKEN_RTD, SHORTED_RTD = 8500, -2000
BROKEN_LOOP_UA, SHORTED_LOOP_UA = 0, 25_000


class SimulatedRevPi:
    """The modules' side of a process image in `folder`: files `image` and `config.rsc`."""

    def __init__(self, folder: Path, config: str, wires: Mapping[str, str] | None = None) -> None:
        """Make both files. `wires` lead from outputs back to inputs, by name."""
        self.image_path = folder / "image"
        self.config_path = folder / "config.rsc"
        self.config_path.write_text(config, "utf-8")
        self.image_path.write_bytes(bytes(IMAGE_BYTES))
        self.layout: Layout = parse_layout(config)
        self.faults: set[Fault] = set()
        self._places = [_inputs_of(each) for each in self.layout.modules]
        self._wires = dict(wires or {})
        self._inputs = {each.name: 0 for each in self._ios(Area.INPUT)}
        self._stuck: dict[str, int] = {}
        self._cycle = 0
        self._last = bytes(self.layout.length)
        self._inputs |= {"RevPiStatus": _RUNNING, "Core_Temperature": 45}
        self._inputs |= {
            name: _ALL_OUTPUTS_FINE for name in self._inputs if name.startswith("Output_Status")
        }
        self.exchange()

    def set(self, name: str, raw: int) -> None:
        """Show `raw` on an input from the next `exchange` on."""
        self._inputs[self.layout.ios[name].name] = raw

    def get(self, name: str) -> int:
        """Return the raw value of an output as it was at the last `exchange`."""
        return raw_of(self.layout.ios[name], self._last)

    def put_output(self, name: str, raw: int) -> None:
        """Change an output as another program would."""
        image = bytearray(self._read())
        put_raw(self.layout.ios[name], image, raw)
        io = self.layout.ios[name]
        self._write(io.address, bytes(image[io.address : io.end]))

    def hold(self, name: str, raw: int) -> None:
        """Keep an input at `raw`, as a broken wire or a status bit does, until `release`."""
        self._stuck[name] = raw

    def release(self, name: str) -> None:
        """Let an input go again."""
        self._stuck.pop(name, None)

    def bite(self) -> None:
        """Set all outputs of the modules to 0, as the kernel's output watchdog does."""
        for first, end in output_areas(self.layout):
            self._write(first, bytes(end - first))

    def exchange(self) -> None:
        """Exchange once: take the outputs, show the inputs."""
        if "truncated" in self.faults:
            self.image_path.write_bytes(b"\0" * (self.layout.length // 2))
            return
        if self.image_path.stat().st_size != IMAGE_BYTES:
            self.image_path.write_bytes(bytes(IMAGE_BYTES))
        if "frozen" in self.faults:
            return
        self._last = self._read()
        self._cycle = (self._cycle + 1) % 256
        shown = self._inputs | {"RevPiIOCycle": self._cycle}
        shown |= {to: raw_of(self.layout.ios[of], self._last) for of, to in self._wires.items()}
        if self.faults:
            shown["RevPiStatus"] &= ~_RUNNING if "stopped" in self.faults else ~0
            shown["RevPiStatus"] |= _MISSING if "module_missing" in self.faults else 0
        shown |= self._stuck
        self._show(shown)

    def _show(self, inputs: Mapping[str, int]) -> None:
        """Write every module's inputs and leave its outputs alone."""
        image = bytearray(self.layout.length)
        for name, raw in inputs.items():
            put_raw(self.layout.ios[name], image, raw)
        with self.image_path.open("r+b", 0) as file:
            for first, end in self._places:
                file.seek(first)
                file.write(image[first:end])

    def _ios(self, area: Area) -> list[Io]:
        return [each for each in self.layout.ios.values() if each.area is area]

    def _read(self) -> bytes:
        with self.image_path.open("rb", 0) as file:
            return file.read(self.layout.length) or b""

    def _write(self, address: int, data: bytes) -> None:
        with self.image_path.open("r+b", 0) as file:
            file.seek(address)
            file.write(data)


def _inputs_of(module: Module) -> tuple[int, int]:
    """Return first byte and end of a module's inputs."""
    own = [io for io in module.ios if io.area is Area.INPUT]
    return min(io.address for io in own), max(io.end for io in own)
