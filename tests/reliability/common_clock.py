"""One time for two processes: house and daemon of a soak, on clocks that wait for one another.

Each tells the other how late it is, in a piece of memory that both have mapped, and neither goes
on by more than `AHEAD_S` before the other has followed. So a machine that holds one of them up, or
is too slow for the speed, costs pace: it makes no deadline pass, no reading old and no scan late.
A tick moves time by `STEP_S` at most: wires have their turns between two scans, and the turns that
a scan itself waits for (`daemon.TURNS_TO_COMMAND`) do not add up to a period.
"""

import mmap
import os

from adapters.simulated.paced_clock import PacedClock

STEP_S, AHEAD_S = 0.125, 0.25
HOUSE, DAEMON = 0, 1
_BYTES = 16


def shared_memory() -> int:
    """Return a new piece of memory for two clocks: a file descriptor that both must inherit."""
    handle = os.memfd_create("thermiq-clock", 0)
    os.ftruncate(handle, _BYTES)
    return handle


class CommonClock(PacedClock):
    """The clock of one of the two; it moves only while both are `run`."""

    move_every_s = 0.001

    def __init__(self, memory: int, place: int, speed: float, wall_s: float) -> None:
        """Share `memory`; `place` is HOUSE or DAEMON."""
        super().__init__(speed, wall_s)
        self._times = memoryview(mmap.mmap(memory, _BYTES)).cast("d")
        self._place = place

    def next_s(self, passed_s: float) -> float:
        """Tell the other how late it is here; go on if it has followed."""
        now_s = self.monotonic_s()
        self._times[self._place] = now_s
        wanted_s = min(super().next_s(passed_s), now_s + STEP_S)
        return max(now_s, min(wanted_s, self._times[1 - self._place] + AHEAD_S))
