"""The journal: what happened to this controller, for whoever asks afterwards. On the disk at once.

A scan or a request tells of it and goes on; a thread writes into a ring of fixed size (`ring.py`),
everything that waits with one flush to the medium. While the disk refuses, entries wait in order
and are tried again; when too many wait, the newest are counted instead.

A source that chatters gets 12 entries an hour and then one that counts the rest; alarms about the
controller itself, refusals and clock steps get 100 an hour all together. What a person must find,
however often, is not counted: starts and ends, latches, resets, rules that go live.
"""

import json
import logging
import math
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from pathlib import Path
from typing import NamedTuple

from adapters.port import Clock
from adapters.runtime.ring import DATA_BYTES_MAX, FILE, LAYOUT, Framed, Read, Ring
from adapters.runtime.slots import Disk

WAITING_MAX = 1000
RETRY_S = 5.0
ENTRIES_AN_HOUR = 12
COMMON_AN_HOUR = 100
"""Of what is `COMMON`, from all sources together: each entry costs the flash a block."""
HOUR_S = 3600.0
SOURCES_MAX = 200
"""More sources at a time share one allowance."""
_LETTERS_MAX = 300
_WORDS_MAX = 64
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

log = logging.getLogger(__name__)


class Kind(Enum):
    """What sort of thing happened."""

    START = "start"
    END = "end"
    BOOT = "boot"
    """The machine itself was started anew since the last entry."""
    GAP = "gap"
    """Entries are missing here, or a write was cut short."""
    STATE = "state"
    """What became of the retained state at the start."""
    TRIP = "trip"
    TRIP_OVER = "trip over"
    LATCH = "latch"
    """A latch is on the disk: it outlives a power cut from now on."""
    NOT_DURABLE = "latch not durable"
    RESET_ARMED = "reset armed"
    RESET_CONFIRMED = "reset confirmed"
    REFUSED = "refused"
    MODE = "mode"
    OVERRIDE = "override"
    OVERRIDE_ENDED = "override withdrawn"
    SEEN = "alarm acknowledged"
    RULES = "rules"
    RULES_BACK = "rules taken back"
    CLOCK = "clock"
    ALARM = "alarm"
    ALARM_OVER = "alarm over"
    COUNT = "count"
    """So many more of one sort came than were written."""


UNCOUNTED = frozenset(
    {
        *(Kind.START, Kind.END, Kind.BOOT, Kind.GAP, Kind.COUNT, Kind.LATCH),
        *(Kind.RESET_CONFIRMED, Kind.RULES, Kind.RULES_BACK),
    }
)

COMMON = frozenset({Kind.ALARM, Kind.ALARM_OVER, Kind.REFUSED, Kind.CLOCK})
"""What comes of itself, from many sources when links are bad; trips and people are not among it."""

Tell = Callable[[Kind, str, str, str], None]
"""Takes what happened, to what, in words, and who did it; returns at once."""


def tell_nobody(kind: Kind, subject: str, text: str, by: str) -> None:
    """Keep no journal."""


class Entry(NamedTuple):
    """One line of the journal. `by` is a person, empty if nobody did it."""

    kind: str
    subject: str = ""
    text: str = ""
    by: str = ""


def to_data(entry: Entry) -> bytes:
    """Return an entry as a record holds it; what is too long is cut."""
    kind, subject, text, by = entry
    for letters in (_LETTERS_MAX, _LETTERS_MAX // 4):
        words = [kind, subject[:_WORDS_MAX], text[:letters], by[:_WORDS_MAX]]
        data = json.dumps(words, ensure_ascii=False).encode("utf-8", "replace")
        if len(data) <= DATA_BYTES_MAX:
            return data
    return json.dumps([kind, "", "", ""]).encode()


def from_data(data: bytes) -> Entry:
    """Return the entry of a record. Raises ValueError if it is none."""
    try:
        kind, subject, text, by = json.loads(data)
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(f"no entry of a journal: {error}") from error
    return Entry(str(kind), str(subject), str(text), str(by))


def boot_id(path: Path = _BOOT_ID) -> bytes:
    """Return what tells this boot of the machine from others; zeros where nobody knows."""
    try:
        return uuid.UUID(path.read_text("ascii").strip()).bytes
    except (OSError, ValueError):
        return bytes(16)


@dataclass(slots=True)
class _Source:
    """How much one source has said in the hour that began with its first entry."""

    since_s: float
    written: int = 0
    passed_over: int = 0


@dataclass(slots=True)
class Allowance:
    """Who may write now, and what is to be counted."""

    sources: dict[tuple[Kind, str], _Source] = field(default_factory=dict)
    common: _Source = field(default_factory=lambda: _Source(-math.inf))
    """What sources of what is `COMMON` have written in this hour."""

    def admits(self, kind: Kind, subject: str, now_s: float) -> bool:
        """Tell whether an entry is written; otherwise it is counted."""
        if kind in UNCOUNTED:
            return True
        key = (kind, subject)
        if key not in self.sources and len(self.sources) >= SOURCES_MAX:
            key = (kind, "others")
        source = self.sources.setdefault(key, _Source(now_s))
        if source.written < ENTRIES_AN_HOUR and (kind not in COMMON or self._has_room(now_s)):
            source.written += 1
            return True
        source.passed_over += 1
        return False

    def _has_room(self, now_s: float) -> bool:
        """Take one off what all sources may write together; tell whether it was there."""
        if now_s - self.common.since_s >= HOUR_S:
            self.common = _Source(now_s)
        self.common.written += 1
        return self.common.written <= COMMON_AN_HOUR

    def counted(self, now_s: float, *, all_of_them: bool = False) -> list[Entry]:
        """Return what is to be told of hours that are over, and begin them anew."""
        over = {
            key: source
            for key, source in self.sources.items()
            if all_of_them or now_s - source.since_s >= HOUR_S
        }
        for key in over:
            del self.sources[key]
        return [
            Entry(Kind.COUNT.value, subject, f"{source.passed_over} more of `{kind.value}`")
            for (kind, subject), source in over.items()
            if source.passed_over
        ]


class Journal:
    """The journal of a running daemon. `error` says why entries wait, empty if none do."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        boot: bytes,
        *,
        about: str = "",
        disk: Disk | None = None,
        retry_s: float = RETRY_S,
    ) -> None:
        """Write into `folder`; `about` says in the first entry what starts. Starts the thread."""
        self.error = ""
        self.written = 0
        """Entries on the disk."""
        self._ring = Ring(folder / FILE, disk)
        self._clock = clock
        self._boot = boot
        self._retry_s = retry_s
        self._ready = threading.Condition()
        self._waiting: list[Framed] = []
        self._passed_over = 0
        self._allowance = Allowance()
        self._ending = False
        self._opened = False
        self._about = about
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    def tell(self, kind: Kind, subject: str = "", text: str = "", by: str = "") -> None:
        """Note what happened; returns at once, from whatever thread."""
        now_s = self._clock.monotonic_s()
        with self._ready:
            for entry in self._allowance.counted(now_s):
                self._hand_in(entry)
            if self._allowance.admits(kind, subject, now_s):
                self._hand_in(Entry(kind.value, subject, text, by))

    def look(self, now_s: float) -> None:
        """Write the counts of hours that are over at monotonic `now_s`; called after every scan."""
        with self._ready:
            for entry in self._allowance.counted(now_s):
                self._hand_in(entry)

    def close(self, text: str = "", *, clean: bool = True, timeout_s: float = 2.0) -> bool:
        """Note the end and write what waits. Returns False if it is not all on the disk."""
        now_s = self._clock.monotonic_s()
        with self._ready:
            for entry in self._allowance.counted(now_s, all_of_them=True):
                self._hand_in(entry)
            self._hand_in(Entry(Kind.END.value, CLEAN if clean else FAILED, text))
            self._ending = True
            self._ready.notify()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            return False
        self._ring.close()
        return not self._waiting

    def _framed(self, entry: Entry) -> Framed:
        times = (self._clock.monotonic_s(), self._clock.wall_s())
        return Framed(0, *times, self._boot, to_data(entry))

    def _hand_in(self, entry: Entry) -> None:
        """Let an entry wait for the thread; the lock is held."""
        if len(self._waiting) >= WAITING_MAX:
            self._passed_over += 1
            return
        if self._passed_over:
            lost = Entry(Kind.GAP.value, "", f"{self._passed_over} entries found no room")
            self._passed_over = 0
            self._waiting.append(self._framed(lost))
        self._waiting.append(self._framed(entry))
        self._ready.notify()

    def _work(self) -> None:
        while True:
            with self._ready:
                while self._opened and not self._waiting and not self._ending:
                    self._ready.wait()
                batch, ending = list(self._waiting), self._ending
            kept = self._guarded(partial(self._write, batch) if self._opened else self._open)
            with self._ready:
                if ending and (not kept or not self._waiting):
                    return
                if not kept and not self._ending:
                    self._ready.wait_for(lambda: self._ending, self._retry_s)

    def _guarded(self, do: Callable[[], None]) -> bool:
        try:
            do()
        except (OSError, ValueError) as error:
            if not self.error:
                log.error("the journal is not written: %s", error)  # noqa: TRY400 - told
            self.error = str(error)
            return False
        self.error = ""
        return True

    def _open(self) -> None:
        """Open the ring; what is to be said of it comes before all that waits."""
        begun = [self._framed(entry) for entry in self._begun(self._ring.open())]
        with self._ready:
            self._waiting[:0] = begun
            self._opened = True

    def _write(self, batch: list[Framed]) -> None:
        self._ring.append(batch)
        with self._ready:
            del self._waiting[: len(batch)]
            self.written += len(batch)

    def _begun(self, found: Read) -> list[Entry]:
        """Return what the first entries say of what was found."""
        entries = []
        if found.layout != LAYOUT:
            text = (
                f"a journal of layout {found.layout} was kept aside; this program writes {LAYOUT}"
            )
            entries.append(Entry(Kind.GAP.value, "", text))
        if found.torn:
            entries.append(Entry(Kind.GAP.value, "", "the last write was cut short"))
        if found.records and found.records[-1].boot_id != self._boot:
            entries.append(Entry(Kind.BOOT.value, "", "the machine was started anew"))
        entries.append(Entry(Kind.START.value, _end_of(found), self._about))
        return entries


CLEAN, FAILED, UNKNOWN, FIRST = "in order", "after a failure", "without notice", "the first"


def _end_of(found: Read) -> str:
    """Return how the daemon before ended: `without notice` is a kill, a crash or a power cut."""
    if not found.records:
        return FIRST
    try:
        last = from_data(found.records[-1].data)
    except ValueError:
        return UNKNOWN
    return last.subject if last.kind == Kind.END.value else UNKNOWN
