"""Cancellations that a library forgets.

`asyncio.wait_for` of Python 3.11 forgets a cancellation that comes in the same moment as what it
waits for, and aiomqtt and pymodbus wait with it. Whoever was told to end would then go on for ever
while everybody waits for its end.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

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
