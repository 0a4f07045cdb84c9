"""The devices of asp1 at the seam of `adapters/port.py`, as simple as they can be.

A `Source` tells what it measures whenever the world lets it; a `Plc` is read and written in step
with the scans and has the kernel's output watchdog: whoever does not feed it finds all outputs 0.
The miners have a file of their own.
"""

import asyncio
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from adapters.port import Command, DeviceError, Field, Publish, Reading
from engine.values.fact import Quality, Value

Sensed = Callable[[str], Reading]
"""The reading of a point as its sensor shows it now, under the point's name."""


@dataclass(slots=True)
class Broken:
    """What is wrong with devices; names are those of devices, miners or pumps."""

    mute: set[str] = dataclasses.field(default_factory=set)
    """Nobody answers, and nothing says so: the device hangs."""
    lost: set[str] = dataclasses.field(default_factory=set)
    """The link breaks as soon as somebody connects."""
    slow: dict[str, int] = dataclasses.field(default_factory=dict)
    """Only every so-manieth look is answered in time."""
    deaf: set[str] = dataclasses.field(default_factory=set)
    """Takes commands and does nothing of it."""
    unreachable: set[str] = dataclasses.field(default_factory=set)
    """Miners whose driver tries in vain."""
    stuck: set[str] = dataclasses.field(default_factory=set)
    """Pumps that do not run, whatever they are told."""
    without_flow: bool = False
    """P3 runs, and no water moves."""
    unreadable: str = ""
    unwritable: str = ""
    """Why the PLC's image cannot be read or written."""
    modules: dict[str, str] = dataclasses.field(default_factory=dict)
    """Points of the PLC whose module is gone, and why."""


class Around(Protocol):
    """What devices need of the world."""

    broken: Broken

    def monotonic_s(self) -> float:
        """Return the daemon's own monotonic time."""
        ...

    def sensed(self, point: str, field: str = "") -> Reading:
        """Return what the sensor of a point shows now, under its own name or that of a field."""
        ...

    def all_sensed(self, wires: Mapping[str, str]) -> list[Reading]:
        """Return what the sensors of the point of each field show now, under the field's name."""
        ...

    def reached(self, place: str) -> None:
        """Hear that the program has come to a place where a process may die."""
        ...

    def written(self, image: Mapping[str, Value], fresh: int) -> None:
        """Hear of an image that was written; `fresh` outputs were commanded by this very scan."""
        ...


EVERY = {"heatpump": 3, "weather": 12, "tariff": 60}
"""Who speaks with every so-manieth look only: 15 s, a minute, five minutes at 5 s a scan."""


class Source:
    """A device with a task: an inverter, a meter, a broker's topic."""

    def __init__(
        self, name: str, wires: Mapping[str, str], fields: Sequence[Field], world: Around
    ) -> None:
        """`wires` are the point of each field."""
        self.name = name
        self.wires = wires
        self.commands: dict[str, Command] = {}
        self._fields = tuple(fields)
        self._world = world
        self._looks = 0
        self._every = EVERY.get(name, 1)
        self.extra: Callable[[], Sequence[Reading]] = tuple
        """What it tells beside the points."""
        self._publish: Publish | None = None
        self._broken: asyncio.Future[None] | None = None

    def fields(self) -> tuple[Field, ...]:
        """See `Device`."""
        return self._fields

    async def run(self, publish: Publish) -> None:
        """Publish whenever the world says so, until the link breaks."""
        if self.name in self._world.broken.lost:
            raise DeviceError(f"{self.name}: no connection")
        self._publish, self._looks = publish, 0
        self._broken = asyncio.get_running_loop().create_future()
        try:
            await self._broken
        finally:
            self._publish = None

    def command(self, command: Command) -> None:
        """See `Device`."""
        self.commands[command.field] = command

    def lose(self, why: str) -> None:
        """Break the link: the task ends with an error, and the supervisor is asked."""
        if self._broken is not None and not self._broken.done():
            self._broken.set_exception(DeviceError(f"{self.name}: {why}"))

    def tell(self) -> None:
        """Publish what is measured, if anybody listens and the device answers."""
        if self._publish is not None and self.answers():
            self.publish()

    def publish(self) -> None:
        """Publish what is measured now."""
        assert self._publish is not None
        readings = self._world.all_sensed(self.wires)
        readings += self.extra()
        self._publish(readings)

    def answers(self) -> bool:
        """Tell whether this look comes to anything."""
        broken = self._world.broken
        every = self._every * broken.slow.get(self.name, 1)
        due = self._looks % every == 0
        self._looks += 1
        return due and self.name not in broken.mute

    def in_force(self, field: str, now_s: float) -> Value | None:
        """Return what a field was told and still counts."""
        command = self.commands.get(field)
        return command.value if command is not None and now_s < command.expires_at_s else None


class Plc:
    """The process image. `outputs` and `safe` are by field; 0 on the wires is the safe value."""

    def __init__(
        self, inputs: Mapping[str, str], fields: Sequence[Field], safe: Mapping[str, Value],
        world: Around, watchdog_s: float,
    ) -> None:  # fmt: skip
        """Read the point of each field in `inputs`; outputs begin at `safe`."""
        self.name = "plc"
        self.inputs = inputs
        self.safe = dict(safe)
        self.image: dict[str, Value] = dict(safe)
        self._fields = tuple(fields)
        self._world = world
        self._watchdog_s = watchdog_s
        self._fed_s: float | None = None
        self._commands: dict[str, Command] = {}

    def fields(self) -> tuple[Field, ...]:
        """See `ScanDevice`."""
        return self._fields

    def read(self, now_s: float) -> list[Reading]:
        """See `ScanDevice`."""
        self._world.reached("plc.read")
        broken = self._world.broken
        if broken.unreadable:
            bad = Quality.BAD
            return [Reading(each, None, bad, now_s, broken.unreadable) for each in self.inputs]
        readings = self._world.all_sensed(self.inputs)
        if broken.modules:
            readings = [
                Reading(each.field, None, Quality.BAD, now_s, broken.modules[point])
                if point in broken.modules
                else each
                for each, point in zip(readings, self.inputs.values(), strict=True)
            ]
        self._world.reached("plc.seen")
        return readings

    def command(self, command: Command) -> None:
        """See `ScanDevice`."""
        self._commands[command.field] = command

    def write(self, now_s: float) -> None:
        """See `ScanDevice`."""
        self._world.reached("plc.write")
        if self._world.broken.unwritable:
            raise DeviceError(f"plc: {self._world.broken.unwritable}")
        fresh = 0
        for field, safe in self.safe.items():
            command = self._commands.get(field)
            stands = command is not None and now_s < command.expires_at_s
            self.image[field] = command.value if command is not None and stands else safe
            fresh += command is not None and command.expires_at_s >= now_s + 9.9
        self._world.written(self.image, fresh)
        self._world.reached("plc.written")

    def write_safe(self) -> None:
        """See `ScanDevice`."""
        if self._world.broken.unwritable:
            raise DeviceError(f"plc: {self._world.broken.unwritable}")
        self._commands.clear()
        self.image.update(self.safe)
        self._world.written(self.image, len(self.safe))

    def feed(self) -> None:
        """Hear of a complete scan."""
        self._fed_s = self._world.monotonic_s()

    @property
    def released_after_s(self) -> float:
        """After how long without a scan the kernel sets the outputs to 0."""
        return self._watchdog_s

    def close(self) -> None:
        """Close the handle, orderly or not: the kernel sets the outputs to 0."""
        self.image.update(self.safe)
        self._fed_s = None

    def watch(self) -> None:
        """Let the kernel look at its watchdog."""
        late = self._fed_s is not None
        if late and self._world.monotonic_s() - (self._fed_s or 0.0) > self._watchdog_s:
            self.image.update(self.safe)
