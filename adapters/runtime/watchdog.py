"""The watchdog over the event loop: a thread that ends the process when no scan completes.

It is the last thing the process can do for itself. It writes nothing and cleans nothing up, for
whatever hangs may hold any lock: it ends, commands expire, the kernel's output watchdog sets the
outputs to 0, and systemd starts anew.
"""

import os
import sys
import threading
from collections.abc import Callable

STUCK = 5
"""Exit code of a daemon whose scans stopped coming."""
LONGEST_S = 5.0
"""As systemd's WatchdogSec in the unit."""


class LoopWatchdog:
    """Counts complete scans from another thread."""

    def __init__(
        self, longest_s: float = LONGEST_S, end: Callable[[int], object] = os._exit
    ) -> None:
        """Call `end` when no scan completed for `longest_s`."""
        self._longest_s = longest_s
        self._end = end
        self._scans = 0
        self._seen = -1
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def beat(self) -> None:
        """Hear of a complete scan."""
        self._scans += 1

    def start(self) -> None:
        """Begin to watch."""
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._closed.wait(self._longest_s):
            if not self.look():
                return

    def look(self) -> bool:
        """Compare with the last look; without a scan since then end the process."""
        if self._scans == self._seen:
            sys.stderr.write(f"thermiq: no scan completed in {self._longest_s:g} s, ending\n")
            sys.stderr.flush()
            self._end(STUCK)
            return False
        self._seen = self._scans
        return True

    def close(self) -> None:
        """Stop watching."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
