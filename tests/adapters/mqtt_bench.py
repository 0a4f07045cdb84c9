"""A small plant, a controller of it, a real Mosquitto, and somebody who listens to it all."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from adapters.devices import setpoints
from adapters.devices.setpoints import Setpoints
from adapters.messaging.mqtt import Messenger
from adapters.messaging.settings import settings_from
from adapters.port import Field, Reading
from adapters.runtime.cycle import Cycle
from adapters.runtime.gateway import Gateway
from adapters.runtime.operations import Operations
from adapters.runtime.site import DeviceEntry, Link
from adapters.runtime.wiring import wire
from adapters.simulated.broker import EVERYTHING, BrokerError, Mosquitto
from engine.control.program import Program, compile_program
from engine.control.scan import Scan, initial
from engine.language.load import load
from engine.values.fact import Quality

PATIENCE_S = 60.0
PLANT = """
site: {name: test, time_zone: Europe/Berlin}
facts:
  tank.top: {unit: °C, range: [0, 100], max_age: 5 s}
  tank.limit: {unit: °C, range: [0, 100], max_age: 5 s}
  relay.closed: {type: bool, max_age: 5 s}
outputs:
  pump.run: {type: bool, default: off, failsafe: off}
  heater.power: {unit: W, range: [0, 3 kW], default: 0 W, failsafe: 0 W}
  heatpump.sg_ready: {values: [locked, normal, forced], default: normal, failsafe: normal}
"""
RULES = """
ruleset: pump
rules:
  - id: warm_up
    when: tank.top < 50 °C
    then: {pump.run: on}
    because: The tank is cold.
"""
INTERLOCKS = """
trips:
  - id: relay_open
    when: not relay.closed
    latch: on_true
    force: {pump.run: off, heater.power: 0 W}
    because: The relay is open.
"""
FIELDS = (Field("top", "°C"), Field("closed"))


def program_of(plant: str = PLANT) -> Program:
    sources = {"plant.yaml": plant, "pump.yaml": RULES, "interlocks.yaml": INTERLOCKS}
    loaded = load({name: text.encode() for name, text in sources.items()})
    assert loaded.ok, loaded.problems
    return compile_program(loaded.rulebook)


class RealClock:
    """Real time; a test moves the wall clock by `ahead_s`."""

    ahead_s = 0.0

    def monotonic_s(self) -> float:
        return time.monotonic()

    def wall_s(self) -> float:
        return time.time() + self.ahead_s

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Controller:
    """The cycle of the daemon, stepped by the test."""

    def __init__(self, program: Program) -> None:
        self.clock = RealClock()
        self.setpoints: Setpoints = setpoints.build(
            "setpoints",
            {"setpoints": {"limit": {"unit": "°C", "range": [35, 70], "otherwise": 50}}},
            self.clock,
        )
        entries = (
            DeviceEntry("plc", "", {}, (Link("tank.top", "top"), Link("relay.closed", "closed"))),
            DeviceEntry("setpoints", "", {}, (Link("tank.limit", "limit"),)),
        )
        fields = {"plc": FIELDS, "setpoints": self.setpoints.fields()}
        wiring, problems = wire(program.rulebook.plant, entries, fields)
        assert not problems
        self.gateway = Gateway(wiring, {})
        self.cycle = Cycle(program, initial(program), self.gateway, self.clock)
        self.publish = self.gateway.publisher("plc")

    def step(self, top_c: float | None = 40.0, *, closed: bool = True) -> Scan:
        now_s = self.clock.monotonic_s()
        quality = Quality.GOOD if top_c is not None else Quality.BAD
        self.publish([Reading("top", top_c, quality, now_s, "" if top_c else "wire broken")])
        self.publish([Reading("closed", closed, Quality.GOOD, now_s)])
        self.gateway.publisher("setpoints")(self.setpoints.readings())
        return self.cycle.step()


@dataclass
class Listener:
    """Everything that comes by, and a hand to publish with."""

    link: aiomqtt.Client
    heard: list[tuple[str, bytes, bool]] = field(default_factory=list)

    async def listen(self) -> None:
        async for message in self.link.messages:
            assert isinstance(message.payload, bytes)
            self.heard.append((message.topic.value, message.payload, message.retain))

    def last(self, topic: str) -> dict[str, Any]:
        """Return what a topic said last; nothing is an empty object."""
        for heard, payload, _ in reversed(self.heard):
            if heard == topic:
                found: dict[str, Any] = json.loads(payload) if payload else {}
                return found
        return {}

    async def until(self, condition: Callable[[], object]) -> None:
        await until(condition, lambda: [(topic, said[:200]) for topic, said, _ in self.heard[-20:]])

    async def ask(self, topic: str, content: object, *, retain: bool = False) -> dict[str, Any]:
        """Send a request and return the reply to it."""
        self.heard = [each for each in self.heard if each[0] != f"{topic}/reply"]
        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        await self.link.publish(topic, payload, qos=1, retain=retain)
        await self.until(lambda: self.last(f"{topic}/reply"))
        return self.last(f"{topic}/reply")


async def until(condition: Callable[[], object], seen: Callable[[], object] = str) -> None:
    """Wait until something is so; fail with what was seen after `PATIENCE_S`."""
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end_s:
            pytest.fail(f"waited in vain; seen: {seen()}")
        await asyncio.sleep(0.01)


@contextlib.contextmanager
def broker(folder: Path, access: str = EVERYTHING) -> Iterator[Mosquitto]:
    folder.mkdir(exist_ok=True)
    try:
        with Mosquitto(folder, access) as running:
            yield running
    except BrokerError as error:
        pytest.fail(str(error))


@contextlib.asynccontextmanager
async def listener(at: Mosquitto, *topics: str) -> AsyncIterator[Listener]:
    async with aiomqtt.Client("127.0.0.1", at.port) as link:
        one = Listener(link)
        await link.subscribe([(topic, 1) for topic in topics or ("#",)])
        task = asyncio.create_task(one.listen())
        try:
            yield one
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, aiomqtt.MqttError):
                await task


def people(controller: Controller) -> Operations:
    """Return what people may do to a controller; it hears of every scan."""
    operations = Operations(controller.cycle, controller.clock, lambda: "nonce")

    def after(scan: Scan) -> None:
        operations.after(scan)

    controller.cycle.listeners.append(after)
    return operations


def messenger(at: Mosquitto, controller: Controller, **options: Any) -> Messenger:
    section = {"host": "127.0.0.1", "port": at.port, "topics": {"p3/relay": "pump.run"}}
    settings = settings_from("test", {**section, **options.pop("section", {})})
    operations = options.pop("operations", None)
    if operations is None:
        operations = people(controller)
    one = Messenger(
        settings,
        controller.cycle,
        controller.clock,
        operations,
        reasons=lambda: controller.gateway.reasons,
        setpoints=controller.setpoints,
        **options,
    )
    controller.cycle.listeners.append(one.note)
    return one


@contextlib.asynccontextmanager
async def running(one: Messenger) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(one.run())
    try:
        await until(lambda: one.is_connected or task.done())
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def drive(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 3 * PATIENCE_S))
