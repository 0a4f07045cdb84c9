import asyncio

from adapters.simulated.paced_clock import PacedClock


def test_sleepers_wake_in_the_order_of_time_each_at_its_own() -> None:
    clock = PacedClock(1000.0, wall_s=5000.0, monotonic_s=100.0)
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic_s()))

    async def run() -> None:
        running = asyncio.create_task(clock.run())
        async with asyncio.timeout(30):
            await asyncio.gather(sleep("late", 7.0), sleep("soon", 0.5), sleep("now", 0.0))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run())
    assert woken == [("now", 100.0), ("soon", 100.5), ("late", 107.0)]
    assert clock.wall_s() - clock.monotonic_s() == 4900.0


def test_a_sleeper_that_was_cancelled_moves_nothing() -> None:
    clock = PacedClock(1000.0, wall_s=0.0)

    async def run() -> None:
        given_up = asyncio.create_task(clock.sleep(3.0))
        await asyncio.sleep(0)
        given_up.cancel()
        running = asyncio.create_task(clock.run())
        async with asyncio.timeout(30):
            await clock.sleep(5.0)
        running.cancel()
        await asyncio.gather(running, given_up, return_exceptions=True)

    asyncio.run(run())
    assert clock.monotonic_s() == 1005.0
