"""An event loop in virtual time: nobody waits, and whoever would wait lets the world go on.

    loop = VirtualLoop(world.advance)      # called with the seconds that pass
    loop.run_until_complete(daemon.run())  # every sleep is over at once, in the order of time

What would run in a thread runs at once, on the spot, so a run depends on nothing but its seed.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Mapping
from contextvars import Context
from typing import Any

RESOLUTION_S = 1e-6


class StandstillError(Exception):
    """Nobody will ever wake anybody: the program under test waits for ever."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs the real coroutines; its time is the world's."""

    def __init__(self, world_s: Callable[[], float], pass_time: Callable[[float], None]) -> None:
        """Tell time by `world_s`; `pass_time` moves it."""
        super().__init__()
        own = vars(self)
        self._ready: deque[asyncio.Handle] = own["_ready"]
        self._scheduled: list[asyncio.TimerHandle] = own["_scheduled"]
        self._world_s = world_s
        self._pass_time = pass_time
        self.set_exception_handler(_say_nothing)

    def _run_once(self) -> None:
        """Run what is ready; if nothing is, let time pass until something is due.

        As asyncio's own, without asking the machine for files and signals: there are none.
        """
        ready, scheduled, world_s = self._ready, self._scheduled, self._world_s
        while scheduled and scheduled[0].cancelled():
            heapq.heappop(scheduled)
        if not ready:
            if not scheduled:
                raise StandstillError("nobody is due and nothing is ready")
            wait_s = scheduled[0].when() - world_s()
            if wait_s > 0.0:
                self._pass_time(wait_s)
        while scheduled and scheduled[0].when() < world_s() + RESOLUTION_S:
            ready.append(heapq.heappop(scheduled))
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle.cancelled():
                handle._run()

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As asyncio's own, without its looks for what is wrong in a program under debugging."""
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def time(self) -> float:
        """Return the world's seconds."""
        return self._world_s()

    def run_in_executor(
        self, _executor: object, func: Callable[..., Any], *args: object
    ) -> "asyncio.Future[Any]":
        """Run it now."""
        future: asyncio.Future[Any] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets it
            future.set_exception(error)
        return future

    def end(self) -> None:
        """Take everything down that still runs; none of it may clean up with the world's help."""
        tasks = asyncio.all_tasks(self)
        for task in tasks:
            task.cancel()
        if tasks:
            self.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.close()


def _say_nothing(_loop: asyncio.AbstractEventLoop, _context: Mapping[str, object]) -> None:
    """Of tasks that died with their process nobody needs to hear."""
