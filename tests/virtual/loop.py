"""An event loop in virtual time: nobody waits, and whoever would wait lets the world go on.

    loop = VirtualLoop(world.advance)      # called with the seconds that pass
    loop.run_until_complete(daemon.run())  # every sleep is over at once, in the order of time

What would run in a thread runs at once, on the spot, so a run depends on nothing but its seed.
"""

import asyncio
import selectors
from collections.abc import Callable, Mapping
from typing import Any

SHORTEST_S = 1e-9


class StandstillError(Exception):
    """Nobody will ever wake anybody: the program under test waits for ever."""


class _NoSelector(selectors.SelectSelector):
    """Never asks the machine; what asyncio would wait goes to `pass_time`."""

    def __init__(self, pass_time: Callable[[float], None]) -> None:
        super().__init__()
        self._pass_time = pass_time

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise StandstillError("nobody is due and nothing is ready")
        if timeout > 0:
            self._pass_time(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs the real coroutines; its time is the world's."""

    def __init__(self, world_s: Callable[[], float], pass_time: Callable[[float], None]) -> None:
        """Tell time by `world_s`; `pass_time` moves it."""
        super().__init__(_NoSelector(pass_time))
        self._world_s = world_s
        self._clock_resolution = 1e-6
        self.set_exception_handler(_say_nothing)

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
