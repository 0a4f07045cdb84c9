"""The machine's two clocks."""

import asyncio
import time

from adapters.runtime.clock_trust import is_synchronised


class SystemClock:
    """CLOCK_MONOTONIC for durations, the wall clock for schedules; see `adapters.port.Clock`."""

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def wall_s(self) -> float:
        """Return Unix time in seconds."""
        return time.time()

    def is_synchronised(self) -> bool:
        """Tell whether a time server has set the wall clock; see `clock_trust`."""
        return is_synchronised()

    async def sleep(self, seconds: float) -> None:
        """Wait on the monotonic clock."""
        await asyncio.sleep(seconds)
