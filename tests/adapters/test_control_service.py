"""Every call of the control interface, over a real socket."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from adapters.codec import control_methods as methods
from adapters.control.client import Client, RefusedByDaemonError, UnreachableError
from adapters.pb.thermiq.v1 import control_pb2 as pb
from tests.adapters.control_bench import Bench, bench

Test = Callable[[Bench], Coroutine[Any, Any, None]]


def run(folder: Path, test: Test, **options: object) -> None:
    async def go() -> None:
        async with bench(folder, **options) as house:
            await test(house)

    asyncio.run(go())


async def refused(house: Bench, method: methods.Method[Any, Any], request: Any) -> str:
    with pytest.raises(RefusedByDaemonError) as raised:
        await house.ask(method, request)
    return str(raised.value)


def test_the_table_has_every_method_of_the_service() -> None:
    declared = pb.DESCRIPTOR.services_by_name["Control"].methods
    assert {each.name for each in declared} == {each.name for each in methods.METHODS}
    for each in declared:
        (method,) = [known for known in methods.METHODS if known.name == each.name]
        assert method.path == f"/{each.containing_service.full_name}/{each.name}"
        assert each.input_type == method.request.DESCRIPTOR
        assert each.output_type == method.response.DESCRIPTOR
        assert method.streams == each.server_streaming


def test_before_the_first_scan_there_is_no_status(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        assert "no scan" in await refused(house, methods.STATUS, pb.StatusRequest())
        armed = pb.ArmResetRequest(trip="too_hot", author="anna")
        assert "no scan" in await refused(house, methods.ARM_RESET, armed)

    run(tmp_path, test)


def test_the_status_tells_outputs_facts_devices_and_counters(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        house.step()
        status = await house.ask(methods.STATUS, pb.StatusRequest())
        assert (status.site, status.mode.name) == ("test", "automatic")
        assert list(status.mode.known) == ["automatic", "manual", "off"]
        assert status.counters.scans == 1
        pump, heater, valve = status.outputs
        assert (pump.value.flag, pump.value.text, pump.on) == (True, "on", True)
        assert (heater.value.number, heater.value.unit, heater.value.text) == (2000, "W", "2000 W")
        assert (valve.value.state, valve.cause, valve.on) == ("left", "default", False)
        assert "warm_up" in pump.sentence
        (tank,) = status.facts
        assert (tank.value.text, tank.quality, tank.age_s) == ("40 °C", "good", 0.0)
        (meter,) = status.devices
        assert (meter.name, meter.state, meter.last_error) == ("meter", "waiting", "no answer")
        house.plc.tank_c = None
        house.step()
        (tank,) = (await house.ask(methods.STATUS, pb.StatusRequest())).facts
        assert (tank.quality, tank.reason) == ("bad", "wire broken")
        assert not tank.HasField("value")

    run(tmp_path, test)


def test_why_and_why_not_tell_a_sentence_a_tree_and_json(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        house.step()
        answer = await house.ask(methods.WHY, pb.WhyRequest(output="pump.run"))
        assert answer.sentence.startswith("pump.run is on")
        assert json.loads(answer.json)["sentence"] == answer.sentence
        assert any("warm_up" in line.text for line in answer.tree.below)
        house.plc.tank_c = 60.0
        house.step()
        for subject, value in (("warm_up", ""), ("pump.run", ""), ("heater.power_target", "2 kW")):
            asked = pb.WhyNotRequest(subject=subject, value=value)
            assert "10 K" in (await house.ask(methods.WHY_NOT, asked)).sentence
            asked.language = "de"
            assert "10 K zu hoch" in (await house.ask(methods.WHY_NOT, asked)).sentence
        german = await house.ask(methods.WHY, pb.WhyRequest(output="pump.run", language="de"))
        assert german.sentence.startswith("pump.run ist aus")
        assert german.tree.text.startswith("pump.run ist aus")
        assert json.loads(german.json)["sentence"] == german.sentence

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("method", "request_", "told"),
    [
        (methods.WHY, pb.WhyRequest(output="pump.rum"), "did you mean `pump.run`?"),
        (
            methods.WHY,
            pb.WhyRequest(output="pump.run", language="da"),
            "`da` is no language of: `en`, `de`",
        ),
        (methods.WHY_NOT, pb.WhyNotRequest(subject="warm"), "is not a rule or an output"),
        (methods.WHY_NOT, pb.WhyNotRequest(subject="warm_up", value="on"), "it has no value"),
        (methods.WHY_NOT, pb.WhyNotRequest(subject="pump.run", value="2"), "on/off value"),
        (methods.ACKNOWLEDGE, pb.AcknowledgeRequest(subject="x", author="a"), "not an alarm"),
        (methods.ARM_RESET, pb.ArmResetRequest(trip="hot", author="a"), "is not a trip"),
        (methods.ARM_RESET, pb.ArmResetRequest(trip="too_hot", author="a"), "it is not latched"),
        (methods.ARM_RESET, pb.ArmResetRequest(trip="too_hot"), "say who asks"),
        (methods.MODE, pb.ModeRequest(mode="of", author="a"), "did you mean `off`?"),
        (methods.MODE, pb.ModeRequest(mode="off"), "say who asks"),
        (methods.STAGE, pb.StageRequest(), "say who asks"),
        (methods.ACTIVATE, pb.ActivateRequest(rules="ab"), "say who asks"),
        (methods.ACTIVATE, pb.ActivateRequest(rules="ab", author="a"), "staged meanwhile"),
        (methods.ACTIVATE, pb.ActivateRequest(author="a", reason="x" * 501), "at most 500"),
        (methods.ACTIVATE, pb.ActivateRequest(author="a", rollback_if=["x"]), "needs a time"),
        (methods.ROLLBACK, pb.RollbackRequest(), "say who asks"),
        (methods.ROLLBACK, pb.RollbackRequest(author="a"), "no version is kept yet"),
        (methods.ROLLBACK, pb.RollbackRequest(author="a", number=7), "there is no version 7"),
        (methods.WITHDRAW, pb.WithdrawRequest(output="pump.run", author="a"), "no override"),
    ],
)
def test_what_is_asked_wrongly_is_refused_with_the_reason(
    tmp_path: Path, method: methods.Method[Any, Any], request_: Any, told: str
) -> None:
    async def test(house: Bench) -> None:
        house.step()
        assert told in await refused(house, method, request_)

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"output": "heater.power_targt"}, "did you mean `heater.power_target`?"),
        ({"value": "4 kW"}, "its range is from 0 to 3000 W"),
        ({"value": "hot"}, "`hot` is no value of `heater.power_target`"),
        ({"value": "2 kWh"}, "is no value of"),
        ({"value": "9" * 15 + "e9"}, "is no value of"),
        ({"value": "1" * 100}, "is no value of"),
        ({"lasts_s": 0.0}, "needs an end"),
        ({"lasts_s": 86_401.0}, "at most 24 h"),
        ({"lasts_s": float("nan")}, "needs an end"),
        ({"author": " "}, "say who asks"),
        ({"author": "a\nb"}, "say who asks"),
    ],
)
def test_an_override_is_checked(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    fields = {"output": "heater.power_target", "value": "1 kW", "lasts_s": 60.0, "author": "anna"}

    async def test(house: Bench) -> None:
        house.step()
        request = pb.OverrideRequest(**{**fields, **changes})
        assert told in await refused(house, methods.OVERRIDE, request)
        house.step()
        assert house.value("heater.power_target") == 2000

    run(tmp_path, test)


def test_an_override_counts_in_the_next_scan_and_ends_by_itself(tmp_path: Path) -> None:
    request = pb.OverrideRequest(
        output="heater.power_target", value="1 kW", lasts_s=60, author="anna"
    )

    async def test(house: Bench) -> None:
        house.step()
        told = await house.ask(methods.OVERRIDE, request)
        assert (told.author, told.value.text, told.remaining_s) == ("anna", "1000 W", 60.0)
        assert house.daemon.woken == 1
        house.step()
        assert house.plc.told["power1"] == 1000
        status = await house.ask(methods.STATUS, pb.StatusRequest())
        assert status.outputs[1].override.id == told.id
        assert "anna" in status.outputs[1].sentence
        house.step(60.0)
        assert house.plc.told["power1"] == 2000
        await house.ask(methods.OVERRIDE, request)
        house.step()
        withdrawn = pb.WithdrawRequest(output="heater.power_target", author="berta")
        answer = await house.ask(methods.WITHDRAW, withdrawn)
        assert answer.override.author == "anna"
        house.step()
        assert house.plc.told["power1"] == 2000

    run(tmp_path, test)


def test_nobody_there_is_one_clear_line(tmp_path: Path) -> None:
    with Client(tmp_path / "none.sock") as client:
        with pytest.raises(UnreachableError, match=r"no daemon answers at .*none\.sock"):
            client.ask(methods.STATUS, pb.StatusRequest())
        with pytest.raises(UnreachableError):
            next(client.follow(methods.WATCH, pb.WatchRequest()))


def test_recordings_are_listed(tmp_path: Path) -> None:
    async def test(house: Bench) -> None:
        folder = tmp_path / "recordings"
        folder.mkdir()
        (folder / "2026-11-22.rec").write_bytes(b"12345")
        told = await house.ask(methods.RECORDINGS, pb.ListRecordingsRequest())
        ((path, size_bytes),) = [(each.path, each.size_bytes) for each in told.recordings]
        assert (Path(path).name, size_bytes) == ("2026-11-22.rec", 5)

    run(tmp_path, test)


def test_the_socket_is_for_its_owner_and_group_and_goes_with_the_server(tmp_path: Path) -> None:
    path = tmp_path / "c.sock"

    async def test(_: Bench) -> None:
        assert path.stat().st_mode & 0o777 == 0o660

    run(tmp_path, test)
    assert not path.exists()
