"""A broker that stops, freezes, drops what it takes or forgets, and a messenger that goes on."""

import asyncio
import signal
from pathlib import Path

import aiomqtt
import pytest

from adapters.messaging import mqtt
from adapters.messaging.outbox import EVENTS_MAX
from engine.control.scan import initial
from tests.adapters.mqtt_bench import (
    PATIENCE_S,
    PLANT,
    Controller,
    broker,
    drive,
    listener,
    messenger,
    program_of,
    running,
    until,
)

ROOT = "thermiq/test"
ASKED = {"by": "anna", "ttl_s": 60}


def test_f31_a_broker_that_restarts_is_told_everything_again(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        with broker(tmp_path) as at:
            one = messenger(at, controller)
            async with running(one):
                controller.step(40.0)
                at.stop()
                await until(lambda: not one.is_connected)
                for _ in range(50):
                    assert controller.step(45.0).decisions[0].value is True
                await asyncio.sleep(0)
                assert controller.cycle.counters.scans == 51, "no scan waited"
                at.start()
                await until(lambda: one.is_connected)
                async with listener(at) as ear:
                    await ear.until(lambda: ear.last(f"{ROOT}/p3/relay"))
                    fact = f"{ROOT}/facts/tank.top"
                    await ear.until(lambda: controller.step(45.0) and ear.last(fact)["value"] == 45)
                    assert ear.last(f"{ROOT}/status")["state"] == "online"
                    topic = f"{ROOT}/commands/override"
                    wish = {**ASKED, "id": "1", "output": "pump.run", "value": False}
                    assert (await ear.ask(topic, wish))["accepted"], "subscribed again"
                assert one.connections == 2

    drive(test())


def test_f30_no_broker_at_the_start_and_the_scans_go_on(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        with broker(tmp_path) as at:
            at.stop()
            one = messenger(at, controller)
            task = asyncio.create_task(one.run())
            for _ in range(10):
                controller.step(40.0)
                await asyncio.sleep(0.01)
            await until(lambda: one.last_error)
            at.start()
            await until(lambda: one.is_connected)
            async with listener(at) as ear:
                await ear.until(lambda: ear.last(f"{ROOT}/decisions/pump.run"))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    drive(test())


def test_f33_a_frozen_broker_is_noticed_and_left(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        with broker(tmp_path) as at:
            one = messenger(at, controller, section={"timeout_s": 0.3})
            async with running(one):
                at.signal(signal.SIGSTOP)
                controller.step(40.0)
                await until(lambda: not one.is_connected)
                at.signal(signal.SIGCONT)
                await until(lambda: one.is_connected)

    drive(test())


def test_f43_the_will_speaks_for_a_controller_that_dies(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        with broker(tmp_path) as at:
            one = messenger(at, controller)
            async with listener(at, f"{ROOT}/status") as ear, running(one):
                await ear.until(lambda: ear.last(f"{ROOT}/status").get("state") == "online")
                ear.heard.clear()
                async with aiomqtt.Client("127.0.0.1", at.port, identifier="thermiq-test"):
                    await ear.until(lambda: any(b"offline" in heard[1] for heard in ear.heard))
                await until(lambda: one.connections == 2)
                await ear.until(lambda: ear.last(f"{ROOT}/status")["state"] == "online")

    drive(test())


def test_an_access_list_that_drops_everything_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(mqtt, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr(mqtt, "SILENT_S", 0.2)

    async def test() -> None:
        controller = Controller(program_of())
        with broker(tmp_path, access="topic read #\n") as at:
            one = messenger(at, controller)
            async with running(one):
                controller.step(40.0)
                await until(lambda: one.is_dropped)
                assert one.is_connected

    drive(test())
    assert "access list" in caplog.text


def test_what_an_earlier_controller_left_behind_is_cleared(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        old = f"{ROOT}/facts/no.more"
        with broker(tmp_path) as at:
            async with listener(at) as ear:
                await ear.link.publish(old, b'{"value":1}', retain=True, qos=1)
                one = messenger(at, controller)
                async with running(one):
                    await ear.until(lambda: (old, b"", False) in ear.heard)
                    controller.step(40.0)
                    await ear.until(lambda: ear.last(f"{ROOT}/facts/tank.top"))
                    lines = [each for each in PLANT.splitlines() if "sg_ready" not in each]
                    fewer = program_of("\n".join(lines))
                    controller.cycle.activate(fewer, initial(fewer))
                    controller.step(40.0)
                    gone = f"{ROOT}/decisions/heatpump.sg_ready"
                    await ear.until(lambda: (gone, b"", False) in ear.heard)

    drive(test())


def test_an_end_is_heeded_whatever_the_broker_does_at_that_moment(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        with broker(tmp_path) as at:
            for number in range(12):
                one = messenger(at, controller)
                task = asyncio.create_task(one.run())
                await until(lambda one=one: one.is_connected)
                at.stop()
                for _ in range(number):
                    await asyncio.sleep(0)
                task.cancel()
                _, waiting = await asyncio.wait((task,), timeout=PATIENCE_S)
                assert not waiting, "the task goes on"
                at.start()

    drive(test())


def test_f32_a_broker_that_flaps_costs_nothing_that_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "PAUSES_S", (0.01,))

    async def test() -> None:
        controller = Controller(program_of())
        with broker(tmp_path) as at:
            one = messenger(at, controller)

            def held() -> tuple[int, int, int]:
                outbox, handles = one._outbox, len(list(Path("/proc/self/fd").iterdir()))
                return len(outbox._current), handles, len(asyncio.all_tasks())

            async with running(one):
                sizes, scans = [], 0
                for number in range(20):
                    scans += 1
                    assert controller.step(40.0 + number / 10).decisions[0].value is True
                    at.stop()
                    await until(lambda: not one.is_connected)
                    for _ in range(20):
                        scans += 1
                        controller.step(40.0 + number / 10)
                    assert len(one._outbox._waiting) <= len(one._outbox._current) + 1
                    assert len(one._outbox._events) <= EVENTS_MAX
                    at.start()
                    wanted = number + 2
                    await until(lambda wanted=wanted: one.connections == wanted)  # type: ignore[misc]  # mypy knows no defaults of lambdas
                    await until(lambda: not one._outbox._waiting)
                    sizes.append(held())
                assert controller.cycle.counters.scans == scans, "no scan waited"
                # A task that is about to end may be counted once; one that stays is in each.
                early, late = zip(*sizes[4:9], strict=True), zip(*sizes[-5:], strict=True)
                assert list(map(min, late)) == list(map(min, early)), f"nothing has grown: {sizes}"
                async with listener(at) as ear:
                    fact = f"{ROOT}/facts/tank.top"
                    await ear.until(lambda: ear.last(f"{ROOT}/p3/relay"))
                    await ear.until(lambda: controller.step(44.0) and ear.last(fact)["value"] == 44)
                    kept = {topic for topic, _, retained in ear.heard if retained}
                    assert {f"{ROOT}/status", f"{ROOT}/mode", f"{ROOT}/alarms/relay_open"} <= kept

    drive(test())
