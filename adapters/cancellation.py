"""Cancellations that Python 3.11 or a library forgets, and those that nobody asked for.

`asyncio.wait_for` forgets a cancellation that comes in the same moment as what it waits for, and
aiomqtt and pymodbus wait with it. Whoever was told to end would then go on for ever while everybody
waits for its end.

`asyncio.TaskGroup` cancels its parent when a part fails, and does not take that back: the parent
counts as cancelled from then on, and its next error is taken for its end. So a task that goes on
after its parts have failed has none: see `all_or_none`.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


async def cancellable(work: Awaitable[_T]) -> _T:
    """Await, and be cancelled if that was asked for meanwhile, whatever came of the work."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        return await work
    finally:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError


def heed_cancellation() -> None:
    """Raise CancelledError if this task shall end: for where an error has hidden it."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def all_or_none(*parts: Coroutine[Any, Any, None]) -> None:
    """Run all until one fails or all have ended, and raise what failed.

    A part that ends cancelled although nobody asked has failed, too: RuntimeError.
    """
    tasks = [asyncio.create_task(part) for part in parts]
    waiting = set(tasks)
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task.cancelled():
                    raise RuntimeError(f"{task.get_coro()} was cancelled unasked")
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
