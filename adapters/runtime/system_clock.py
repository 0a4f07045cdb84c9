"""The machine's two clocks."""

import asyncio
import time


class SystemClock:
    """CLOCK_MONOTONIC for durations, the wall clock for schedules; see `adapters.port.Clock`."""

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def wall_s(self) -> float:
        """Return Unix time in seconds."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait on the monotonic clock."""
        await asyncio.sleep(seconds)
