"""From the devices' own protocols to commands on the wire, with real servers on loopback."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from adapters.codec.revpi_layout import output_areas
from adapters.runtime.shadow import ShadowDevice
from engine.control.decision import Cause
from engine.values.fact import Quality
from tests.e2e.bench import Bench, running

MINER = "miner1.power_target"
_ON_MQTT = {"heatpump.power", "heatpump.running"}
_OF_THE_INVERTER = {"pv.power", "house.load", "battery.power", "battery.soc"}


def play(folder: Path, act: Callable[[Bench], Awaitable[None]], **how: float | bool) -> None:
    async def all_of_it() -> None:
        shadow, rtu = bool(how.get("shadow", False)), bool(how.get("rtu", False))
        cloud = float(how.get("cloud", 0.0))
        async with running(folder, shadow=shadow, cloud=cloud, rtu=rtu) as bench:
            await act(bench)

    asyncio.run(all_of_it())


def test_a_register_becomes_commands_on_four_wires(tmp_path: Path) -> None:
    async def act(bench: Bench) -> None:
        house = bench.house
        await bench.scans(3)
        assert house.miners.miner1.targets_taken == []
        house.physics.cloud = 0.0  # the inverter's registers show the sun
        await bench.until(lambda: house.miners.miner1.commanded_w() == 2400)  # gRPC
        await bench.until(lambda: house.bus.battery_mode().value == "hold")  # Modbus
        await bench.until(lambda: house.plc.outputs().p5_run)  # process image
        await bench.until(lambda: house.physics.state.miner1.power_w > 1600)  # and the plant
        await bench.until(lambda: float(bench.value("miner1.power") or 0) > 1600)  # and back

    play(tmp_path, act, cloud=1.0)


def test_the_safety_input_pauses_the_miner_and_stays_latched(tmp_path: Path) -> None:
    async def act(bench: Bench) -> None:
        miner = bench.house.miners.miner1
        await bench.until(lambda: miner.commanded_w() == 2400)
        before = miner.calls["PauseMining"]
        await bench.house.faults.switch("safety.open", on=True)
        await bench.until(lambda: miner.paused)
        assert miner.calls["PauseMining"] > before
        await bench.house.faults.switch("safety.open", on=False)
        await bench.until(lambda: bench.value("safety.channel_a") is True)
        await bench.scans(3)
        assert bench.decision(MINER).cause is Cause.LATCH
        assert miner.commanded_w() == 0.0
        assert bench.house.commands.p3_run

    play(tmp_path, act)


def test_a_broker_that_stops_takes_its_own_points_and_gives_them_back(tmp_path: Path) -> None:
    async def act(bench: Bench) -> None:
        await bench.house.faults.switch("broker.stopped", on=True)
        await bench.until(lambda: bench.bad() >= _ON_MQTT)
        assert bench.bad() <= {*_ON_MQTT, "outside.temperature", "price.buy"}
        await bench.house.faults.switch("broker.stopped", on=False)
        await bench.until(lambda: not bench.bad())

    play(tmp_path, act)


def test_a_miner_that_reboots_while_paused_is_paused_again(tmp_path: Path) -> None:
    async def act(bench: Bench) -> None:
        miner = bench.house.miners.miner1
        await bench.until(lambda: miner.paused)
        miner.reboot()
        assert not miner.paused
        await bench.until(lambda: miner.paused)
        assert miner.targets_taken == []

    play(tmp_path, act, cloud=1.0)


@pytest.mark.parametrize(
    ("fault", "lost"),
    [
        ("miner1.frozen", {"miner1.power", "miner1.board_temperature"}),
        ("miner2.unreadable", {"miner2.power", "miner2.board_temperature"}),
        ("inverter.sentinel", _OF_THE_INVERTER),
        ("meter_grid.exception", {"grid.power"}),
        ("heatpump.silent", _ON_MQTT),
        ("buffer.top.broken", {"buffer.top"}),
    ],
)
def test_a_device_that_fails_alone_leaves_the_others_untouched(
    tmp_path: Path, fault: str, lost: set[str]
) -> None:
    async def act(bench: Bench) -> None:
        await bench.house.faults.switch(fault, on=True)
        await bench.lasting(lambda: bench.bad() == lost, scans=5)
        await bench.house.faults.switch(fault, on=False)
        await bench.until(lambda: not bench.bad())

    play(tmp_path, act)


def test_a_plc_that_stands_still_stops_the_miner(tmp_path: Path) -> None:
    async def act(bench: Bench) -> None:
        miner = bench.house.miners.miner1
        await bench.until(lambda: miner.commanded_w() == 2400)
        await bench.house.faults.switch("plc.stopped", on=True)
        await bench.until(lambda: miner.paused)
        assert bench.quality("safety.channel_a") is Quality.BAD
        assert "pv.power" not in bench.bad()

    play(tmp_path, act)


def test_a_shadow_reads_everything_and_writes_nothing(tmp_path: Path) -> None:
    async def act(bench: Bench) -> None:
        house = bench.house
        image = house.plc.image
        before = image.image_path.read_bytes()
        await bench.until(lambda: bench.decision(MINER).value == 2400.0)
        await bench.scans(40)
        assert all(isinstance(each, ShadowDevice) for each in bench.daemon._runners)
        assert house.bus.inverter.writes == []
        for miner in (house.miners.miner1, house.miners.miner2):
            calls = set(miner.calls)
            assert not {each for each in calls if each.startswith(("Set", "Pause", "Resume"))}
        after = image.image_path.read_bytes()
        for first, end in output_areas(image.layout):
            assert after[first:end] == before[first:end] == bytes(end - first)

    play(tmp_path, act, shadow=True)


def test_a_serial_wire_that_is_pulled_takes_inverter_and_meters_alone(tmp_path: Path) -> None:
    async def act(bench: Bench) -> None:
        await bench.until(lambda: bench.house.bus.battery_mode().value == "hold")
        await bench.house.bus.stop()
        lost = {*_OF_THE_INVERTER, "grid.power"}
        await bench.until(lambda: bench.bad() == lost)
        await bench.scans(3)
        assert bench.bad() == lost

    play(tmp_path, act, rtu=True)
