"""The oracle: I1 to I15 judged from outside after every scan, with nothing of the engine.

It knows asp1's limits by its own lines, what devices published (the gateway's own ears), what was
written and commanded, what was told to people, and what stands on the simulated disk.
"""

import json
import math
import struct
import zlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from adapters.port import Reading
from engine.language.plant import Plant
from engine.values.fact import Quality, Value
from tests.virtual.world import MINERS, World

CIRCUIT_W = 5800.0
MIN_OFF_S = {"p4": 60.0, "p5": 60.0, "miner1": 300.0, "miner2": 300.0}
PUMPS = ("p4", "p5")
PUMP_FIRST_S = 30.0
AT_ONCE_S = 0.1
HOUR_S, CHANGES_MAX = 3600.0, 12
_SLOT = 65_536
_NEVER = (None, 0.0)
_NO_NUMBER = (bool, str)
_HEAD = struct.Struct("<8sQI32sI")


class Violation(NamedTuple):
    """Which invariant was broken, when (seconds of the world), and how."""

    invariant: str
    at_s: float
    text: str


class Kept(NamedTuple):
    """What one slot of the disk says."""

    sequence: int
    latched: frozenset[str]


Known = tuple[Value | None, float]
"""The last reading of a point: what may be believed of it, and when it was measured."""


def kept_in(content: bytes) -> tuple[Kept, ...]:
    """Return what the whole slots of a file hold, the newest last; read by our own rules."""
    found = []
    for start in range(0, len(content), _SLOT):
        slot = bytes(content[start : start + _SLOT])
        if len(slot) < _HEAD.size:
            continue
        magic, sequence, length, digest, crc = _HEAD.unpack_from(slot)
        data = slot[_HEAD.size : _HEAD.size + length]
        head = struct.pack("<8sQI32s", magic, sequence, length, digest)
        if magic == b"ThermIQ1" and len(data) == length and zlib.crc32(head + data) == crc:
            trips = json.loads(zlib.decompress(data))["trips"]
            found.append(Kept(sequence, frozenset(k for k, state in trips.items() if state[0])))
    return tuple(sorted(found))


class Oracle:
    """Watches one world through all lives of its daemon."""

    def __init__(self, world: World, plant: Plant) -> None:
        """Trust nobody; `plant` only says what a point or an output may be."""
        self.world = world
        self.violations: list[Violation] = []
        self.scans = 0
        self.latched: set[str] = set()
        self.told: set[str] = set()
        self.granted: list[str] = []
        """Trips for which a full handshake was answered with yes, and no scan heard yet."""
        self._ranges = {each.name: each for each in plant.outputs}
        self._driven = [(link.name, link.field) for link in world.known.entries["plc"].outputs]
        self._fitting: dict[str, Value] = {}
        """The last image that was looked at."""
        self._declared = {
            each.name: (
                each.max_age_s,
                -math.inf if each.low is None else each.low,
                math.inf if each.high is None else each.high,
            )
            for each in plant.points
        }
        self._points: dict[str, Known] = {}
        self._now_s = 0.0
        """Monotonic seconds of the scan that is judged."""
        self._off_since: dict[str, float] = {}
        self._was_on: dict[str, bool] = {}
        self._p3_since = math.inf
        self._p3_ran_s = 0.0
        self._quiet: dict[str, int] = {}
        self._demand = dict.fromkeys(MINERS, 0.0)
        self._changes: dict[str, deque[float]] = {name: deque() for name in MINERS}
        self._writes = dict.fromkeys(MINERS, 0)
        self._last_s: float | None = None
        self._hurries = False
        self._period_s = world.known.loaded.site.scan_period_s
        self._first = True
        self._wires: dict[str, dict[str, str]] = {}
        world.on_image = self._written

    # What it hears

    def born(self, names: Sequence[str], *, marked: bool) -> None:
        """Hear that a process starts; `marked`: there was a state here before."""
        content = self.world.disk.files.get("retained.slots")
        slots = kept_in(bytes(content)) if content is not None else ()
        if slots:
            self.latched = set(slots[-1].latched)
        elif marked:
            self.latched = {name for name in names if name != ""}
        missing = (self.told - self.latched) if slots else set()
        for trip in missing:
            self._broken("I2 I10", f"{trip} was told as latched and is not on the disk")
        self.told = set(self.latched)
        self._points.clear()
        self._hurries, self.world.held_in_write_s = False, 0.0
        if self._p3_since < math.inf and self._last_s is not None:
            self._p3_ran_s = self._last_s - self._p3_since  # time state survives (law 13)
        self._p3_since, self._last_s, self._first = math.inf, None, True
        self._demand = dict.fromkeys(MINERS, 0.0)

    def died(self) -> None:
        """Hear that the process is gone: the kernel has set the outputs to 0 (I7)."""
        for pump in PUMPS:
            if self._was_on.get(pump):
                self._was_on[pump], self._off_since[pump] = False, self.world.now_s

    def hear(self, device: str, readings: Sequence[Reading]) -> None:
        """Hear what a device published; a gateway's listener."""
        entry = self.world.known.entries[device]
        names = self._wires.get(device)
        if names is None:
            names = self._wires[device] = {link.field: link.name for link in entry.facts}
        points, good = self._points, Quality.GOOD
        for field, value, quality, at_s, _ in readings:
            name = names.get(field)
            if name is not None:
                known = points.get(name)
                if known is None or at_s >= known[1]:
                    points[name] = (value if quality is good else None, at_s)

    def _written(self, image: Mapping[str, Value], fresh: int) -> None:
        if fresh != len(image):
            self._broken("I8", f"{fresh} of {len(image)} outputs were decided by this scan")
        if self._first and image != self.world.plc.safe:
            self._broken("I8", f"the first image is not the safe one: {dict(image)}")
        self._first = False

    def told_of(self, alarms: Sequence[tuple[str, str]]) -> None:
        """Hear (kind, subject) of the alarms that people are told."""
        for kind, subject in alarms:
            if kind == "latched":
                self.told.add(subject)

    # What it asks

    def value(self, point: str) -> Value | None:
        """Return what may be believed of a point in this scan, None if nothing."""
        value, at_s = self._points.get(point, _NEVER)
        if value is None:
            return None
        limit_s, low, high = self._declared[point]
        if self._now_s - at_s > limit_s + 1e-6:
            return None
        if isinstance(value, _NO_NUMBER):
            return value
        return value if low <= value <= high else None

    def _is(self, point: str, holds: Callable[[float], bool]) -> bool | None:
        value = self.value(point)
        return None if value is None else holds(float(value))

    def _above(self, point: str, limit: float) -> bool | None:
        value = self.value(point)
        return None if value is None else float(value) > limit

    def causes(self) -> dict[str, bool | None]:
        """Return the trips of asp1 that can be judged from one scan."""
        a, b = self.value("safety.channel_a"), self.value("safety.channel_b")
        relay = True if a is False or b is False else (None if None in (a, b) else False)
        found: dict[str, bool | None] = {
            "safety_relay": relay,
            "safety_discrepancy": None if None in (a, b) else False,
            "water_too_hot": self._above("water.supply_temperature", 82.0),
        }
        for miner in MINERS:
            hot = self._above(f"{miner}.board_temperature", 92.0)
            draws = self._above(f"{miner}.power", 300.0)
            known = False if False in (hot, draws) else (None if None in (hot, draws) else True)
            found[f"{miner}_board_too_hot"] = known
        return found

    def after(self, resets: Sequence[str], decided_s: float) -> None:
        """Judge a complete scan of monotonic `decided_s`, which heard `resets`."""
        self.scans += 1
        now_s = self._now_s = self.world.monotonic_s()
        self._time(now_s)
        held_s, self.world.held_in_write_s = self.world.held_in_write_s, 0.0
        self._hurries = held_s > 2 * self._period_s
        causes = self.causes()
        for trip in resets:
            if trip not in self.granted:
                self._broken("I2", f"{trip} was reset without its handshake")
            else:
                self.granted.remove(trip)
            if causes.get(trip, False) is False or held_s:
                self.latched.discard(trip)
                self.told.discard(trip)
                self._quiet[trip] = 2
        self.latched |= {trip for trip, cause in causes.items() if cause is True}
        wanted = {name: self.world.miner(name).wanted_w(now_s) or 0.0 for name in MINERS}
        image = self.world.plc.image
        if not held_s:  # else facts grew old in writing; after long the next scan comes at once
            self._judge(causes, wanted, now_s)
        self._times(image, wanted, self.world.now_s - (now_s - decided_s))
        self._demand = wanted

    def _judge(
        self, causes: Mapping[str, bool | None], wanted: Mapping[str, float], now_s: float
    ) -> None:
        image = self.world.plc.image
        self._trips(causes, wanted)
        if not self.world.broken.unwritable:  # else the kernel's watchdog takes the outputs to 0
            self._valves(image, wanted)
        self._permissives(wanted, now_s)
        self._values(wanted, now_s)

    # The invariants

    def _time(self, now_s: float) -> None:
        """I13: no two scans further apart than the kernel's watchdog would bear unseen."""
        period_s = self._period_s
        gap_s = 0.0 if self._last_s is None else now_s - self._last_s
        if gap_s > 2 * period_s and not self.world.stalled_s >= gap_s - 2 * period_s:
            self._broken("I13", f"{gap_s:.1f} s without a scan, and nothing held it up")
        if self._hurries and gap_s - self.world.stalled_s > AT_ONCE_S:
            self._broken("I13", f"what was held up in writing drove for {gap_s:.1f} s more")
        self._last_s, self.world.stalled_s = now_s, 0.0

    def _trips(self, causes: Mapping[str, bool | None], wanted: Mapping[str, float]) -> None:
        """I1 and I3: who is tripped or latched wants nothing, nor just after a reset."""
        if not self._quiet and not any(wanted.values()):
            return
        for trip, cause in causes.items():
            quiet = self._quiet.get(trip, 0)
            if quiet > 1:
                self._quiet[trip] = quiet - 1
            elif quiet:
                del self._quiet[trip]
            own = trip.partition("_")[0]
            for miner in MINERS if own not in MINERS else (own,):
                if (cause is not False or trip in self.latched) and wanted[miner] > 0.0:
                    what = "latched" if trip in self.latched else f"cause {cause}"
                    self._broken("I1", f"{miner} wants {wanted[miner]:.0f} W, {trip} {what}")
                elif quiet and wanted[miner] > self._demand[miner]:
                    self._broken("I3", f"{miner} starts with the reset of {trip}")

    def _valves(self, image: Mapping[str, Value], wanted: Mapping[str, float]) -> None:
        """I4: combinations that must never be written."""
        rv1, rv2 = float(image["rv1_target"]), float(image["rv2_target"])
        if rv1 > 5.0 and rv2 > 5.0:
            self._broken("I4", f"both ways open: {rv1:g} % and {rv2:g} %")
        if any(wanted.values()) and max(rv1, rv2) < 95.0:
            self._broken("I4", f"heat without a way: {rv1:g} % and {rv2:g} %")
        if any(wanted.values()) and image["p3_run"] is not True:
            self._broken("I4", "heat without P3")
        if image["sg_ready"] == "locked" and self._is("outside.temperature", lambda v: v < 3.0):
            self._broken("I4", "the heat pump is locked in frost")
        if image["p5_run"] is True and self._is("hotwater.top", lambda v: v <= 68.0) is not True:
            self._broken("I4 I6", "P5 loads, and the hot water is hot or unknown")

    def _permissives(self, wanted: Mapping[str, float], now_s: float) -> None:
        """I5, I6 and I11: heat needs flow and a sink that are seen, fresh, to go on or to start."""
        running = self.value("p3.running")
        if running is not True:
            self._p3_since, self._p3_ran_s = math.inf, 0.0
        elif self._p3_since == math.inf:
            self._p3_since = now_s - self._p3_ran_s
        if not any(wanted.values()):
            return
        ways = [self._is(f"{way}.position", lambda v: v >= 40.0) for way in ("rv1", "rv2")]
        wide = [self._is(f"{way}.position", lambda v: v > 90.0) for way in ("rv1", "rv2")]
        for miner, power_w in wanted.items():
            if power_w <= 0.0:
                continue
            if running is not True or True not in ways:
                self._broken("I5 I6", f"{miner} heats, P3 {running}, ways {ways}")
            if self._demand[miner] > 0.0:
                continue
            if now_s - self._p3_since < PUMP_FIRST_S - 1e-6:
                self._broken("I5", f"{miner} starts {now_s - self._p3_since:.1f} s after P3")
            cool = (
                self._is("water.supply_temperature", lambda v: v < 70.0),
                self._is(f"{miner}.board_temperature", lambda v: v < 70.0),
                True in wide,
            )
            if cool != (True, True, True):
                self._broken("I5 I11", f"{miner} starts without a sink: {cool}")

    def _values(self, wanted: Mapping[str, float], now_s: float) -> None:
        """I9, I14 and I15: limits of the circuit, of each output, and of the connection."""
        if sum(wanted.values()) > CIRCUIT_W + 1e-6:
            self._broken("I9", f"the miners want {sum(wanted.values()):.0f} W together")
        for miner, power_w in wanted.items():
            if power_w != 0.0 and not 1700.0 <= power_w <= 3300.0:
                self._broken("I14", f"{miner} wants {power_w} W")
        self._wear()
        image = self.world.plc.image
        for name, field in self._driven if image != self._fitting else ():
            if not self._ranges[name].holds(image[field]):
                self._broken("I14", f"{name} is {image[field]}")
        self._fitting = dict(image)
        charging = self.world.sources["inverter"].in_force("battery_mode", now_s) == "charge"
        if charging and self._is("grid.power", lambda v: v > 14_000.0) is not False:
            self._broken("I15", "charging beside a connection that is loaded or unknown")

    def _wear(self) -> None:
        """F59: each change of a target is a write to a miner's flash, by whatever life of ours."""
        now_s = self.world.now_s
        for miner, changes in self._changes.items():
            writes = self.world.firmware[miner].writes
            changes.extend([now_s] * (writes - self._writes[miner]))
            self._writes[miner] = writes
            while changes and changes[0] <= now_s - HOUR_S:
                changes.popleft()
            if len(changes) > CHANGES_MAX:
                self._broken("F59", f"{miner} was given {len(changes)} targets within an hour")
                changes.clear()

    def _times(self, image: Mapping[str, Value], wanted: Mapping[str, float], at_s: float) -> None:
        """I7: who was switched off stays off for its time."""
        on = {miner: power_w > 0.0 for miner, power_w in wanted.items()}
        on |= {pump: image[f"{pump}_run"] is True for pump in PUMPS}
        for name, is_on in on.items():
            if not is_on and self._was_on.get(name):
                self._off_since[name] = at_s
            elif is_on and not self._was_on.get(name) and name in self._off_since:
                off_s = at_s - self._off_since[name]
                if off_s < MIN_OFF_S[name] - 1e-6:
                    self._broken("I7", f"{name} was off for {off_s:.1f} s only")
        self._was_on = on

    def _broken(self, invariant: str, text: str) -> None:
        self.violations.append(Violation(invariant, self.world.now_s, text))
        self.world.log(f"VIOLATION {invariant}: {text}")
