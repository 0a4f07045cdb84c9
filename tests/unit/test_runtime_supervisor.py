import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from adapters.port import ONLINE, Clock, Command, DeviceError, Field, Publish, Reading
from adapters.runtime.gateway import Gateway
from adapters.runtime.supervisor import (
    LINK_PAUSE_MAX_S,
    PARKED_S,
    SAID_AGAIN_S,
    Health,
    Supervisor,
    after_failure,
)
from adapters.runtime.wiring import Wire, Wiring
from engine.values.fact import Quality


class HandClock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.slept: list[float] = []

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds
        await asyncio.sleep(0)


class Failing:
    """A device that fails a number of times and then publishes for ever."""

    def __init__(self, name: str, failures: int, error: Exception | None = None) -> None:
        self.name = name
        self.left = failures
        self.error = error or ConnectionError("no answer")
        self.healthy = asyncio.Event()

    def fields(self) -> tuple[Field, ...]:
        return ()

    async def run(self, publish: Publish) -> None:
        if self.left:
            self.left -= 1
            raise self.error
        publish([Reading("power", 1.0, Quality.GOOD, 0.0)])
        self.healthy.set()
        await asyncio.Event().wait()

    def command(self, command: Command) -> None:
        raise AssertionError(command)


def test_waits_double_and_the_fifth_failure_in_a_minute_parks() -> None:
    health, pauses = Health(), []
    for _ in range(5):
        health, pause_s = after_failure(health, "x", 10.0)
        pauses.append(pause_s)
    assert pauses == [1.0, 2.0, 4.0, 8.0, PARKED_S]
    assert (health.state, health.failures) == ("parked", 5)


def test_a_lost_link_is_tried_every_few_seconds_for_as_long_as_it_takes() -> None:
    health, pauses, now_s = Health(), [], 10.0
    for _ in range(200):
        health, pause_s = after_failure(health, "x", now_s, link=True)
        assert health.state == "waiting"
        pauses.append(pause_s)
        now_s += pause_s
    assert pauses[:4] == [1.0, 2.0, 4.0, 8.0]
    assert set(pauses[4:]) == {LINK_PAUSE_MAX_S}


def test_lost_links_do_not_help_to_park() -> None:
    health = Health()
    for _ in range(10):
        health, _ = after_failure(health, "x", 10.0, link=True)
    health, pause_s = after_failure(health, "x", 11.0)
    assert (health.state, pause_s, health.failures) == ("waiting", 1.0, 11)


def test_failures_far_apart_never_park() -> None:
    health = Health()
    for minute in range(20):
        health, pause_s = after_failure(health, "x", minute * 61.0)
        assert (health.state, pause_s) == ("waiting", 1.0)


def test_one_failing_device_leaves_the_other_untouched() -> None:
    async def scenario() -> None:
        clock: Clock = HandClock()
        wires = {(name, "power"): (Wire(name, "power", f"{name}.power"),) for name in ("a", "b")}
        stand = Gateway(Wiring(wires, {}, ()), {})
        supervisor = Supervisor(stand, clock)
        bad, good = Failing("a", 3), Failing("b", 0)
        supervisor.start(bad)
        supervisor.start(good)
        await asyncio.wait_for(good.healthy.wait(), 5)
        await asyncio.wait_for(bad.healthy.wait(), 5)
        assert supervisor.health["a"].failures == 3
        assert supervisor.health["a"].last_error == "ConnectionError: no answer"
        assert supervisor.health["b"] == Health()
        assert {fact.point for fact in stand.take()} == {"a.power", "b.power"}
        await supervisor.close()

    asyncio.run(scenario())


def test_a_link_that_stays_away_is_named_once_in_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failures = 3 * round(SAID_AGAIN_S / LINK_PAUSE_MAX_S)

    async def scenario() -> None:
        supervisor = Supervisor(Gateway(Wiring({}, {}, ()), {}), HandClock())
        away = Failing("a", failures, DeviceError("no route"))
        supervisor.start(away)
        await asyncio.wait_for(away.healthy.wait(), 5)
        assert supervisor.health["a"].failures == failures
        await supervisor.close()

    with caplog.at_level(logging.WARNING):
        asyncio.run(scenario())
    assert len(caplog.messages) == 3
    assert caplog.messages[0] == "device a: DeviceError: no route; next try in 1 s"


async def fail() -> None:
    raise DeviceError("no answer")


async def with_a_task_group() -> None:
    """Fail in a part. A TaskGroup of Python 3.11 leaves its parent looking cancelled."""
    try:
        async with asyncio.TaskGroup() as parts:
            parts.create_task(fail())
            parts.create_task(asyncio.Event().wait())
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


async def by_itself() -> None:
    """Be cancelled although nobody asked, as a library may be by one of its own tasks."""
    raise asyncio.CancelledError


@pytest.mark.parametrize("trip_over", [fail, with_a_task_group, by_itself])
def test_a_device_that_was_not_told_to_end_is_started_again(
    trip_over: Callable[[], Awaitable[None]],
) -> None:
    class Device(Failing):
        async def run(self, publish: Publish) -> None:
            if self.left:
                self.left -= 1
                await trip_over()
            await super().run(publish)

    async def scenario() -> None:
        supervisor = Supervisor(Gateway(Wiring({}, {}, ()), {}), HandClock())
        device = Device("a", 3)
        supervisor.start(device)
        await asyncio.wait_for(device.healthy.wait(), 5)
        assert supervisor.health["a"].failures == 3
        assert await supervisor.close()

    asyncio.run(scenario())


def test_a_device_that_says_that_it_is_not_online_waits_until_it_says_that_it_is() -> None:
    class Device(Failing):
        async def run(self, publish: Publish) -> None:
            def online(value: bool) -> None:
                reason = "" if value else "no answer"
                publish([Reading(ONLINE, value, Quality.GOOD, 0.0, reason)])
                states.append(supervisor.health["a"].state)

            if self.left:
                self.left -= 1
                for value in (True, False, False, True, False):
                    online(value)
                raise DeviceError("no route")
            online(False)
            online(True)
            self.healthy.set()
            await asyncio.Event().wait()

    async def scenario() -> None:
        device = Device("a", 1)
        supervisor.start(device, lambda name: told.append(supervisor.health[name].state))
        await asyncio.wait_for(device.healthy.wait(), 5)
        assert supervisor.health["a"].failures == 1
        await supervisor.close()

    states: list[str] = []
    told: list[str] = []
    supervisor = Supervisor(Gateway(Wiring({}, {}, ()), {}), HandClock())
    asyncio.run(scenario())
    assert states[:5] == ["running", "waiting", "waiting", "running", "waiting"]
    assert states[5:] == ["waiting", "running"]
    assert told == ["waiting", "running", "waiting", "waiting", "waiting", "running"]
