"""How often the daemon started and how it ended, and when that is too often to go on as before.

In this file: when safe mode begins and ends. Nothing else changes that.

    at the start                                safe mode
    the run before ended in order               as before
    it did not: the third time in 10 min        begins
    a person lets rules run, or one hour passes ends, and the ends before it are forgiven
    in safe mode without an end

A run is noted before its first scan and struck out when it ended in order, so whatever ends a
process without a word (a signal, no memory, a power cut) is seen at the next start. Between two
boots no clock can be trusted: an end is as old as whichever clock says more.
"""

import json
import logging
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from adapters.runtime.kept import Newest
from adapters.runtime.slots import DIGEST_BYTES, Disk, SlotFile

FILE = "starts.slots"
FORMAT = 1
UNCLEAN_MAX = 3
"""So many ends out of order …"""
WITHIN_S = 600.0
"""… in so many seconds are a loop."""
CLEAN_S = 3600.0
"""After so long without an end the rules may run again."""
_REMEMBERED = 10
_NO_DIGEST = bytes(DIGEST_BYTES)

log = logging.getLogger(__name__)


class Ended(NamedTuple):
    """When an end was noticed, at the start after it, on both clocks."""

    wall_s: float
    monotonic_s: float


@dataclass(frozen=True, slots=True)
class Starts:
    """What is kept. `unclean` are the ends out of order that still count, oldest first."""

    running: bool = False
    safe: bool = False
    unclean: tuple[Ended, ...] = ()
    starts: int = 0
    unclean_ends: int = 0


def age_s(end: Ended, now: Ended) -> float:
    """Return how long ago an end was noticed, as far as the clocks know."""
    same_boot = now.monotonic_s >= end.monotonic_s
    by_monotonic_s = now.monotonic_s - end.monotonic_s if same_boot else now.monotonic_s
    return max(by_monotonic_s, now.wall_s - end.wall_s)


def at_start(before: Starts, now: Ended) -> Starts:
    """Return what counts once another run has begun."""
    unclean = tuple(each for each in before.unclean if age_s(each, now) < WITHIN_S)
    if before.running:
        unclean = (*unclean, now)[-_REMEMBERED:]
    return Starts(
        running=True,
        safe=before.safe or len(unclean) >= UNCLEAN_MAX,
        unclean=unclean,
        starts=before.starts + 1,
        unclean_ends=before.unclean_ends + before.running,
    )


def forgiven(before: Starts) -> Starts:
    """Return what counts once rules were let run again."""
    return replace(before, safe=False, unclean=())


def to_bytes(starts: Starts) -> bytes:
    """Return what is kept, as a slot holds it."""
    document = {
        "format": FORMAT,
        "running": starts.running,
        "safe": starts.safe,
        "unclean": starts.unclean,
        "starts": starts.starts,
        "unclean_ends": starts.unclean_ends,
    }
    return json.dumps(document, allow_nan=False).encode()


def from_bytes(data: bytes) -> Starts:
    """Return what a slot keeps. Raises ValueError if it is none of ours."""
    try:
        document = json.loads(data)
        _is_ours(document["format"])
        times = [(_finite(wall_s), _finite(mono_s)) for wall_s, mono_s in document["unclean"]]
        return Starts(
            document["running"] is True,
            document["safe"] is True,
            tuple(Ended(*each) for each in times),
            int(document["starts"]),
            int(document["unclean_ends"]),
        )
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"no count of starts: {error}") from error


def _is_ours(number: object) -> None:
    if number != FORMAT:
        raise ValueError(f"format {number}, this program reads {FORMAT}")


def _finite(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a time")
    return float(value)


class StartBook:
    """The file in a daemon's state folder. What cannot be kept is told, and stops nothing."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        """Name the file; `begin` reads it."""
        self.now = Starts()
        self._slots = SlotFile(folder / FILE, disk)
        self._is_made = False
        self._writer = Newest("the count of starts", self._write)

    def begin(self, now: Ended) -> Starts:
        """Note that a run begins, on the disk before anything else happens."""
        self.now = at_start(self._read(), now)
        self._save()
        return self.now

    def forgive(self) -> None:
        """Note that rules run again; returns at once."""
        self.now = forgiven(self.now)
        self._writer.hand_in(to_bytes(self.now))

    def end(self, timeout_s: float) -> None:
        """Note that this run ends in order."""
        self.now = replace(self.now, running=False)
        self._writer.hand_in(to_bytes(self.now))
        if self._writer.finish(timeout_s):
            self._slots.close()
        else:
            log.error("that this run ended in order is not on the disk")

    def _read(self) -> Starts:
        try:
            found = self._slots.read()
            if found.newest is None:
                raise ValueError("all slots are damaged")  # noqa: TRY301 - told as any damage
            starts = from_bytes(found.newest.data)
        except FileNotFoundError:
            return Starts()
        except (OSError, ValueError) as error:
            log.warning("how the last runs ended cannot be read: %s", error)
            return Starts()
        self._is_made = True
        return starts

    def _save(self) -> None:
        try:
            self._write(to_bytes(self.now))
        except (OSError, ValueError) as error:
            log.error("this start is not on the disk: %s", error)  # noqa: TRY400 - told, not traced

    def _write(self, data: bytes) -> None:
        if self._is_made:
            self._slots.save(_NO_DIGEST, data)
        else:
            self._slots.create(_NO_DIGEST, data)
            self._is_made = True
