"""The store of retained state: what it finds at start, and when it saves (law 6, law 13).

At start, before the first image:

    slots           marker   the controller starts from
    whole           any      what was saved
    none            none     the state before the first scan ever: a new installation
    none            there    that state, with every latching trip latched
    all damaged     any      that state, with every latching trip latched

The marker says that this folder has held a state before. Who lost it cannot know that no trip was
latched, so all count as latched until a person has looked and reset them.

What was read is written anew before anybody hears of it: it may stand in the system's memory alone,
left there by a process that was killed before its flush, or by a flush that failed.

The last state of a process that ends in order says so. Where it does not, the process was killed or
lost its power, and what it switched since it saved is not known. So every output counts as switched
at the restart: minimum times are kept whatever happened, and no switch needs to be written.

Later a change of a trip is saved at once and into both slots, so that one damaged slot never loses
a latch; everything else once a minute and on stop. Saving runs in a thread of its own, newest
first; a disk that fails or hangs is counted and told, and stops no scan.
"""

import fcntl
import logging
import os
import threading
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from adapters.runtime.latches import latched_in
from adapters.runtime.slots import (
    DATA_BYTES_MAX,
    DIGEST_BYTES,
    SLOTS,
    Disk,
    SlotFile,
    force_folder,
)
from engine.control.program import Program
from engine.control.retained import Restored, RetainedError, restore, save
from engine.control.state import Retained, after_crash, initial, without_memory
from engine.control.trips import TripState
from engine.language.rulebook import Latch
from engine.values.moment import Moment

FILE = "retained.slots"
MARKER = "installed"
LOCK = "lock"
SAVE_EVERY_S = 60.0
RETRY_S = 5.0
"""After a save that failed."""

_INFLATED_MAX = 8_000_000
_NOT_ENDED = "the last process did not end in order: minimum on and off times count anew"

log = logging.getLogger(__name__)


class OccupiedError(Exception):
    """Another daemon holds this folder."""


@dataclass(slots=True)
class StoreCounters:
    """How saving went. `error` is the last failure's words, empty after a save that worked."""

    saves: int = 0
    failures: int = 0
    error: str = ""


@dataclass(slots=True)
class Store:
    """The folder of a running daemon: its lock and its retained state."""

    folder: Path
    disk: Disk | None = None
    counters: StoreCounters = field(default_factory=StoreCounters)
    is_kept: bool = False
    """The last save is on the medium."""
    _slots: SlotFile = field(init=False)
    _lock: int | None = None
    _usable: bool = False

    def __post_init__(self) -> None:
        """Name the files; nothing is opened yet."""
        self._slots = SlotFile(self.folder / FILE, self.disk)

    def occupy(self) -> None:
        """Make the folder and lock it. Raises OccupiedError if another daemon has it, OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = self.folder / LOCK
        try:
            self._lock = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:  # a disk that is full or read-only still keeps a second daemon out
            self._lock = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            self._lock = None
            raise OccupiedError(f"{self.folder} is held by another daemon") from None

    def restore(self, program: Program, digest: str, moment: Moment) -> Restored:
        """Return what to start from at `moment`; never raises for what stands on the disk."""
        known = self._was_here()
        try:
            found = self._slots.read()
        except FileNotFoundError:
            return self._begin(program, digest, moment, "is missing" if known else "")
        except OSError as error:
            return self._begin(program, digest, moment, f"cannot be read: {error}")
        if found.newest is None:
            return self._begin(program, digest, moment, "is damaged")
        try:
            inflated = zlib.decompressobj().decompress(found.newest.data, _INFLATED_MAX)
            restored = restore(program, inflated, moment)
        except (RetainedError, zlib.error) as error:
            return self._begin(program, digest, moment, f"cannot be used: {error}")
        self._usable = True
        notes = restored.notes
        if found.newest.digest != _digest(digest):
            notes = ("the rules were edited while the daemon was down", *notes)
        retained = restored.retained
        if not restored.ended:
            retained = after_crash(program, retained, moment.monotonic_s)
            notes = (_NOT_ENDED, *notes)
        if found.damaged:
            notes = (f"{found.damaged} of {SLOTS} slots of the retained state damaged", *notes)
        self._keep(program, digest, retained, copies=SLOTS)
        with suppress(OSError):
            self._mark()
        return Restored(retained, notes)

    def _begin(self, program: Program, digest: str, moment: Moment, lost: str) -> Restored:
        """Start anew, latched unless this is a new installation, with a file of its own."""
        retained = initial(program)
        notes: tuple[str, ...] = ()
        if lost:
            retained = all_latched(program, retained, moment.monotonic_s)
            retained = after_crash(program, retained, moment.monotonic_s)
            notes = (f"the retained state {lost}: every latching trip counts as latched",)
            with suppress(OSError):  # the marker first: never leave neither of the two
                self._mark()
                self._slots.path.replace(self._slots.path.with_suffix(".unreadable"))
        if self._keep(program, digest, retained, copies=SLOTS):
            with suppress(OSError):
                self._mark()
        return Restored(retained, notes)

    def _was_here(self) -> bool:
        """Tell whether there was a state here before; a disk that cannot tell counts as yes."""
        try:
            return (self.folder / MARKER).exists()
        except OSError:
            return True

    def _mark(self) -> None:
        """Note for all time that there was a state here. Raises OSError."""
        if not (self.folder / MARKER).exists():
            (self.folder / MARKER).touch(mode=0o600)
            force_folder(self.folder)

    def save(
        self,
        program: Program,
        digest: str,
        retained: Retained,
        *,
        urgent: bool,
        ended: bool = False,
    ) -> bool:
        """Save; what is `urgent` into every slot. Returns whether it is on the medium.

        `ended` says that it is the last state of a process that ends in order.
        """
        return self._keep(program, digest, retained, copies=SLOTS if urgent else 1, ended=ended)

    def _keep(
        self, program: Program, digest: str, retained: Retained, *, copies: int, ended: bool = False
    ) -> bool:
        try:
            data = _fitting(program, retained, ended=ended)
            if not self._usable:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._slots.create(_digest(digest), data)
            else:
                self._slots.save(_digest(digest), data, copies=copies)
        except (OSError, ValueError) as error:
            self.counters.failures += 1
            self.counters.error = str(error)
            log.error("retained state not saved: %s", error)  # noqa: TRY400 - told, not traced
            self.is_kept = False
            return False
        self._usable = self.is_kept = True
        self.counters.saves += 1
        self.counters.error = ""
        return True

    def close(self) -> None:
        """Close the file and give the folder free."""
        self._slots.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def all_latched(program: Program, retained: Retained, now_s: float) -> Retained:
    """Return the state with every trip latched that can latch."""
    trips = tuple(
        state if trip.latch is Latch.NO else TripState(True, now_s)
        for trip, state in zip(program.rulebook.trips, retained.trips, strict=True)
    )
    return replace(retained, trips=trips)


def _digest(rules: str) -> bytes:
    return bytes.fromhex(rules)[:DIGEST_BYTES].ljust(DIGEST_BYTES, b"\0")


def _fitting(program: Program, retained: Retained, *, ended: bool) -> bytes:
    """Return the state as it is kept; if it is too large, without windows, which fill again."""
    data = zlib.compress(save(program, retained, ended=ended))
    if len(data) > DATA_BYTES_MAX:
        empty = replace(retained, windows=(None,) * len(retained.windows))
        data = zlib.compress(save(program, empty, ended=ended))
        log.warning("retained state too large: averages and rates are not kept")
    return data


class Saver(Protocol):
    """Whoever saves, now or soon."""

    owes: bool
    """The last save failed: what it should have kept is not on the medium."""
    durable: frozenset[str]
    """The trips that are latched on the medium."""

    def hand_in(
        self, program: Program, retained: Retained, urgent: bool, *, ended: bool = False
    ) -> None:
        """Take a state to save; returns at once. `ended`: no scan comes after it."""
        ...


class Keeper:
    """Decides after each scan whether its state is saved; hands it to `saver` and returns."""

    def __init__(self, saver: Saver, program: Program, retained: Retained, now_s: float) -> None:
        """`retained` is what stands on the disk at monotonic `now_s`."""
        self._saver = saver
        self._program = program
        self._trips = retained.trips
        self._asked_s, self._due_s = now_s, now_s + SAVE_EVERY_S

    def look(self, program: Program, retained: Retained) -> None:
        """Hear of the state after a scan, or after a reload."""
        urgent = retained.trips != self._trips or program is not self._program
        if self._saver.owes and not urgent:
            self._due_s = min(self._due_s, self._asked_s + RETRY_S)
        if urgent or retained.at_s >= self._due_s:
            self._trips, self._program = retained.trips, program
            self._asked_s, self._due_s = retained.at_s, retained.at_s + SAVE_EVERY_S
            self._saver.hand_in(program, without_memory(retained), urgent or self._saver.owes)


class SavingThread:
    """Saves in the background: the newest state handed in, and nothing twice."""

    def __init__(
        self, store: Store, digest: Callable[[], str], durable: frozenset[str] = frozenset()
    ) -> None:
        """Save into `store`; `digest` tells of which rules the state is.

        `durable` are the latches that were restored, if the store has written them anew.
        """
        self._store = store
        self._digest = digest
        self._ready = threading.Condition()
        self._waiting: tuple[Program, Retained, bool, bool] | None = None
        self._ending = False
        self.durable = durable if store.is_kept else frozenset()
        """The trips that are latched on the medium."""
        self.owes = not store.is_kept
        self._thread = threading.Thread(target=self._work, name="store", daemon=True)
        self._thread.start()

    def hand_in(
        self, program: Program, retained: Retained, urgent: bool, *, ended: bool = False
    ) -> None:
        """Take a state to save; returns at once. An older one that still waits is passed over."""
        with self._ready:
            urgent = urgent or (self._waiting is not None and self._waiting[2])
            self._waiting = (program, retained, urgent, ended)
            self._ready.notify()

    def _work(self) -> None:
        while True:
            with self._ready:
                while self._waiting is None and not self._ending:
                    self._ready.wait()
                if self._waiting is None:
                    return
                (program, retained, urgent, ended), self._waiting = self._waiting, None
            self.owes = not self._store.save(
                program, self._digest(), retained, urgent=urgent, ended=ended
            )
            if not self.owes:
                self.durable = latched_in(program, retained)

    def close(self, timeout_s: float) -> bool:
        """Save what waits and end. Returns False if the disk did not answer in time."""
        with self._ready:
            self._ending = True
            self._ready.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()
