"""The clock of a soak: neither of two processes goes on without the other."""

import asyncio
import os

from tests.reliability.common_clock import (
    AHEAD_S,
    DAEMON,
    HOUSE,
    STEP_S,
    CommonClock,
    shared_memory,
)

PATIENCE_S = 60.0
FAST = 1e9


def _two() -> tuple[CommonClock, CommonClock]:
    memory = shared_memory()
    clocks = [CommonClock(memory, place, FAST, wall_s=0.0) for place in (HOUSE, DAEMON)]
    os.close(memory)
    return clocks[0], clocks[1]


def test_who_is_alone_waits() -> None:
    house, daemon = _two()
    begun_s = daemon.monotonic_s()
    daemon.next_s(0.0)  # it says once how late it is there, and then nothing more

    async def run() -> None:
        alone = asyncio.create_task(house.run())
        async with asyncio.timeout(PATIENCE_S):
            await house.sleep(AHEAD_S)
        for _ in range(20):
            await asyncio.sleep(0.001)
        alone.cancel()
        await asyncio.gather(alone, return_exceptions=True)

    asyncio.run(run())
    assert house.monotonic_s() == begun_s + AHEAD_S


def test_two_go_on_together_by_small_steps() -> None:
    house, daemon = _two()
    apart_s: list[float] = []
    steps_s: list[float] = []

    async def run() -> None:
        both = [asyncio.create_task(clock.run()) for clock in (house, daemon)]
        async with asyncio.timeout(PATIENCE_S):
            end_s = daemon.monotonic_s() + 20.0
            while daemon.monotonic_s() < end_s:
                before_s = daemon.monotonic_s()
                await asyncio.sleep(0)
                steps_s.append(daemon.monotonic_s() - before_s)
                apart_s.append(abs(daemon.monotonic_s() - house.monotonic_s()))
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)

    asyncio.run(run())
    assert max(apart_s) <= AHEAD_S + STEP_S
    assert 0.0 < max(steps_s) <= STEP_S
