"""Home Assistant's discovery on a real broker."""

import json
from pathlib import Path

from adapters.codec.mqtt_topics import Topics
from adapters.messaging.homeassistant import HomeAssistant
from adapters.messaging.outbox import Outbox
from adapters.messaging.teller import alarms_of
from engine.control.scan import initial
from tests.adapters.mqtt_bench import (
    PLANT,
    Controller,
    broker,
    drive,
    listener,
    messenger,
    program_of,
    running,
)

CONFIG = "homeassistant/device/thermiq_test/config"


def test_it_is_told_what_there_is_and_again_when_it_starts(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        with broker(tmp_path) as at:
            async with listener(at, CONFIG) as ear, running(messenger(at, controller)):
                controller.step()
                await ear.until(lambda: ear.heard)
                components = ear.last(CONFIG)["cmps"]
                assert {"fact-tank-top", "override-pump-run", "alarm-relay_open"} <= set(components)
                assert not any("reset" in key for key in components), "a tap must reset nothing"
                assert set(alarms_of(program_of())) == {"relay_open"}
                ear.heard.clear()
                await ear.link.publish("homeassistant/status", b"offline", qos=1)
                await ear.link.publish("homeassistant/status", b"online", qos=1)
                await ear.until(lambda: ear.heard)
                assert ear.last(CONFIG)["cmps"] == components

    drive(test())


def test_what_an_older_version_had_told_is_removed(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        old = {"cmps": {"fact-gone": {"p": "sensor", "name": "gone"}}}
        with broker(tmp_path) as at:
            async with listener(at, CONFIG) as ear:
                await ear.link.publish(CONFIG, json.dumps(old), qos=1, retain=True)
                async with running(messenger(at, controller)):
                    controller.step()
                    gone = b'"fact-gone":{"p":"sensor"}'
                    await ear.until(lambda: any(gone in each[1] for each in ear.heard))
                    await ear.until(lambda: "fact-tank-top" in ear.last(CONFIG)["cmps"])
                    await ear.until(lambda: "fact-gone" not in ear.last(CONFIG)["cmps"])
            async with listener(at, CONFIG) as late:
                await late.until(lambda: late.heard)
                assert "fact-gone" not in late.last(CONFIG)["cmps"], "nor is it kept"

    drive(test())


def test_what_a_reload_removes_is_removed(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        fewer = program_of("\n".join(row for row in PLANT.splitlines() if "sg_ready" not in row))
        with broker(tmp_path) as at:
            async with listener(at, CONFIG) as ear, running(messenger(at, controller)):
                controller.step()
                await ear.until(lambda: ear.heard)
                controller.cycle.activate(fewer, initial(fewer))
                controller.step()
                gone = b'"decision-heatpump-sg_ready":{"p":"sensor"}'
                await ear.until(lambda: any(gone in each[1] for each in ear.heard))
                await ear.until(
                    lambda: "decision-heatpump-sg_ready" not in ear.last(CONFIG)["cmps"]
                )

    drive(test())


def test_a_house_without_home_assistant_is_not_told(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        with broker(tmp_path) as at:
            one = messenger(at, controller, section={"homeassistant": False})
            async with listener(at) as ear, running(one):
                controller.step()
                await ear.until(lambda: ear.last("thermiq/test/p3/relay"))
                assert not any(topic.startswith("homeassistant") for topic, _, _ in ear.heard)

    drive(test())


def test_nothing_is_told_before_there_is_anything() -> None:
    box = Outbox()
    home = HomeAssistant(box, Topics("test"))
    home.again()
    home.seen(b"{}")
    assert box.take() is None
