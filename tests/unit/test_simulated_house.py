"""The parts of the house on loopback that need no server."""

import asyncio
from pathlib import Path

import pytest

from adapters.codec.revpi_layout import raw_of
from adapters.runtime.site import load_site
from adapters.runtime.system_clock import SystemClock
from adapters.simulated.house import House
from adapters.simulated.house_bus import HouseBus
from adapters.simulated.house_faults import UnknownFaultError
from adapters.simulated.house_messages import HouseMessages
from adapters.simulated.house_miners import HouseMiners
from adapters.simulated.house_physics import HousePhysics, clear_day
from adapters.simulated.house_plc import HousePlc
from adapters.simulated.house_site import copy_rules, on_loopback
from adapters.simulated.inputs import BatteryMode, Commands

ASP1 = Path(__file__).resolve().parents[2] / "rules" / "asp1"
NOON_S, MIDNIGHT_S = 1_776_506_400.0, 1_776_463_200.0


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path, ASP1, SystemClock())


def test_the_sun_of_a_clear_day_is_high_at_noon_and_gone_at_night() -> None:
    assert clear_day(NOON_S).pv_available_w > 9000.0
    assert clear_day(MIDNIGHT_S).pv_available_w == 0.0


def test_a_tap_cools_the_hot_water_from_below_and_a_cloud_takes_the_sun() -> None:
    physics = HousePhysics(NOON_S, household=False)
    before = physics.state.water.hot_water_c
    physics.tap_kg_per_s, physics.cloud = 0.4, 1.0
    for _ in range(60):
        physics.advance(Commands(), 1.0)
    after = physics.state.water.hot_water_c
    assert after[-1] < before[-1] - 3.0
    assert after[0] > before[0] - 2.0
    assert physics.points()["pv.power"] == 0.0


def test_zero_on_every_output_of_the_plc_is_the_safe_plant(tmp_path: Path) -> None:
    outputs = HousePlc(tmp_path).outputs()
    assert outputs.p3_run
    assert (outputs.p4_run, outputs.p5_run) == (False, False)
    assert (outputs.rv1_percent, outputs.rv2_percent) == (100.0, 0.0)
    assert outputs.sg_ready.value == "normal"


def test_a_broken_wire_and_an_open_relay_show_at_their_terminals(house: House) -> None:
    def raw(name: str) -> int:
        image = house.plc.image
        return raw_of(image.layout.ios[name], image.image_path.read_bytes())

    async def act() -> None:
        house.advance(0.1)
        assert raw("buffer_top") == 600
        assert raw("safety_a") == raw("safety_b") == 1
        await house.faults.become({"buffer.top.broken", "safety.discrepancy", "p3.stuck"})
        house.advance(0.1)
        assert raw("buffer_top") == 8500
        assert (raw("safety_a"), raw("safety_b")) == (1, 0)
        assert house.commands.p3_run is False
        await house.faults.become(set())
        house.advance(0.1)
        assert raw("buffer_top") == 600
        assert house.commands.p3_run is True

    asyncio.run(act())


def test_every_fault_can_be_switched_on_and_off_but_none_that_is_none(house: House) -> None:
    async def act() -> None:
        names = set(house.faults.names) - {"broker.stopped"}
        assert {"miner1.frozen", "inverter.mute", "safety.open", "weather.silent"} <= names
        await house.faults.become(names)
        assert house.faults.on == names
        await house.faults.become(set())
        with pytest.raises(UnknownFaultError, match=r"did you mean `miner1\.frozen`"):
            await house.faults.switch("miner1.frosen", on=True)

    asyncio.run(act())


def test_settings_of_somebody_else_leave_the_battery_normal(tmp_path: Path) -> None:
    bus = HouseBus(dict, tmp_path)
    assert bus.battery_mode() is BatteryMode.NORMAL
    assert set(bus.devices) == {"inverter", "meter_grid", "meter_miners"}


def test_the_miners_rest_and_show_what_the_plant_says(tmp_path: Path) -> None:
    miners = HouseMiners(SystemClock(), tmp_path)
    physics = HousePhysics(NOON_S)
    miners.follow(physics.state)
    assert miners.miner1.commanded_w() == 0.0
    assert miners.miner2.reported_power_w() == physics.state.miner2.power_w


def test_a_silent_publisher_says_nothing(tmp_path: Path) -> None:
    physics = HousePhysics(NOON_S)
    messages = HouseMessages(physics.points, SystemClock(), tmp_path, 5.0)
    assert set(messages._messages()) == {"ems-esp/boiler_data", "weather/now", "tariff/prices"}
    messages.silent = {"heatpump", "tariff"}
    assert set(messages._messages()) == {"weather/now"}


def test_a_site_on_loopback_keeps_its_wiring(tmp_path: Path) -> None:
    real = (ASP1 / "site.yaml").read_text("utf-8")
    text = on_loopback(
        real, {"inverter": {"host": "127.0.0.1", "port": 5020}}, {"scan_period": "2 s"}
    )
    before, _ = load_site("site.yaml", real)
    after, problems = load_site("site.yaml", text)
    assert not problems
    assert after.scan_period_s == 2.0
    wires = [(each.name, [(w.name, w.field) for w in each.facts]) for each in before.devices]
    assert wires == [(e.name, [(w.name, w.field) for w in e.facts]) for e in after.devices]
    inverter = next(each for each in after.devices if each.name == "inverter")
    assert inverter.options["port"] == 5020
    assert "tty" not in inverter.options
    copy_rules(ASP1, tmp_path)
    copied = {path.name for path in tmp_path.iterdir()}
    assert {"plant.yaml", "interlocks.yaml"} <= copied
    assert "site.yaml" not in copied
