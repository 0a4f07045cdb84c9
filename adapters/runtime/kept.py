"""What devices and faces shall know after a restart: small notes of each, in one file of slots.

    whose             what                                        if it is lost
    setpoints         values accepted, by whom, until when        the site's `otherwise` counts
    MQTT requests     the ids that are still valid                one may be heard twice
    resets            when they were granted lately               up to five more
    an inverter       how often it was written today              one more day's budget

Retained state of the scans has a store of its own (`store.py`); nothing here can hold a trip. Notes
are compared after each scan and saved, when they are others, in a thread of their own, newest
first. A few saves go at once; a source that chatters gets one a minute, which bounds the wear.
"""

import json
import logging
import math
import threading
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from adapters.runtime.slots import DIGEST_BYTES, Disk, SlotFile

FILE = "kept.slots"
FORMAT = 1
BURST_MAX = 10
"""So many changes in a row are saved at once."""
REST_S = 60.0
"""Beyond these, one in so many seconds."""
_NO_DIGEST = bytes(DIGEST_BYTES)
_INFLATED_MAX = 1_000_000
_DIGITS_MAX = 40

log = logging.getLogger(__name__)


@runtime_checkable
class Keeps(Protocol):
    """Whoever has something to know after a restart."""

    def retained(self) -> object:
        """Return it as plain data that JSON can hold, new each time; called after every scan."""
        ...

    def restore(self, retained: object) -> None:
        """Take what `retained` returned before a restart; what is nonsense is ignored."""
        ...


class Sparing:
    """Lets a few writes through at once, and beyond these one in so many seconds."""

    def __init__(self, burst: int, rest_s: float) -> None:
        """Begin with `burst` of them."""
        self._burst, self._rest_s = burst, rest_s
        self._left, self._looked_s = float(burst), math.inf

    def may(self, now_s: float) -> bool:
        """Tell at monotonic `now_s` whether one may be written."""
        passed_s = max(0.0, now_s - self._looked_s)
        self._left, self._looked_s = min(self._burst, self._left + passed_s / self._rest_s), now_s
        return self._left >= 1.0

    def spend(self) -> None:
        """Note that one is written."""
        self._left -= 1.0


class Kept:
    """The file in a daemon's state folder."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        """Name the file; it is read when the first has joined, and made when it is needed."""
        self._slots = SlotFile(folder / FILE, disk)
        self._found: Mapping[str, object] | None = None
        self._is_made = False
        self._keepers: dict[str, Keeps] = {}
        self._handed: dict[str, object] = {}
        self._sparing = Sparing(BURST_MAX, REST_S)
        self._writer = Newest("kept", self._write)

    def join(self, name: str, keeper: Keeps) -> None:
        """Give `keeper` back what it had under `name`, and keep it from now on."""
        if self._found is None:
            self._found = self._read()
        if name in self._found:
            keeper.restore(self._found[name])
        self._keepers[name] = keeper
        self._handed[name] = keeper.retained()

    def look(self, now_s: float) -> None:
        """Save at monotonic `now_s` what is another than was saved last; returns at once."""
        if self._sparing.may(now_s) and self._hand_in():
            self._sparing.spend()

    def _hand_in(self) -> bool:
        notes = {name: keeper.retained() for name, keeper in self._keepers.items()}
        if notes == self._handed and not self._writer.owes:
            return False
        try:
            data = to_bytes(notes)
        except (ValueError, TypeError, RecursionError) as error:
            log.error("notes cannot be kept: %s", error)  # noqa: TRY400 - told, not traced
            return True
        self._handed = notes
        self._writer.hand_in(data)
        return True

    def close(self, timeout_s: float) -> bool:
        """Save what is new and end. Returns False if the disk did not answer in time."""
        self._hand_in()
        done = self._writer.finish(timeout_s)
        if done:
            self._slots.close()
        return done

    def _read(self) -> Mapping[str, object]:
        try:
            found = self._slots.read()
            if found.newest is None:
                raise ValueError("all slots are damaged")  # noqa: TRY301 - told as any damage
            notes = from_bytes(found.newest.data)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            log.warning("what was kept over the restart cannot be read: %s", error)
            return {}
        self._is_made = True
        return notes

    def _write(self, data: bytes) -> None:
        if self._is_made:
            self._slots.save(_NO_DIGEST, data)
        else:
            self._slots.create(_NO_DIGEST, data)
            self._is_made = True


def to_bytes(notes: Mapping[str, object]) -> bytes:
    """Return notes as a slot holds them. Raises ValueError or TypeError if they are not data."""
    document = {"format": FORMAT, "notes": notes}
    return zlib.compress(json.dumps(document, ensure_ascii=False, allow_nan=False).encode())


def from_bytes(data: bytes) -> Mapping[str, object]:
    """Return the notes of a slot. Raises ValueError if they are none."""
    try:
        inflated = zlib.decompressobj().decompress(data, _INFLATED_MAX)
        document = json.loads(inflated, parse_int=_whole)
    except (ValueError, zlib.error, RecursionError) as error:
        raise ValueError(f"no notes: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"no notes of format {FORMAT}")
    notes = document.get("notes")
    if not isinstance(notes, dict):
        raise ValueError("no notes in it")  # noqa: TRY004 - one error for all that is wrong
    return notes


def _whole(text: str) -> int:
    """Return a whole number that a float can hold: none of ours has more digits."""
    if len(text) > _DIGITS_MAX:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


class Newest:
    """Writes in a thread the newest of what is handed in; what waits meanwhile is passed over."""

    def __init__(self, name: str, write: Callable[[bytes], None]) -> None:
        """Write by `write`, which may raise OSError or ValueError."""
        self.owes = False
        """The last write failed."""
        self._name = name
        self._do_write = write
        self._waiting: bytes | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def hand_in(self, data: bytes) -> None:
        """Write it soon; returns at once."""
        with self._lock:
            self._waiting = data
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()

    def finish(self, timeout_s: float) -> bool:
        """Wait until what was handed in is written. Returns False if it took too long."""
        thread = self._thread
        if thread is None:
            return True
        thread.join(timeout_s)
        return not thread.is_alive()

    def _work(self) -> None:
        while True:
            with self._lock:
                data, self._waiting = self._waiting, None
                if data is None:
                    self._thread = None
                    return
            try:
                self._do_write(data)
                self.owes = False
            except (OSError, ValueError) as error:
                self.owes = True
                log.error("%s: not on the disk: %s", self._name, error)  # noqa: TRY400 - told, not traced
