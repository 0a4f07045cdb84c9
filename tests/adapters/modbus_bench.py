"""What the tests of devices on Modbus share: clocks, a wire without a wire, what was published."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import wraps
from typing import ParamSpec

from adapters.codec.modbus.register_map import Block
from adapters.devices.modbus_link import LinkSettings, NoAnswerError, RefusedError
from adapters.port import Reading
from adapters.simulated.modbus_device import Fault, Refusal, SimulatedDevice
from engine.values.fact import Quality, Value

PATIENCE_S = 60.0
"""No test waits that long; one that fails does."""


_P = ParamSpec("_P")


def on_a_loop(test: Callable[_P, Coroutine[None, None, None]]) -> Callable[_P, None]:
    """Run an async test on a loop of its own."""

    @wraps(test)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        async def within_patience() -> None:
            async with asyncio.timeout(3 * PATIENCE_S):
                await test(*args, **kwargs)

        asyncio.run(within_patience())

    return run


class HandClock:
    """Time that passes when somebody waits for it, and at once."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.wall_offset_s = 1_700_000_000.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return self.wall_offset_s + self.now_s

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.now_s += seconds


class RealClock:
    """Time as it is, for what happens on a real wire."""

    def monotonic_s(self) -> float:
        return time.monotonic()

    def wall_s(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Wire:
    """Simulated devices without a protocol in between; writes can get lost on the way back."""

    def __init__(self, *devices: SimulatedDevice) -> None:
        self._devices = {device.unit_id: device for device in devices}
        self.loses_confirmations = False
        self.reads: list[tuple[int, int]] = []

    async def read(self, unit_id: int, block: Block) -> tuple[int, ...]:
        self.reads.append((block.start, block.count))
        device = self._devices[unit_id]
        if Fault.MUTE in device.faults:
            raise NoAnswerError("no answer")
        answer = device.answer(block.table.value, block.start, block.count)
        if isinstance(answer, Refusal):
            raise RefusedError(f"refused: {answer.name}", answer.value)
        return tuple(answer.values())

    async def write(self, unit_id: int, start: int, words: tuple[int, ...]) -> None:
        refusal = self._devices[unit_id].accept(16, start, list(words))
        if refusal is not None:
            raise RefusedError(f"refused: {refusal.name}", refusal.value)
        if self.loses_confirmations:
            raise NoAnswerError("no answer")


class Collected:
    """The newest reading of each field."""

    def __init__(self) -> None:
        self.readings: dict[str, Reading] = {}
        self.count = 0

    def __call__(self, readings: Sequence[Reading]) -> None:
        self.count += 1
        self.readings |= {reading.field: reading for reading in readings}

    def value(self, field: str) -> Value | None:
        return self.readings[field].value if field in self.readings else None

    def quality(self, field: str) -> Quality | None:
        return self.readings[field].quality if field in self.readings else None

    def reason(self, field: str) -> str:
        return self.readings[field].reason if field in self.readings else ""


def collected(readings: Sequence[Reading]) -> Collected:
    result = Collected()
    result(readings)
    return result


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; a test that waits in vain fails here."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - anything may be waited for
            await asyncio.sleep(0.005)


async def stop(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def tcp(port: int, transport: str = "tcp", **more: float) -> LinkSettings:
    deadline_s = more.get("deadline_s", 0.3)
    worst_reply_s = more.get("worst_reply_s", 0.5)
    return LinkSettings(
        transport, "127.0.0.1", port, deadline_s=deadline_s, worst_reply_s=worst_reply_s
    )
