"""The world around the daemon: time, the plant, the devices, and what is wrong with them.

Nothing here knows the engine. `advance` is called when the daemon sleeps; faults lie over sensors
(`lay_over`), devices and clocks; whoever wants a process to die arms `dies_at`.
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Mapping
from pathlib import Path

from adapters.port import Reading
from adapters.simulated.inputs import BatteryMode, Commands, SgReady
from engine.language.types import NumberType
from engine.values.fact import Quality, Value
from tests.virtual.devices import Broken, Plc, Source
from tests.virtual.disk import VirtualDisk
from tests.virtual.house import House
from tests.virtual.miner import Firmware, Miner
from tests.virtual.site import METER, METER_FIELD, AsLoaded

LONGEST_STEP_S = 5.0
_DIGITS = {"W": 0, "°C": 1, "%": 1}
_CHANNELS = ("safety.channel_a", "safety.channel_b")
_SG_READY = {each.value: each for each in SgReady}
_BATTERY_MODE = {each.value: each for each in BatteryMode}
MINERS = ("miner1", "miner2")
WATCHDOG_SCANS = 4

Fault = Callable[[Reading], Reading]

_reading = tuple.__new__
"""Makes a Reading of its parts, in half the time."""


class KilledError(BaseException):
    """The process is gone, at this very place. No handler of the daemon may catch it."""

    def __init__(self, place: str, *, power: bool) -> None:
        """`power`: the machine went with it."""
        super().__init__(place)
        self.place = place
        self.power = power


class WorldClock:
    """The machine's clocks, as the daemon reads them; a port Clock."""

    def __init__(self, wall_s: float) -> None:
        """Begin at `wall_s`, Unix time."""
        self.true_s = 0.0
        """Seconds since the world began."""
        self.boot_s = -1000.0
        """When the monotonic clock was 0."""
        self.wall_begun_s = wall_s
        self.wall_error_s = 0.0

    def monotonic_s(self) -> float:
        """See `Clock`."""
        return self.true_s - self.boot_s

    def wall_s(self) -> float:
        """See `Clock`."""
        return self.wall_begun_s + self.true_s + self.wall_error_s

    def is_synchronised(self) -> bool:
        """Tell whether a time server has set the wall clock."""
        return self.wall_error_s == 0.0

    async def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        await asyncio.sleep(max(0.0, seconds))


class World:
    """One house, its devices, its machine, and whatever watches it."""

    def __init__(
        self, known: AsLoaded, seed: int, start_s: float, seconds: float, folder: Path
    ) -> None:
        """Build everything anew; the daemon is not there yet."""
        self.known = known
        self.folder = folder
        self.clock = WorldClock(start_s)
        self.house = House(seed, start_s, seconds)
        self.disk = VirtualDisk(self.reached)
        self.broken = Broken()
        self.relay_closed = True
        self.firmware = {name: Firmware() for name in MINERS}
        self._dies_at: tuple[str, bool] | None = None
        self.stalled_s = 0.0
        """How long the process stood still since the last scan, by no fault of its own."""
        self.stands_still_s = 0.0
        """For so long it stands still when it comes to `stands_still_at` next."""
        self.stands_still_at = "plc.read"
        self.held_in_write_s = 0.0
        """For so long it stood still while the image of this scan was written."""
        self.pass_through: Callable[[float], None] = lambda _: None
        """Hears of time before it passes, in steps."""
        self.on_image: Callable[[Mapping[str, Value], int], None] = lambda _image, _fresh: None
        self.log: Callable[[str], None] = lambda _: None
        self._faults: dict[str, list[Fault]] = {}
        self._laid_over: set[str] = set()
        self._battery_mode: Value | None = None
        self._shown: dict[str, Value] = {}
        """What sensors without a fault show, of what the house was and whether contacts closed."""
        self._shown_of: tuple[object, bool] = (None, False)
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._count = itertools.count()
        plant = known.loaded.program.rulebook.plant
        self._digits = {
            each.name: _DIGITS[each.unit.symbol]
            for each in plant.points
            if isinstance(each.type, NumberType) and each.unit and each.unit.symbol in _DIGITS
        }
        self._period_s = known.loaded.site.scan_period_s
        self._safe = {each.name: each.failsafe for each in plant.outputs}
        self.plc, self.sources = self._devices()

    @property
    def now_s(self) -> float:
        """Seconds since the world began."""
        return self.clock.true_s

    def monotonic_s(self) -> float:
        """Return the daemon's monotonic time."""
        return self.clock.monotonic_s()

    def miner(self, name: str) -> Miner:
        """Return the driver of a miner."""
        found = self.sources[name]
        assert isinstance(found, Miner)
        return found

    def new_devices(self) -> None:
        """Begin a new process: all drivers anew, all else as it stands."""
        outputs = self.plc.image
        self.plc, self.sources = self._devices()
        self.plc.image.update(outputs)

    # Faults

    def lay_over(self, point: str, fault: Fault) -> Callable[[], None]:
        """Let `fault` make of a sensor's reading what it likes; returns how to take it away."""
        faults = self._faults.setdefault(point, [])
        faults.append(fault)
        self._laid_over.add(point)

        def take_away() -> None:
            faults.remove(fault)
            if not faults:
                self._laid_over.discard(point)

        return take_away

    @property
    def dies_at(self) -> tuple[str, bool] | None:
        """Where the process dies when it comes there, and whether the power goes with it."""
        return self._dies_at

    @dies_at.setter
    def dies_at(self, place: tuple[str, bool] | None) -> None:
        self.disk.watch(place is not None and place[0].startswith("disk."))
        self._dies_at = place

    def at(self, seconds_from_now: float, action: Callable[[], object]) -> None:
        """Let something happen later."""
        heapq.heappush(self._due, (self.now_s + seconds_from_now, next(self._count), action))

    def reached(self, place: str) -> None:
        """Hear of a place in the program where the process may stand still or die."""
        if self.stands_still_s and place == self.stands_still_at:
            pause_s, self.stands_still_s = self.stands_still_s, 0.0
            self.stalled_s += pause_s
            self.held_in_write_s = pause_s if place == "plc.write" else 0.0
            self.advance(pause_s)
        if self._dies_at is not None and self._dies_at[0] == place:
            (_, power), self._dies_at = self._dies_at, None
            raise KilledError(place, power=power)

    def written(self, image: Mapping[str, Value], fresh: int) -> None:
        """Hear of an image that was written."""
        self.on_image(image, fresh)

    # Time

    def advance(self, seconds: float) -> None:
        """Let time pass, in steps that the physics and the sensors can follow."""
        while seconds > 0.0:
            dt_s = min(seconds, LONGEST_STEP_S)
            seconds -= dt_s
            if dt_s < 1e-6:
                self.clock.true_s += dt_s
                return
            self.pass_through(dt_s)
            self.house.advance(self._commands(dt_s), dt_s)
            self.clock.true_s += dt_s
            while self._due and self._due[0][0] <= self.now_s:
                heapq.heappop(self._due)[2]()
            self.plc.watch()
            for source in self.sources.values():
                source.tell()

    def _commands(self, dt_s: float) -> Commands:
        image, now_s, broken = self.plc.image, self.monotonic_s(), self.broken
        powers = []
        for name in MINERS:
            firmware = self.firmware[name]
            firmware.has_power = self.relay_closed
            powers.append(firmware.advance(dt_s))
        if "inverter" not in broken.deaf:
            self._battery_mode = self.sources["inverter"].in_force("battery_mode", now_s)
        return Commands(
            powers[0],
            powers[1],
            _SG_READY[str(image["sg_ready"])],
            _BATTERY_MODE[str(self._battery_mode or "normal")],
            float(image["rv1_target"]),
            float(image["rv2_target"]),
            image["p3_run"] is True and "p3" not in broken.stuck and not broken.without_flow,
            image["p4_run"] is True and "p4" not in broken.stuck,
            image["p5_run"] is True and "p5" not in broken.stuck,
        )

    # Sensors

    def truth(self, point: str) -> Value:
        """Return what is true of a point, to the digit that its sensor shows."""
        return self.truths()[point]

    def truths(self) -> Mapping[str, Value]:
        """Return what is true of all points; worked out when the house or a contact has moved."""
        points = self.house.points
        if points is not self._shown_of[0] or self.relay_closed is not self._shown_of[1]:
            shown = self._shown = dict(points)
            for point, digits in self._digits.items():
                shown[point] = round(points[point], digits) + 0.0  # type: ignore[arg-type] # a number
            shown.update(dict.fromkeys(_CHANNELS, self.relay_closed))
            self._shown_of = (points, self.relay_closed)
        if self.broken.without_flow:
            runs = self.plc.image["p3_run"] is True and "p3" not in self.broken.stuck
            return {**self._shown, "p3.running": runs}
        return self._shown

    def all_sensed(self, wires: Mapping[str, str]) -> list[Reading]:
        """Return what the sensors of a device's points show, by the field of each."""
        if self._laid_over and not self._laid_over.isdisjoint(wires.values()):
            return [self.sensed(point, field) for field, point in wires.items()]
        clock, truths, good = self.clock, self.truths(), Quality.GOOD
        now_s = clock.true_s - clock.boot_s
        return [
            _reading(Reading, (field, truths[point], good, now_s, ""))
            for field, point in wires.items()
        ]

    def sensed(self, point: str, field: str = "") -> Reading:
        """Return what the sensor of a point shows, under the name of the point or of a field."""
        clock = self.clock
        reading = Reading(
            field or point, self.truth(point), Quality.GOOD, clock.true_s - clock.boot_s
        )
        for fault in self._faults.get(point, ()):
            reading = fault(reading)
        return reading if reading.field == (field or point) else reading._replace(field=field)

    def _metered(self) -> list[Reading]:
        """Return what the meter before both miners shows; no miner can lie about it."""
        power_w = round(sum(float(self.house.points[f"{name}.power"]) for name in MINERS))
        return [Reading(METER_FIELD, float(power_w), Quality.GOOD, self.monotonic_s())]

    def _devices(self) -> tuple[Plc, dict[str, Source]]:
        sources: dict[str, Source] = {}
        plc: Plc | None = None
        for name, entry in self.known.entries.items():
            fields = self.known.fields[name]
            wires = {link.field: link.name for link in entry.facts}
            if name == "plc":
                safe = {link.field: self._safe[link.name] for link in entry.outputs}
                plc = Plc(wires, fields, safe, self, WATCHDOG_SCANS * self._period_s)
            elif name in MINERS:
                miner = Miner(name, wires, fields, self)
                miner.attach(self.firmware[name])
                sources[name] = miner
            else:
                sources[name] = Source(name, wires, fields, self)
        sources[METER].extra = self._metered
        assert plc is not None
        return plc, sources
