"""A clock that runs faster than the machine's, and slower whenever the machine cannot keep up.

Whoever sleeps on it is woken in the order of time, each at its own moment; between two moments
everybody has a turn. So minutes pass in a second, and a stalled machine costs pace, not timeouts.
"""

import asyncio
import heapq
import itertools
import time

_LONGEST_S = 0.02
"""More real time than that since the last tick is not made up for."""


class PacedClock:
    """Both clocks of a site, `speed` times as fast, moving while it is `run`; a port Clock."""

    move_every_s = 0.005
    """Real time from one move to the next, and what the machine needs beside."""

    def __init__(self, speed: float, wall_s: float, monotonic_s: float = 1000.0) -> None:
        """Begin at `wall_s`, Unix time; nothing moves yet."""
        self._speed = speed
        self._now_s = monotonic_s
        self._wall_ahead_s = wall_s - monotonic_s
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = itertools.count()

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards."""
        return self._now_s

    def wall_s(self) -> float:
        """Return Unix time in seconds."""
        return self._wall_ahead_s + self._now_s

    async def sleep(self, seconds: float) -> None:
        """Wait on this clock."""
        if seconds <= 0.0:
            await asyncio.sleep(0)
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now_s + seconds, next(self._count), done))
        await done

    async def run(self) -> None:
        """Let time pass until cancelled."""
        last_s = time.monotonic()
        while True:
            await asyncio.sleep(self.move_every_s)
            now_s = time.monotonic()
            await self._go_to(self.next_s(now_s - last_s))
            last_s = now_s

    def next_s(self, passed_s: float) -> float:
        """Return how far the clock goes after `passed_s` of real time, as monotonic seconds."""
        return self._now_s + min(passed_s, _LONGEST_S) * self._speed

    async def _go_to(self, next_s: float) -> None:
        """Wake everybody who is due before `next_s`, each at the time asked for."""
        while self._sleepers and self._sleepers[0][0] <= next_s:
            due_s, _, done = heapq.heappop(self._sleepers)
            if not done.done():
                self._now_s = max(self._now_s, due_s)
                done.set_result(None)
                await asyncio.sleep(0)
        self._now_s = next_s
