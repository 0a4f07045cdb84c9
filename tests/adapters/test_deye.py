"""A Deye inverter: recognised, read, and its battery mode kept by few and careful writes."""

import asyncio
import math
from dataclasses import dataclass, field

import pytest

from adapters.codec.modbus import deye
from adapters.codec.modbus.register_map import RegisterMap
from adapters.devices.bus import Buses, ImplausibleError
from adapters.devices.deye import Inverter, WrongInverterError, inverter
from adapters.devices.deye_settings import item_fields, mode_item
from adapters.devices.modbus_link import NoAnswerError
from adapters.devices.modbus_options import OptionsError, inverter_options_from
from adapters.port import Command
from adapters.simulated.modbus_device import Fault, SimulatedDevice
from adapters.simulated.modbus_server import ModbusServer
from engine.values.fact import Quality, Value
from tests.adapters.modbus_bench import (
    Collected,
    HandClock,
    RealClock,
    Wire,
    on_a_loop,
    stop,
    until,
)

LV, HV = deye.THREE_PHASE_LV, deye.THREE_PHASE_HV
EVERY_MODEL = pytest.mark.parametrize("table", deye.MODELS.values(), ids=deye.MODELS)


@dataclass
class Bench:
    """One inverter, its simulated counterpart, and time moved by hand."""

    table: RegisterMap = LV
    options: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.device = SimulatedDevice(self.table)
        self.wire = Wire(self.device)
        self.clock = HandClock()
        self.settings = inverter_options_from({"host": "inverter.lan", **self.options})
        self.inverter = Inverter(self.settings, self.clock)
        self.told = Collected()

    async def poll(self, after_s: float = 2.0) -> None:
        self.clock.now_s += after_s
        self.told(await self.inverter.poll(self.wire))

    def want(self, value: Value, field: str = "battery_mode", for_s: float = 10.0) -> bool:
        expires_at_s = self.clock.now_s + for_s
        return self.inverter.command(Command(field, value, expires_at_s))

    @property
    def mode(self) -> str:
        return self.device.battery_mode(self.settings.limits())

    def three(self, field: str = "battery_mode") -> list[Value | None]:
        return [self.told.value(f"{field}_{word}") for word in ("wanted", "accepted", "measured")]


@EVERY_MODEL
@on_a_loop
async def test_each_model_is_recognised_and_kept_over_the_real_protocol(table: RegisterMap) -> None:
    device = SimulatedDevice(table, 1, {"battery_power": lambda: -2500.0})
    async with ModbusServer([device]) as server:
        clock = RealClock()
        options = {"host": "127.0.0.1", "port": server.port, "period_s": 0.1, "settle_s": 0.0}
        run = inverter("inverter", options, Buses(clock), clock, lambda: 0.0)
        told = Collected()
        task = asyncio.create_task(run.run(told))
        await until(lambda: told.value("battery_mode_measured") == "normal")
        run.command(Command("battery_mode", "hold", math.inf))
        await until(lambda: told.value("battery_mode_measured") == "hold")
        assert device.value("battery_max_discharge_current") == 0.0
        await stop(task)
    station = run.station
    assert isinstance(station, Inverter)
    assert station.model == table.name
    assert told.value("battery_power") == -2500.0
    assert set(told.readings) <= {field.name for field in run.fields()}
    # leaving, the inverter is put back to rest
    assert device.battery_mode(deye.BatteryLimits()) == "normal"


@EVERY_MODEL
@on_a_loop
async def test_every_field_of_a_model_is_told(table: RegisterMap) -> None:
    bench = Bench(table, {"model": table.name})
    await bench.poll()
    fields = {field.name for field in bench.inverter.fields() if not field.writable}
    assert set(bench.told.readings) == fields


@on_a_loop
async def test_normal_is_restored_at_start_whatever_was_left_behind() -> None:
    bench = Bench()
    for address, word in deye.recipe_words(LV, "charge", bench.settings.limits()).items():
        bench.device.accept(16, address, [word])
    bench.device.writes.clear()
    await bench.poll()
    assert bench.mode == "normal"
    assert bench.three() == ["normal", "normal", "normal"]
    assert bench.device.writes == [(127, (20,)), (146, (255,))]


@on_a_loop
async def test_f28_only_what_differs_is_written_and_nothing_again() -> None:
    bench = Bench()
    await bench.poll()
    assert bench.device.writes == []
    assert bench.want("hold")
    await bench.poll()
    assert bench.device.writes == [(109, (0,))]
    for _ in range(100):
        assert not bench.want("hold")
        await bench.poll()
    assert bench.device.writes == [(109, (0,))]
    assert bench.three() == ["hold", "hold", "hold"]
    assert bench.told.value("writes_today") == 1.0


@on_a_loop
async def test_charge_writes_its_recipe_and_runs_of_neighbours_at_once() -> None:
    bench = Bench()
    await bench.poll()
    bench.want("charge")
    await bench.poll()
    assert bench.mode == "charge"
    assert bench.device.writes == [(127, (95,)), (146, (0,))]


@on_a_loop
async def test_a_hold_that_nobody_renews_returns_to_normal_without_resting() -> None:
    bench = Bench()
    await bench.poll()
    bench.want("hold", for_s=10)
    await bench.poll()
    assert bench.mode == "hold"
    await bench.poll(after_s=11)
    assert bench.mode == "normal"
    assert bench.three() == ["normal", "normal", "normal"]


@on_a_loop
async def test_f28_a_register_rests_between_two_writes_but_for_the_way_back() -> None:
    bench = Bench()
    await bench.poll()
    bench.want("hold")
    await bench.poll()
    bench.want("normal")
    await bench.poll()
    bench.want("hold", for_s=1000)
    await bench.poll()
    assert bench.mode == "normal"
    assert bench.told.quality("battery_mode_accepted") is Quality.MISSING
    assert "register 109 rests for another" in bench.told.reason("battery_mode_accepted")
    await bench.poll(after_s=300)
    assert bench.mode == "hold"


@on_a_loop
async def test_the_daily_budget_holds_back_everything_but_the_way_back() -> None:
    bench = Bench(options={"writes_per_day": 1, "write_rest_s": 60})
    await bench.poll()
    bench.want("hold", for_s=50)
    await bench.poll()
    assert bench.mode == "hold"
    await bench.poll(after_s=100)
    assert bench.mode == "normal"
    bench.want("hold", for_s=1000)
    await bench.poll(after_s=100)
    assert bench.mode == "normal"
    assert bench.told.reason("battery_mode_accepted") == "2 of 1 writes are spent today"
    bench.clock.wall_offset_s += 86_400
    await bench.poll()
    assert bench.mode == "hold"


@on_a_loop
async def test_the_count_of_an_inverter_is_handed_out_and_in() -> None:
    bench, later = Bench(), Bench()
    bench.want("hold")
    await bench.poll()
    later.inverter.restore(bench.inverter.retained())
    await later.poll()
    assert later.told.value("writes_today") == 1.0


@on_a_loop
async def test_f28_a_write_that_is_confirmed_and_not_kept_is_a_mismatch_and_no_storm() -> None:
    bench = Bench()
    await bench.poll()
    bench.device.faults.add(Fault.DEAF)
    bench.want("hold", for_s=10_000)
    await bench.poll()
    assert bench.three() == ["hold", "hold", "normal"]
    assert bench.told.value("battery_mode_mismatch") is False
    await bench.poll()
    assert bench.told.value("battery_mode_mismatch") is True
    for _ in range(100):
        await bench.poll()
    assert len(bench.device.writes) == 1
    bench.device.faults.clear()
    await bench.poll(after_s=300)
    assert bench.three() == ["hold", "hold", "hold"]
    assert bench.told.value("battery_mode_mismatch") is False


@on_a_loop
async def test_f23_a_refused_write_is_told_and_not_repeated_at_once() -> None:
    bench = Bench()
    await bench.poll()
    bench.device.faults.add(Fault.STUBBORN)
    bench.want("hold", for_s=1000)
    await bench.poll()
    assert bench.three() == ["hold", None, "normal"]
    assert "refused" in bench.told.reason("battery_mode_accepted")
    await bench.poll()
    assert bench.told.value("writes_today") == 1.0


@on_a_loop
async def test_a_write_without_a_confirmation_is_looked_for_before_it_is_repeated() -> None:
    bench = Bench()
    await bench.poll()
    bench.wire.loses_confirmations = True
    bench.want("hold", for_s=1000)
    with pytest.raises(NoAnswerError):
        await bench.poll()
    await bench.poll()
    assert bench.three() == ["hold", "hold", "hold"]
    assert len(bench.device.writes) == 1


@on_a_loop
async def test_what_somebody_changed_at_the_inverter_is_put_right() -> None:
    bench = Bench()
    await bench.poll()
    bench.device.accept(16, 109, [50])
    await bench.poll(after_s=61)
    assert bench.told.value("battery_mode_measured") == "other"
    await bench.poll()
    assert bench.mode == "normal"


@on_a_loop
async def test_a_site_that_only_reads_writes_nothing() -> None:
    bench = Bench(options={"read_only": True})
    bench.device.accept(16, 109, [0])
    bench.device.writes.clear()
    bench.want("charge")
    await bench.poll()
    await bench.inverter.leave(bench.wire)
    assert bench.device.writes == []
    assert bench.told.reason("battery_mode_accepted") == "this site only reads"


@on_a_loop
async def test_single_settings_are_commanded_when_the_site_allows_them() -> None:
    bench = Bench(HV, {"settings": {"export_limit_power": 12_000, "solar_export": 1}})
    names = {field.name for field in bench.inverter.fields() if field.writable}
    assert names == {"battery_mode", "export_limit_power", "solar_export"}
    await bench.poll()
    bench.want(5000.0, "export_limit_power", for_s=10)
    await bench.poll()
    assert bench.device.value("export_limit_power") == 5000.0
    assert bench.device.words[HV.live[0].table][143] == 500
    assert bench.three("export_limit_power") == [5000.0, 5000.0, 5000.0]
    await bench.poll(after_s=11)
    assert bench.device.value("export_limit_power") == 12_000.0
    bench.want(1e6, "export_limit_power")
    await bench.poll()
    assert "is not in 0 … 60000 W" in bench.told.reason("export_limit_power_accepted")
    assert not bench.want(1.0, "grid_charge_enabled")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"settings": {"use_timer": 0}}, "`use_timer` is no setting that rules may have"),
        ({"settings": {"grid_standard": 1}}, "`grid_standard` is no setting"),
        ({"settings": "all"}, "`settings` holds lines"),
        ({"min_soc_percent": 95}, "`min_soc_percent` must be below"),
        ({"model": "lv"}, "`model` must be one of auto, three_phase_lv"),
        ({"write_rest_s": 1}, "`write_rest_s` must lie between 60 and 86400"),
        ({"settings": {"export_limit_power": 1e9}}, "`settings`: export_limit_power"),
        ({"settings": {"load_limit": "sell_all"}}, "none of selling_first"),
    ],
)
def test_options_that_make_no_inverter_are_named(options: dict[str, object], why: str) -> None:
    clock = RealClock()
    with pytest.raises(OptionsError, match=why):
        inverter("inverter", {"host": "a", **options}, Buses(clock), clock, lambda: 0.0)


@pytest.mark.parametrize(
    ("device_type", "options", "why"),
    [
        (0x0200, {}, "say `model`"),
        (0x0600, {"model": "three_phase_lv"}, "which is three_phase_hv"),
        (0x0500, {"serial": "42"}, "inverter 2309123456 answers, not 42"),
    ],
)
@on_a_loop
async def test_nothing_is_written_to_an_inverter_that_is_not_the_one(
    device_type: int, options: dict[str, object], why: str
) -> None:
    bench = Bench(options=options)
    bench.device.set("device_type", float(device_type))
    bench.device.accept(16, 109, [0])
    bench.device.writes.clear()
    with pytest.raises(WrongInverterError, match=why):
        await bench.poll()
    assert bench.device.writes == []


@on_a_loop
async def test_another_inverter_on_the_same_wire_is_not_believed_and_not_written_to() -> None:
    bench = Bench()
    await bench.poll()
    bench.device.faults.add(Fault.SENTINEL)
    bench.want("hold")
    with pytest.raises(ImplausibleError, match="sentinel serial is 2s09123456, not 2309123456"):
        await bench.poll()
    with pytest.raises(ImplausibleError):
        await bench.inverter.act(bench.wire)
    assert bench.device.writes == []


@on_a_loop
async def test_after_a_long_silence_the_inverter_is_recognised_anew() -> None:
    bench = Bench()
    await bench.poll()
    bench.device.set("serial", "NEW0000001")
    bench.inverter.forget()
    await bench.poll()
    assert bench.inverter.model == "three_phase_lv"


@on_a_loop
async def test_f26_an_all_zero_frame_after_the_night_is_not_believed() -> None:
    bench = Bench()
    await bench.poll()
    for block in LV.live:
        for address in range(block.start, block.start + block.count):
            bench.device.words[block.table][address] = 0
    with pytest.raises(ImplausibleError, match="radiator_temperature: -100"):
        await bench.poll()


@on_a_loop
async def test_strings_that_an_inverter_has_not_are_missing_and_add_nothing() -> None:
    bench = Bench(HV)
    for address in range(719, 731):
        del bench.device.words[HV.live[0].table][address]
    bench.device.set("pv1_power", 3000.0)
    await bench.poll()
    assert bench.told.value("pv_power") == 3000.0
    assert bench.told.quality("pv5_power") is Quality.MISSING
    assert bench.told.reason("pv5_power") == "the device has no such registers"


@on_a_loop
async def test_settings_are_read_seldom_and_live_values_always() -> None:
    bench = Bench()
    for _ in range(10):
        await bench.poll()
    assert bench.wire.reads.count((98, 120)) == 1
    assert bench.wire.reads.count((500, 60)) == 10
    await bench.poll(after_s=60)
    assert bench.wire.reads.count((98, 120)) == 2


def test_a_command_that_has_expired_or_asks_for_nonsense_is_not_obeyed() -> None:
    bench = Bench()

    async def test() -> None:
        await bench.poll()
        bench.want("full")
        await bench.poll()
        assert bench.mode == "normal"
        assert "no battery mode" in bench.told.reason("battery_mode_accepted")
        assert bench.device.writes == []

    asyncio.run(test())


def test_the_battery_mode_is_commanded_by_recipes_and_measured_as_more() -> None:
    fields = {each.name: each for each in item_fields(mode_item(LV, deye.BatteryLimits()))}
    assert [name for name, each in fields.items() if each.writable] == ["battery_mode"]
    assert fields["battery_mode"].values == ("normal", "hold", "charge")
    assert fields["battery_mode_measured"].values == ("normal", "hold", "charge", "other")
