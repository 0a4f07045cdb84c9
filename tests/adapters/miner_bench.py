"""A real gRPC server on loopback, the device before it, and time moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from adapters.devices.braiins import BraiinsMiner
from adapters.devices.braiins_settings import MinerSettings
from adapters.port import Command, DeviceError, Reading
from adapters.simulated.braiins_miner import MinerNature, SimulatedMiner
from adapters.simulated.braiins_server import BraiinsServer
from engine.values.fact import Value
from tests.adapters.manual_clock import ManualClock

PATIENCE_S = 60.0
"""Real seconds after which a test is stuck; nothing asserts how long anything took."""
NATURE = MinerNature(start_s=10, rise_s=2)


def settings(**changes: Any) -> MinerSettings:
    base = MinerSettings("miner1", "127.0.0.1", cap_w=3300.0, serial="SIM-1", deadline_s=0.5)
    return replace(base, **changes)


class Bench:
    """One device against one server."""

    def __init__(
        self, server: BraiinsServer, clock: ManualClock, device: BraiinsMiner, runs: bool = True
    ) -> None:
        self.server, self.miner, self.clock, self.device = server, server.miner, clock, device
        self.readings: dict[str, Reading] = {}
        self.published: list[Reading] = []
        self.task: asyncio.Task[None] | None = None
        if runs:
            self.run()

    def run(self) -> None:
        self.task = asyncio.create_task(self.device.run(self._publish))

    def _publish(self, readings: Sequence[Reading]) -> None:
        self.published.extend(readings)
        self.readings.update({each.field: each for each in readings})

    def value(self, field: str) -> Value | None:
        return self.readings[field].value if field in self.readings else None

    def want(self, watt: float, for_s: float = 1e6) -> None:
        expires_at_s = self.clock.monotonic_s() + for_s
        self.device.command(Command("power_target", watt, expires_at_s))

    @property
    def failed(self) -> bool:
        return self.task is not None and self.task.done()

    async def error(self) -> DeviceError:
        """Return what the device gave up with."""
        await self.settle()
        assert self.task is not None
        assert self.task.done()
        error = self.task.exception()
        assert isinstance(error, DeviceError)
        return error

    async def settle(self) -> None:
        """Wait until nothing is under way: the device waits for the clock, or has ended."""
        quiet = 0
        async with asyncio.timeout(PATIENCE_S):
            while quiet < 3:
                for _ in range(20):
                    await asyncio.sleep(0)
                quiet = quiet + 1 if self._waits() else 0
                await asyncio.sleep(0.0005)

    async def soon(self, holds: Callable[[], bool]) -> None:
        """Wait in real time for I/O that is under way, while the clock stands still."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():  # noqa: ASYNC110 - the server's inside has no events to wait for
                await asyncio.sleep(0.001)

    def _waits(self) -> bool:
        if self.failed:
            return True
        if any(_name(each) == "_act" for each in asyncio.all_tasks()):
            return False
        waiting = [each.task for each in self.clock.sleepers]
        return any(
            each is self.task or (each is not None and each.get_name() in {"look", "connect"})
            for each in waiting
        )

    async def pass_time(self, seconds: float) -> None:
        """Let so much time pass, from one due moment to the next, each with its I/O."""
        end_s = self.clock.monotonic_s() + seconds
        await self.settle()
        while self.clock.monotonic_s() < end_s:
            due_s = self.clock.next_due_s()
            step_s = (end_s if due_s is None else min(due_s, end_s)) - self.clock.monotonic_s()
            self.clock.advance(step_s)
            await self.settle()

    async def until(self, holds: Callable[[], bool], limit_s: float = 7200.0) -> None:
        """Let time pass until something holds."""
        end_s = self.clock.monotonic_s() + limit_s
        await self.settle()
        while not holds():
            assert self.clock.monotonic_s() < end_s, f"still not so: {self.readings}"
            due_s = self.clock.next_due_s()
            assert due_s is not None, f"the device ended: {self.task}"
            self.clock.advance(due_s - self.clock.monotonic_s())
            await self.settle()

    async def close(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)


def _name(task: asyncio.Task[Any]) -> str:
    return getattr(task.get_coro(), "__name__", "")


@asynccontextmanager
async def bench(
    nature: MinerNature = NATURE, phrase: str = "root", **changes: Any
) -> AsyncIterator[Bench]:
    """Start server and device; end both, whatever happens."""
    clock = ManualClock()
    server = BraiinsServer(SimulatedMiner(clock, nature))
    await server.start()
    own = settings(port=server.port, **changes)
    made = Bench(server, clock, BraiinsMiner(own, clock, lambda: phrase))
    try:
        yield made
    finally:
        await made.close()
        await server.stop()


def drive(test: Coroutine[Any, Any, None]) -> None:
    """Run one test in a loop of its own."""
    asyncio.run(test)
