"""How much is written to flash in a day, and how much later commits come if it is too much.

A day's budget comes in evenly, with a small store for a restart or a busy quarter of an hour. What
the whole process writes is taken off it, as the system counts it: the write-ahead log, indexes, the
slots of the retained state too. Who is in debt waits until it is paid. Fewer, larger commits write
less, for a commit writes whole pages; nothing is lost but by a power cut, which costs more minutes.
Where that is not enough, because all facts come and go, the recorder rests until the debt is paid:
what it would have written is the only thing of a controller that may be missing.
"""

import logging
from collections.abc import Callable
from pathlib import Path

DAY_MS = 86_400_000
STORE_SHARE = 1 / 48
"""Of a day's budget: half an hour's worth may be written at once."""
PACE = 0.8
"""Of a day's budget, what comes in evenly; the rest is the store, and the commit under way."""
LONGEST_MS = 7_200_000
"""A commit comes after two hours at the latest; who owes more rests first."""

log = logging.getLogger(__name__)


def written_by_this_process() -> int:
    """Return the bytes that this process has had written to a medium; 0 where nobody counts."""
    try:
        text = Path("/proc/self/io").read_text("ascii")
    except OSError:
        return 0
    return next((int(line[13:]) for line in text.splitlines() if line[:13] == "write_bytes: "), 0)


class FlashBudget:
    """Tells after each commit when the next may come, and how long nothing may be recorded."""

    def __init__(
        self, bytes_a_day: int, written: Callable[[], int] = written_by_this_process
    ) -> None:
        """Begin with a full store; `written` counts bytes and never runs backwards.

        What was written before the first commit is not taken off: files are made once.
        """
        self._store_max = bytes_a_day * STORE_SHARE
        self._bytes_per_ms = bytes_a_day * PACE / DAY_MS
        self._left = self._store_max
        self._written = written
        self._counted: int | None = None
        self._at_ms: int | None = None
        self._state = "usual"
        self.rest_ms = 0
        """How long nothing may be recorded, as of the last `wait_ms`; 0 if all may go on."""

    def wait_ms(self, now_ms: int, usual_ms: int) -> int:
        """Return how long the next commit waits, `usual_ms` if the budget lasts."""
        passed_ms = 0 if self._at_ms is None else now_ms - self._at_ms
        counted = self._written()
        before = counted if self._counted is None else self._counted
        came = passed_ms * self._bytes_per_ms
        self._left = min(self._store_max, self._left + came) - (counted - before)
        self._at_ms, self._counted = now_ms, counted
        debt_ms = round(max(0.0, -self._left) / self._bytes_per_ms)
        self.rest_ms = debt_ms if debt_ms > LONGEST_MS else 0
        beyond = "beyond" if self.rest_ms else "rarer"
        self._tell(beyond if debt_ms > usual_ms else "usual", debt_ms)
        return max(usual_ms, min(debt_ms, LONGEST_MS))

    def _tell(self, state: str, wait_ms: int) -> None:
        if state == self._state:
            return
        self._state = state
        match state:
            case "usual":
                log.warning("the flash's budget lasts: recordings are committed as usual again")
            case "rarer":
                log.warning(
                    "the flash's budget of a day is used up: recordings are committed more "
                    "rarely, the next in %.0f min",
                    wait_ms / 60_000,
                )
            case _:
                log.error(
                    "what is recorded is more than the flash's budget, however rarely: nothing is "
                    "recorded for %.1f h",
                    wait_ms / 3_600_000,
                )
