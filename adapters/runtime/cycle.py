"""One cycle of the daemon: read, freeze, scan, write, remember, and only then feed the watchdogs.

Synchronous and without waiting, so that the same cycle runs on the PLC, in the house on loopback
and under a simulated clock. Nothing in it touches a network or waits for a disk: devices take
commands and return at once, and what is kept or told is handed to others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from adapters.clock import SiteClock
from adapters.port import Clock, ScanDevice
from adapters.runtime.gateway import Gateway
from engine.control.program import Program
from engine.control.scan import Scan, scan
from engine.control.state import Retained, without_memory
from engine.inference.image import Override, ProcessImage, Reset, empty_image, freeze


@dataclass(slots=True)
class Requests:
    """What people asked for. An override stands until it expires; a reset is heard by one scan."""

    overrides: dict[str, Override] = field(default_factory=dict)
    """By output: a newer one replaces the older."""
    resets: list[Reset] = field(default_factory=list)

    def standing(self, now_s: float) -> tuple[Override, ...]:
        """Drop what has expired and return the rest, oldest first."""
        self.overrides = {k: o for k, o in self.overrides.items() if now_s < o.until_s}
        return tuple(self.overrides.values())

    def take_resets(self) -> tuple[Reset, ...]:
        """Return the resets and forget them."""
        resets, self.resets = tuple(self.resets), []
        return resets


@dataclass(slots=True)
class Counters:
    """How the cycles went."""

    scans: int = 0
    overruns: int = 0
    longest_s: float = 0.0


Listener = Callable[[Scan], None]
"""Hears of every complete scan; returns at once."""


class Cycle:
    """The state of a running controller between two scans."""

    def __init__(
        self,
        program: Program,
        retained: Retained,
        gateway: Gateway,
        clock: Clock,
        scan_devices: Sequence[ScanDevice] = (),
    ) -> None:
        """Start from `retained`, as restored; nothing is written before the first `step`."""
        self.program = program
        self.retained = retained
        self.image: ProcessImage = empty_image(program.rulebook.plant)
        self.requests = Requests()
        self.counters = Counters()
        self.listeners: list[Listener] = []
        self.last: Scan | None = None
        self._gateway = gateway
        self._clock = clock
        self._site_clock = SiteClock(program.rulebook.plant.site)
        self._scan_devices = scan_devices

    def step(self) -> Scan:
        """Run one scan. Returns when its decisions are written and handed out.

        Raises DeviceError if the process image could not be written: the caller goes to safe.
        """
        now_s = self._clock.monotonic_s()
        moment = self._site_clock.moment(self._clock.wall_s(), now_s)
        for device in self._scan_devices:
            self._gateway.publisher(device.name)(device.read(now_s))
        self.image = freeze(
            self.program.rulebook.plant,
            self.image,
            self._gateway.take(),
            now_s,
            self.requests.standing(now_s),
            self.requests.take_resets(),
        )
        result = scan(self.program, self.retained, self.image, moment)
        self._gateway.give_out(result.decisions, now_s)
        for device in self._scan_devices:
            device.write(now_s)
        self.retained, self.last = result.retained, result
        self.counters.scans += 1
        for listener in self.listeners:
            listener(result)
        return result

    def activate(self, program: Program, retained: Retained) -> None:
        """Go on under other rules from the next scan on; `retained` was carried over to them."""
        same_points = program.rulebook.plant.points == self.program.rulebook.plant.points
        self.program, self.retained = program, without_memory(retained)
        if not same_points:
            self.image = empty_image(program.rulebook.plant)
        self._site_clock = SiteClock(program.rulebook.plant.site)

    def write_safe(self) -> None:
        """Write the safe image to every scan device, as on an orderly stop. Raises DeviceError."""
        for device in self._scan_devices:
            device.write_safe()
