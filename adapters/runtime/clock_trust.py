"""Whether the wall clock may be believed. A PLC's own clock outlasts a power cut by hours at most.

In this file: when trust begins. Nothing else changes it.

    not trusted   the system says that a time server has set the clock      trusted
                  the clock is not behind the last time that was known      trusted
                  a person says that it is right                            trusted
    trusted       whatever it does                                          trusted, to the end

Once trusted, a clock that jumps is a clock that was set: schedules follow it, durations run on the
other clock and notice nothing. While it is not trusted, conditions on the time of day or the
calendar are UNKNOWN, so that rules which hang on them rest; after ten minutes that is an alarm.
"""

import logging
import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from adapters.port import Clock

SUBJECT = "clock"
EARLIEST_S = 1_767_225_600.0
"""2026-01-01: no clock that shows an earlier time is right."""
ALARM_AFTER_S = 600.0
KEPT_TO_S = 600.0
"""The last known time is kept to so many seconds, for flash's sake."""
TIMESYNCD = Path("/run/systemd/timesync/synchronized")
_TIME_ERROR = 5
_TIMEX_BYTES = 512
"""More than any `struct timex`; its first field, zero, asks for nothing but the answer."""

log = logging.getLogger(__name__)


@runtime_checkable
class Settable(Clock, Protocol):
    """A clock that people and time servers set: the machine's, no simulated one."""

    def is_synchronised(self) -> bool:
        """Tell whether a time server has set it."""
        ...


def is_synchronised(mark: Path = TIMESYNCD) -> bool:
    """Ask systemd-timesyncd's mark, then the kernel (`adjtimex`), which others tell."""
    return mark.exists() or _kernel_says()


def _kernel_says() -> bool:
    """Tell what the kernel knows; a sandbox that does not let us ask means no."""
    try:
        import ctypes  # noqa: PLC0415 - hardly ever asked, and a sandbox may refuse even that

        library = ctypes.CDLL(None, use_errno=True)
        state = library.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (ImportError, OSError, AttributeError, MemoryError):
        return False
    return 0 <= int(state) < _TIME_ERROR


class ClockTrust:
    """Asked before every scan; kept over restarts as the last time that was known."""

    def __init__(self, asks: Callable[[], bool]) -> None:
        """`asks` tells whether a time server has set the clock; it is asked once a second."""
        self.trusted = False
        self._asks = asks
        self._known_s = EARLIEST_S
        self._wall_s = 0.0
        self._began_s: float | None = None
        self._due_s = -math.inf

    def look(self, wall_s: float, monotonic_s: float) -> bool:
        """Tell whether the clock is trusted now."""
        self._wall_s = wall_s
        if self.trusted:
            return True
        if self._began_s is None:
            self._began_s = monotonic_s
        if wall_s >= self._known_s:
            self._trust("it is not behind the last time that was known")
        elif monotonic_s >= self._due_s:
            self._due_s = monotonic_s + 1.0
            if self._asks():
                self._trust("a time server has set it")
        return self.trusted

    def believe(self, by: str) -> None:
        """Trust the clock as it stands, on a person's word."""
        self._trust(f"{by} says that it is right")

    def _trust(self, why: str) -> None:
        self.trusted = True
        log.info("the clock is trusted: %s", why)

    def standing(self) -> str:
        """Return why the clock is not trusted, empty if it is."""
        if self.trusted:
            return ""
        return (
            f"the clock shows {_shown(self._wall_s)}, the last time known was "
            f"{_shown(self._known_s)}, and no time server has set it: conditions on the time of "
            "day or the calendar are UNKNOWN"
        )

    def alarm(self, monotonic_s: float) -> str:
        """Return the alarm's text; empty if the clock is trusted, or may still become so."""
        began_s = monotonic_s if self._began_s is None else self._began_s
        return self.standing() if monotonic_s - began_s >= ALARM_AFTER_S else ""

    def retained(self) -> float:
        """Return the last known time, in Unix seconds."""
        if self.trusted:
            self._known_s = self._wall_s // KEPT_TO_S * KEPT_TO_S
        return self._known_s

    def restore(self, retained: object) -> None:
        """Take the last known time; what is nonsense is ignored."""
        if isinstance(retained, int | float) and math.isfinite(retained):
            self._known_s = max(EARLIEST_S, float(retained))


def _shown(wall_s: float) -> str:
    try:
        return f"{datetime.fromtimestamp(wall_s, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return "no time"
