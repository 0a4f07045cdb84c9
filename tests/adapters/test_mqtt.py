"""The messenger against a real Mosquitto: what is told, and what is asked."""

import asyncio
from pathlib import Path

import pytest

from adapters.port import Reading
from adapters.runtime.operations import Operations
from engine.control.scan import Scan
from engine.values.fact import Quality
from tests.adapters.mqtt_bench import (
    FIELDS,
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


def test_facts_decisions_and_their_reasons_are_told(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        with broker(tmp_path) as at:
            one = messenger(at, controller)
            async with listener(at) as ear, running(one):
                controller.step(40.0)
                await ear.until(lambda: ear.last(f"{ROOT}/p3/relay"))
                fact = ear.last(f"{ROOT}/facts/tank.top")
                assert fact["value"] == 40.0
                assert (fact["unit"], fact["quality"]) == ("°C", "good")
                told = ear.last(f"{ROOT}/decisions/pump.run")
                assert (told["value"], told["cause"], told["by"]) == (True, "rule", "warm_up")
                assert "the tank is cold" in told["reason"]
                assert ear.last(f"{ROOT}/p3/relay")["value"] is True
                controller.step(None)
                await ear.until(lambda: ear.last(f"{ROOT}/facts/tank.top")["quality"] == "bad")
                assert ear.last(f"{ROOT}/facts/tank.top")["value"] is None
                assert ear.last(f"{ROOT}/facts/tank.top")["reason"] == "wire broken"
                assert ear.last(f"{ROOT}/status")["state"] == "online"
            async with listener(at, f"{ROOT}/status") as late:
                await late.until(lambda: late.heard)
                assert late.last(f"{ROOT}/status")["state"] == "offline"
                assert late.heard[0][2], "retained"

    drive(test())


def test_what_does_not_change_is_told_once(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        with broker(tmp_path) as at:
            one = messenger(at, controller)
            async with listener(at) as ear, running(one):
                for _ in range(20):
                    controller.step(40.0)
                    await asyncio.sleep(0)
                await ear.until(lambda: ear.last(f"{ROOT}/p3/relay"))
                controller.step(40.0, closed=False)
                await ear.until(lambda: ear.last(f"{ROOT}/p3/relay")["value"] is False)
                assert ear.last(f"{ROOT}/alarms/relay_open")["active"]
                topics = [topic for topic, _, _ in ear.heard]
                assert topics.count(f"{ROOT}/facts/tank.top") == 1
                assert topics.count(f"{ROOT}/decisions/heatpump.sg_ready") == 1
                assert topics.count(f"{ROOT}/decisions/pump.run") == 2

    drive(test())


def test_devices_tell_their_fields_beside_the_points(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        with broker(tmp_path) as at:
            one = messenger(at, controller)
            one.know("miner1", FIELDS)
            with pytest.raises(ValueError, match="topic"):
                one.know("facts", FIELDS)
            async with listener(at) as ear, running(one):
                now_s = controller.clock.monotonic_s()
                one.heard("unknown", [Reading("top", 1.0, Quality.GOOD, now_s)])
                one.heard(
                    "miner1",
                    [Reading("top", 61.5, Quality.GOOD, now_s), Reading("x", 1.0, Quality.GOOD, 0)],
                )
                await ear.until(lambda: ear.last(f"{ROOT}/miner1/top"))
                assert ear.last(f"{ROOT}/miner1/top")["value"] == 61.5
                assert not ear.last(f"{ROOT}/miner1/x")

    drive(test())


def test_an_override_is_asked_for_answered_and_released(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        topic = f"{ROOT}/commands/override"
        with broker(tmp_path) as at:
            async with listener(at) as ear, running(messenger(at, controller)):
                wish = {"output": "heater.power", "value": 1.5, "unit": "kW"}
                reply = await ear.ask(topic, {**ASKED, **wish, "id": "a1"})
                assert (reply["id"], reply["accepted"], reply["reason"]) == ("a1", True, "")
                assert controller.step().decisions[1].value == 1500.0
                state = f"{ROOT}/overrides/heater.power"
                await ear.until(lambda: ear.last(state).get("value") == 1500)
                assert ear.last(state)["by"] == "anna"
                again = await ear.ask(topic, {**ASKED, **wish, "id": "a1"})
                assert "heard already" in again["reason"]
                release = {**ASKED, "output": "heater.power", "value": None, "id": "a2"}
                assert (await ear.ask(topic, release))["accepted"]
                assert controller.step().decisions[1].value == 0.0
                await ear.until(lambda: ear.last(state)["value"] is None)
                again = await ear.ask(topic, {**release, "id": "a3"})
                assert again["reason"] == "`heater.power` has no override"

    drive(test())


def test_requests_go_the_way_of_all_peoples_requests(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        operations = Operations(controller.cycle, controller.clock, lambda: "nonce")

        def after(scan: Scan) -> None:
            operations.after(scan)

        controller.cycle.listeners.append(after)
        with broker(tmp_path) as at:
            one = messenger(at, controller, operations=operations)
            async with listener(at) as ear, running(one):
                controller.step(closed=False)
                wish = {**ASKED, "id": "1", "mode": "off"}
                assert (await ear.ask(f"{ROOT}/commands/mode", wish))["accepted"]
                controller.step(closed=False)
                await ear.until(lambda: ear.last(f"{ROOT}/mode").get("mode") == "off")
                wish = {**ASKED, "id": "2", "output": "pump.run", "value": True}
                reply = await ear.ask(f"{ROOT}/commands/override", wish)
                assert "would do nothing" in reply["reason"]
                wish = {**ASKED, "id": "3", "alarm": "relay_open"}
                assert (await ear.ask(f"{ROOT}/commands/ack", wish))["accepted"]
                assert operations.book.entries[0].by == "anna"

    drive(test())


def test_a_setpoint_becomes_a_fact_until_it_expires(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        topic = f"{ROOT}/setpoints/limit/set"
        with broker(tmp_path) as at:
            async with listener(at) as ear, running(messenger(at, controller)):
                controller.step()
                await ear.until(lambda: ear.last(f"{ROOT}/setpoints/limit"))
                assert ear.last(f"{ROOT}/setpoints/limit")["state"] == "unset"
                wish = {**ASKED, "value": 60, "unit": "°C", "id": "s1"}
                assert (await ear.ask(topic, wish))["accepted"]
                assert controller.step().trace.image.values[1] == 60.0
                assert controller.setpoints.retained()
                refused = await ear.ask(topic, {**wish, "id": "s2", "value": 71})
                assert refused["reason"] == "`value` must lie within 35 to 70 °C"
                controller.clock.ahead_s = 61.0
                assert controller.step().trace.image.values[1] == 50.0
                await ear.until(
                    lambda: ear.last(f"{ROOT}/setpoints/limit").get("state") == "expired"
                )

    drive(test())


def test_a_reset_takes_two_steps_and_is_answered_by_the_scan_that_heard_it(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        asking, confirming = f"{ROOT}/commands/reset", f"{ROOT}/commands/confirm"
        wish = {**ASKED, "trip": "relay_open"}
        with broker(tmp_path) as at:
            async with listener(at) as ear, running(messenger(at, controller)):

                async def why(topic: str, request_id: str, **more: str) -> str:
                    return str((await ear.ask(topic, {**wish, "id": request_id, **more}))["reason"])

                controller.step()
                assert "not latched" in await why(asking, "r1")
                controller.step(closed=False)
                assert "cause still lasts" in await why(asking, "r2")
                assert "nothing is armed" in await why(confirming, "r3", nonce="nonce")
                controller.step(closed=True)
                armed = await ear.ask(asking, {**wish, "id": "r4"})
                assert (armed["accepted"], armed["nonce"]) == (True, "nonce")
                assert armed["cause"] == "The relay is open."
                assert "30 s" in armed["reason"]
                assert not controller.cycle.requests.resets, "one step resets nothing"
                assert "not what was armed" in await why(confirming, "r5", nonce="wrong")
                assert "nothing is armed" in await why(confirming, "r6", nonce="nonce")
                await ear.ask(asking, {**wish, "id": "r7"})
                assert "not what" in await why(confirming, "r8", nonce="nonce", by="berta")
                armed = await ear.ask(asking, {**wish, "id": "r9"})
                last = {**wish, "id": "r10", "nonce": armed["nonce"]}
                confirmed = asyncio.create_task(ear.ask(confirming, last))
                await until(lambda: controller.cycle.requests.resets)
                controller.step(closed=True)
                assert (await confirmed)["accepted"]
                alarm = f"{ROOT}/alarms/relay_open"
                await ear.until(lambda: ear.last(alarm).get("active") is False)
                assert "heard already" in await why(confirming, "r10", nonce="nonce"), "a replay"

    drive(test())


def test_f34_a_retained_request_is_refused_and_cleared(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        topic = f"{ROOT}/commands/override"
        wish = b'{"id":"x","by":"anna","ttl_s":60,"output":"pump.run","value":true,"unit":""}'
        with broker(tmp_path) as at:
            async with listener(at) as ear:
                await ear.link.publish(topic, wish, qos=1, retain=True)
                async with running(messenger(at, controller)):
                    await ear.until(lambda: ear.last(f"{topic}/reply"))
                    assert "retained" in ear.last(f"{topic}/reply")["reason"]
                    await ear.until(lambda: (topic, b"", False) in ear.heard)
                    assert not controller.cycle.requests.overrides

    drive(test())


@pytest.mark.parametrize(
    "payload",
    [
        b"on",
        b"\xff\xfe",
        b"[" * 900,
        b"[" * 5000,
        b'{"id":"1","by":"a","ttl_s":NaN}',
        b'{"id":"1","id":"2"}',
        b'{"id":"1","by":"a","ttl_s":60,"output":"pump.run","value":1}',
    ],
)
def test_garbage_is_refused_and_the_next_request_is_heard(tmp_path: Path, payload: bytes) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        topic = f"{ROOT}/commands/override"
        with broker(tmp_path) as at:
            async with listener(at) as ear, running(messenger(at, controller)):
                assert not (await ear.ask(topic, payload))["accepted"]
                wish = {**ASKED, "id": "1", "output": "pump.run", "value": True}
                assert (await ear.ask(topic, wish))["accepted"]

    drive(test())


def test_what_is_not_on_offer_is_refused(tmp_path: Path) -> None:
    async def test() -> None:
        controller = Controller(program_of())
        with broker(tmp_path) as at:
            async with listener(at) as ear, running(messenger(at, controller)):
                reply = await ear.ask(
                    f"{ROOT}/commands/mode", {**ASKED, "id": "1", "mode": "party"}
                )
                assert reply["reason"] == "the plant has no such mode"
                reply = await ear.ask(f"{ROOT}/commands/ack", {**ASKED, "id": "2", "alarm": "x"})
                assert "`x` is not an alarm" in reply["reason"]
                reply = await ear.ask(f"{ROOT}/setpoints/no/set", {**ASKED, "id": "3", "value": 1})
                assert reply["reason"] == "there is no such setpoint"

    drive(test())
