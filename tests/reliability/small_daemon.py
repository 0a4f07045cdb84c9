"""A whole daemon on a small site that trips and resets by itself, and what is seen of it outside.

The child says what its PLC is told and what it knows to be on the medium:

    ! W safe, W on, W off    an image was written
    > trip, > reset          the safety relay opens; a person confirms a reset
    < latched, < released    it is on the medium
    = up 1 12                first scan complete: latched or not, entries found in the journal
    < journal 14             so many entries are on the medium

From these the parent judges: the first image is the safe one, a latch that was on the medium is
there in the next life, nothing is switched on until it is reset, and no entry is lost.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from adapters.runtime import reset, starts
from adapters.runtime.driving import Driving
from adapters.runtime.operations import Operations
from adapters.runtime.ring import FILE, read
from adapters.runtime.service import Service
from adapters.runtime.store import Store
from adapters.runtime.system_clock import SystemClock
from engine.control.program import Program
from engine.control.retained import Restored
from engine.control.scan import Scan
from engine.control.state import initial
from tests.making.daemons import SITE, Plc, Site
from tests.reliability.children import Say

TRIP = "safety_relay"
SABOTAGES = ("no-latch-load", "no-safe-image")


@dataclass(slots=True)
class Judge:
    """What the parent knows of the lives so far."""

    latched: bool | None = False
    """On the medium for certain; None while a change is under way."""
    entries: int = 0
    count: int = 0
    """Latches and entries that were acknowledged."""
    lost: list[str] = field(default_factory=list)
    _fresh: bool = False

    def begin(self) -> None:
        """Hear that a new life begins."""
        self._fresh = True

    def hear(self, line: str) -> None:
        """Take in one line."""
        sign, what, *rest = line.split(" ")
        match sign, what:
            case "!", "W":
                self._look_at_image(rest[0])
            case ">", _:
                self.latched = None
            case "<", "journal":
                self.count += int(rest[0]) - self.entries
                self.entries = int(rest[0])
            case "<", _:
                self.latched = what == "latched"
                self.count += 1
            case _:
                self._look_at_start(rest[0] == "1", int(rest[1]))

    def _look_at_image(self, image: str) -> None:
        if self._fresh and image != "safe":
            self.lost.append(f"the first image is {image}")
        if self.latched and image == "on":
            self.lost.append("switched on while latched")
        self._fresh = False

    def _look_at_start(self, latched: bool, entries: int) -> None:
        if self.latched is not None and latched != self.latched:
            told = "is gone" if self.latched else "came from nowhere"
            self.lost.append(f"the latch {told}")
        if entries < self.entries:
            self.lost.append(f"{self.entries} entries were on the disk, {entries} are there")
        self.latched, self.entries = latched, entries


class LoudPlc(Plc):
    """A process image that says what is written into it."""

    def __init__(self, say: Say) -> None:
        super().__init__()
        self._say = say
        self._last = ""

    def write(self, now_s: float) -> None:
        del now_s
        self._tell("on" if self.relay else "off")

    def write_safe(self) -> None:
        self._tell("safe")

    def _tell(self, image: str) -> None:
        if image != self._last:
            self._say(f"! W {image}")
        self._last = image


class Life:
    """One life of the daemon: what happens in it is drawn by a seed."""

    def __init__(self, service: Service, plc: Plc, say: Say, seed: int, found: int) -> None:
        """Listen to `service`; `found` entries stood in the journal before."""
        self._service = service
        self._plc = plc
        self._say = say
        self._chance = random.Random(seed)  # noqa: S311 - a fault is drawn, not a secret
        self._found = found
        self._durable: bool | None = None
        self._entries = found
        daemon = service.daemon
        self._operations = Operations(daemon.cycle, SystemClock(), lambda: "nonce")
        self._operations.tell = service.journal.tell
        service.kept.join("resets", self._operations)
        daemon.listen("operations", self._operations.after)
        daemon.listen("life", self.after)

    def after(self, scan: Scan) -> None:
        """Say what has become durable, and let something happen."""
        latched = scan.retained.trips[0].latched
        if self._durable is None:
            self._say(f"= up {int(latched)} {self._found}")
            self._durable = latched
        durable = TRIP in self._service.saving.durable
        if durable != self._durable and durable == latched:
            self._durable = durable
            self._say("< latched" if durable else "< released")
        entries = self._service.journal._ring._end.sequence
        if entries > self._entries:
            self._entries = entries
            self._say(f"< journal {entries}")
        if not latched and self._chance.random() < 0.2:
            self._say("> trip")
            self._plc.safe = False
        elif latched and not self._plc.safe and self._chance.random() < 0.4:
            self._plc.safe = True
        elif latched and self._plc.safe and durable and self._chance.random() < 0.2:
            self._reset(scan)

    def _reset(self, scan: Scan) -> None:
        if not any(alarm.kind.value == "latched" for alarm in scan.trace.alarms):
            return  # its cause lasts until the next scan
        nonce = self._operations.arm_reset(TRIP, "anna")
        self._say("> reset")
        self._operations.confirm_reset(TRIP, "anna", nonce)


def small_site(folder: Path) -> Site:
    """Write the files of a site that scans every 20 ms; its clock is the machine's."""
    site = Site(folder)
    (folder / "site.yaml").write_text(SITE.replace("500 ms", "20 ms"), "utf-8")
    site.clock = SystemClock()  # type: ignore[assignment] # tests elsewhere move it by hand
    return site


def live(site: Site, seed: int, sabotage: str = "") -> Callable[[Say], None]:
    """Return a life of the daemon that only a kill ends."""

    def body(say: Say) -> None:
        # A person resets less often, and whoever is killed so often would be in safe mode.
        mock.patch.object(reset, "RESETS_MAX", 10**9).start()
        mock.patch.object(starts, "UNCLEAN_MAX", 10**9).start()
        if sabotage == "no-latch-load":
            mock.patch.object(Store, "restore", _forget).start()
        if sabotage == "no-safe-image":
            mock.patch.object(Driving, "begin").start()
        site.plc = LoudPlc(say)
        journal = site.folder / "state" / FILE
        records = read(journal).records if journal.exists() else ()
        service = Service(site.load(), site.clock)
        Life(service, site.plc, say, seed, records[-1].sequence if records else 0)
        asyncio.run(service.daemon.run())

    return body


def _forget(store: Store, program: Program, digest: str, moment: object) -> Restored:
    """Start as if there had never been a state."""
    del moment
    store.save(program, digest, initial(program), urgent=True)
    return Restored(initial(program), ())
