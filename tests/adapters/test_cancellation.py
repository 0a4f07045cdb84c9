"""An end is an end, also where a library forgets that it was told to."""

import asyncio
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from adapters.cancellation import cancellable, heed_cancellation
from adapters.devices import emsesp, tariff
from adapters.port import DeviceError
from adapters.runtime.gateway import Gateway
from adapters.runtime.supervisor import Supervisor
from adapters.runtime.wiring import Wiring
from adapters.simulated.broker import Mosquitto
from tests.adapters.mqtt_bench import (
    PATIENCE_S,
    Controller,
    RealClock,
    broker,
    drive,
    messenger,
    program_of,
)


def forgets_once(monkeypatch: pytest.MonkeyPatch, method: str) -> asyncio.Event:
    """Let a method of the MQTT client forget one cancellation, as `wait_for` does."""
    original, reached = getattr(aiomqtt.Client, method), asyncio.Event()

    async def forgetful(self: aiomqtt.Client, *given: Any, **named: Any) -> object:
        result = await original(self, *given, **named)
        if not reached.is_set():
            reached.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return result
        return result

    monkeypatch.setattr(aiomqtt.Client, method, forgetful)
    return reached


def runner_of(kind: str, at: Mosquitto) -> Any:
    where = {"host": "127.0.0.1", "port": at.port}
    if kind == "source":
        return emsesp.build("heatpump", where, RealClock()).run(print)
    if kind == "tariff":
        return tariff.build("tariff", {**where, "topic": "prices"}, RealClock()).run(print)
    controller = Controller(program_of())
    one = messenger(at, controller)
    controller.step()
    return one.run()


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("source", "__aenter__"),
        ("source", "subscribe"),
        ("tariff", "__aenter__"),
        ("tariff", "subscribe"),
        ("messenger", "__aenter__"),
        ("messenger", "subscribe"),
        ("messenger", "publish"),
    ],
)
def test_a_cancellation_that_the_client_forgets_is_heeded(
    kind: str, method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        with broker(tmp_path) as at:
            reached = forgets_once(monkeypatch, method)
            task = asyncio.create_task(runner_of(kind, at))
            await reached.wait()
            task.cancel()
            _, waiting = await asyncio.wait((task,), timeout=PATIENCE_S)
            assert not waiting, "it goes on"
            assert task.cancelled()

    drive(test())


async def forgetful(error: Exception | None = None) -> None:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        if error is not None:
            raise error from None


@pytest.mark.parametrize("error", [None, DeviceError("closed")])
def test_what_meets_a_cancellation_is_cancelled(error: Exception | None) -> None:
    async def test() -> None:
        task = asyncio.create_task(cancellable(forgetful(error)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    drive(test())


def test_whoever_was_not_cancelled_goes_on() -> None:
    async def test() -> None:
        heed_cancellation()
        assert await cancellable(asyncio.sleep(0, "done")) == "done"
        with pytest.raises(DeviceError):
            await cancellable(fail())

    async def fail() -> None:
        raise DeviceError("closed")

    drive(test())


def test_a_device_whose_error_hides_its_end_is_not_started_again() -> None:
    class Device:
        name = "meter"
        runs = 0

        def fields(self) -> tuple[()]:
            return ()

        async def run(self, _: object) -> None:
            self.runs += 1
            await forgetful(DeviceError("closed"))

    async def test() -> None:
        device, clock = Device(), RealClock()
        supervisor = Supervisor(Gateway(Wiring({}, {}, ()), {}), clock)
        supervisor.start(device)
        await asyncio.sleep(0)
        assert await supervisor.close(PATIENCE_S)
        assert device.runs == 1

    drive(test())
