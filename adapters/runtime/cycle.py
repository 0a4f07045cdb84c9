"""One cycle of the daemon: read, freeze, scan, look, write, remember, and then feed the watchdogs.

Synchronous and without waiting, so that the same cycle runs on the PLC, in the house on loopback
and under a simulated clock. Nothing in it touches a network or waits for a disk: devices take
commands and return at once, and what is kept or told is handed to others.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from adapters.clock import SiteClock
from adapters.port import Clock, DeviceError, ScanDevice
from adapters.runtime.driving import Driving
from adapters.runtime.gateway import COMMAND_LIFE_S, Gateway
from adapters.runtime.last_look import InvariantError, LastLook, salvaged
from adapters.runtime.shadow import ScanReader
from adapters.runtime.standstill import Standstill
from engine.control.program import Program
from engine.control.scan import Scan, scan
from engine.control.state import Retained, at_failsafe, without_memory
from engine.inference.image import Override, ProcessImage, Reset, empty_image, freeze
from engine.values.fact import Fact
from engine.values.moment import Moment


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


def whole_ms(seconds: float) -> int:
    """Return the whole milliseconds that have passed; a time a hair below one counts as it."""
    return math.floor(seconds * 1000 + 1e-3)


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
        observed: Sequence[ScanReader] = (),
    ) -> None:
        """Start from `retained`, as restored; nothing is written before the first `step`.

        `observed` are read like `scan_devices`, and never written.
        """
        self.program = program
        self.retained = retained
        self.before = retained
        """What the last scan started from."""
        self.image: ProcessImage = empty_image(program.rulebook.plant)
        self.requests = Requests()
        self.counters = Counters()
        self.listeners: list[Listener] = []
        self.last: Scan | None = None
        self._gateway = gateway
        self._clock = clock
        self._site_clock = SiteClock(program.rulebook.plant.site)
        self._last_look = LastLook(program, gateway.outputs)
        self.standstill: Standstill | None = None
        """Whoever notices that no scan came for too long; what was measured before is BAD then."""
        self.trusts: Callable[[float, float], bool] = _trusts
        """Tells of wall and monotonic seconds whether the wall clock may be believed."""
        self.driving = Driving(scan_devices)
        self._readers = tuple(
            (reader, gateway.publisher(reader.name)) for reader in (*scan_devices, *observed)
        )

    def step(self) -> Scan:
        """Run one scan. Returns when its decisions are written and handed out.

        What was decided and then lay still for longer than scans may stay away is not written: the
        scan is made anew, once. While a process image cannot be written, every output is commanded
        to its failsafe instead, and after that counts as having stood there.
        Raises InvariantError before anything is written that must never be.
        """
        begun = self.retained
        result = self._decide()
        if self.is_late(result):
            self.requests.resets[:0] = result.trace.image.resets
            if self.retained is not begun:  # commands had expired; outputs ran until now at most
                self.retained = at_failsafe(self.program, begun, self._clock.monotonic_s())
            result = self._decide()
        now_s = result.trace.moment.monotonic_s
        was_held = bool(self.driving.held)
        try:
            self._write(result, now_s)
        except InvariantError:
            self.retained = salvaged(self.retained, result)
            raise
        self.retained, self.last = result.retained, result
        if was_held and not self.driving.held:
            self.retained = at_failsafe(self.program, result.retained, now_s)
        self.counters.scans += 1
        for listener in self.listeners:
            listener(result)
        return result

    def is_late(self, decided: Scan) -> bool:
        """Tell whether so long has passed since a scan that its facts must not drive anything."""
        if self.standstill is None:
            return False
        return self._clock.monotonic_s() - decided.trace.moment.monotonic_s > (
            self.standstill.longest_s
        )

    def _decide(self) -> Scan:
        """Read, freeze and scan; nothing comes of it yet."""
        moment = self.moment()
        now_s = moment.monotonic_s
        for reader, publish in self._readers:
            publish(reader.read(now_s))
        image = freeze(
            self.program.rulebook.plant,
            self.image,
            self._taken(now_s),
            now_s,
            self.requests.standing(now_s),
            self.requests.take_resets(),
        )
        self.before, self.image = self.retained, image
        return scan(self.program, self.before, image, moment)

    def _taken(self, now_s: float) -> list[Fact]:
        """Return the new facts; after a standstill also that the older ones are BAD.

        After one in which commands expired, every output has stood at failsafe.
        """
        facts = self._gateway.take()
        gone_s = 0.0 if self.standstill is None else self.standstill.look(now_s)
        if self.standstill is None or not gone_s:
            return facts
        if gone_s >= min(COMMAND_LIFE_S, self.driving.released_after_s):
            self.retained = at_failsafe(self.program, self.retained, now_s)
        points = self.program.rulebook.plant.points
        spoilt = self.standstill.spoilt(points, self.image, facts, now_s)
        self._gateway.excuse([fact.point for fact in spoilt], self.standstill.reason)
        return [*facts, *spoilt]

    def _write(self, result: Scan, now_s: float) -> None:
        """Write what was decided, unless it breaks an invariant."""
        look = self._last_look
        look.decided(self.retained, result)
        if not self.driving.held:
            given = self._gateway.give_out(result.decisions, now_s)
            values = {decision.output: decision.value for decision in result.decisions}
            look.commanded(values, given, now_s, result)
        self.driving.write(now_s)
        if self.driving.held:
            given = self._gateway.command(self.program.failsafe, now_s, self.driving.why)
            look.commanded(self.program.failsafe, given, now_s, result)

    def moment(self) -> Moment:
        """Return the present moment in whole milliseconds: a recording of it is exact."""
        monotonic_s, wall_s = self._clock.monotonic_s(), self._clock.wall_s()
        found = self._site_clock.moment(whole_ms(wall_s) / 1000, whole_ms(monotonic_s) / 1000)
        trusted = self.trusts(wall_s, monotonic_s)
        return found if trusted else found._replace(wall_trusted=False)

    def activate(self, program: Program, retained: Retained) -> None:
        """Go on under other rules from the next scan on; `retained` was carried over to them."""
        same_points = program.rulebook.plant.points == self.program.rulebook.plant.points
        self.program, self.retained = program, without_memory(retained)
        self._last_look = LastLook(program, self._gateway.outputs)
        if not same_points:
            self.image = empty_image(program.rulebook.plant)
        self._site_clock = SiteClock(program.rulebook.plant.site)

    def write_safe(self) -> None:
        """Write the safe image to every scan device, as on an orderly stop.

        Raises the first DeviceError, after all had their turn.
        """
        failures = []
        for device in self.driving.devices:
            try:
                device.write_safe()
            except DeviceError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    def command_failsafe(self, reason: str) -> None:
        """Tell every device the failsafe of what it drives, as on an orderly stop."""
        self._gateway.command(self.program.failsafe, self._clock.monotonic_s(), reason)


def _trusts(wall_s: float, monotonic_s: float) -> bool:  # noqa: ARG001 - the shape of its betters
    """Trust the wall clock."""
    return True
