"""How much this daemon has had written to flash since midnight, restarts included."""

import math
from collections.abc import Callable

from adapters.runtime.flash_budget import written_by_this_process

DAY_S = 86_400
KEPT_TO_BYTES = 5_000_000
"""The count is kept to so many bytes: keeping it writes, too."""


class FlashToday:
    """Looked at after scans; kept over restarts."""

    def __init__(self, written: Callable[[], int] = written_by_this_process) -> None:
        """`written` counts bytes since the process began, and never runs backwards."""
        self._written = written
        self._day = -1
        self._before = 0
        """Bytes of this day from before this process."""
        self._start = 0
        """What `written` had counted when the day began, or the process."""

    def look(self, local_s: float) -> int:
        """Return the bytes of the day of `local_s`, Unix time with the site's offset."""
        day, written = math.floor(local_s / DAY_S), self._written()
        if day != self._day:
            first = self._day < 0
            self._before, self._start = 0, 0 if first else written
            self._day = day
        return self._before + written - self._start

    def retained(self) -> list[int]:
        """Return the day and its bytes, in steps."""
        count = self._before + self._written() - self._start
        return [self._day, count // KEPT_TO_BYTES * KEPT_TO_BYTES]

    def restore(self, retained: object) -> None:
        """Go on with the day; what is nonsense is ignored."""
        match retained:
            case [int(day), int(count)] if count >= 0:
                self._day, self._before = day, count
            case _:
                pass
