"""A clock that stands still until the test moves it."""

import asyncio
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class Sleeper:
    due_s: float
    seconds: float
    task: asyncio.Task[object] | None
    done: asyncio.Future[None]


class ManualClock:
    """Sleepers wake when `advance` has passed their time, in order of it."""

    def __init__(self, monotonic_s: float = 1000.0, wall_s: float = 1_800_000_000.0) -> None:
        self._now_s = monotonic_s
        self._wall_offset_s = wall_s - monotonic_s
        self.sleepers: list[Sleeper] = []

    def monotonic_s(self) -> float:
        return self._now_s

    def wall_s(self) -> float:
        return self._now_s + self._wall_offset_s

    async def sleep(self, seconds: float) -> None:
        done = asyncio.get_running_loop().create_future()
        due_s = self._now_s + seconds
        sleeper = Sleeper(due_s, seconds, asyncio.current_task(), done)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        self.sleepers.append(sleeper)
        try:
            await done
        finally:
            if sleeper in self.sleepers:
                self.sleepers.remove(sleeper)

    def next_due_s(self) -> float | None:
        return min((each.due_s for each in self.sleepers), default=None)

    def advance(self, seconds: float) -> None:
        """Move on by so much and wake whoever is due."""
        self._now_s += seconds
        for sleeper in sorted(self.sleepers, key=lambda each: each.due_s):
            if sleeper.due_s <= self._now_s and not sleeper.done.done():
                self.sleepers.remove(sleeper)
                sleeper.done.set_result(None)
