import asyncio

from adapters.port import Clock, Command, Field, Publish, Reading
from adapters.runtime.gateway import Gateway
from adapters.runtime.supervisor import PARKED_S, Health, Supervisor, after_failure
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

    def __init__(self, name: str, failures: int) -> None:
        self.name = name
        self.left = failures
        self.healthy = asyncio.Event()

    def fields(self) -> tuple[Field, ...]:
        return ()

    async def run(self, publish: Publish) -> None:
        if self.left:
            self.left -= 1
            raise ConnectionError("no answer")
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
