"""Every meter over its real protocol; what a meter says that cannot be."""

import asyncio
import math

import pytest

from adapters.codec.modbus.meters import METERS, SDM72_V1, SDM630
from adapters.codec.modbus.register_map import Table
from adapters.devices.bus import Buses, ImplausibleError
from adapters.devices.meters import Meter, meter
from adapters.devices.modbus_options import OptionsError, meter_options_from
from adapters.port import Command
from adapters.simulated.modbus_device import Fault, SimulatedDevice
from adapters.simulated.modbus_server import ModbusServer
from engine.values.fact import Quality
from tests.adapters.modbus_bench import (
    Collected,
    HandClock,
    RealClock,
    Wire,
    collected,
    on_a_loop,
    stop,
    until,
)


@pytest.mark.parametrize("model", METERS)
@on_a_loop
async def test_every_meter_is_read_over_its_protocol(model: str) -> None:
    device = SimulatedDevice(METERS[model], 5, {"power": lambda: -750.5})
    async with ModbusServer([device]) as server:
        clock = RealClock()
        options = {"host": "127.0.0.1", "port": server.port, "unit": 5, "model": model}
        run = meter("meter", options, Buses(clock), clock, lambda: 0.0)
        told = Collected()
        task = asyncio.create_task(run.run(told))
        await until(lambda: told.count > 0)
        await stop(task)
    assert told.value("power") == pytest.approx(-750.5)
    assert told.value("import_energy") == pytest.approx(1234.5)
    assert {field.name for field in run.fields()} == set(told.readings)
    assert {reading.quality for reading in told.readings.values()} == {Quality.GOOD}


@on_a_loop
async def test_a_float_that_is_no_number_is_bad_and_the_others_stay_good() -> None:
    device = SimulatedDevice(SDM630, 2)
    device.words[Table.INPUT] |= {0x34: 0x7FC0, 0x35: 0}
    told = collected(await Meter(SDM630, 2, HandClock()).poll(Wire(device)))
    assert told.quality("power") is Quality.BAD
    assert told.reason("power") == "not a number"
    assert told.quality("l1_voltage") is Quality.GOOD
    device.words[Table.INPUT] |= {0x34: 0x4996, 0x35: 0xB438}
    told = collected(await Meter(SDM630, 2, HandClock()).poll(Wire(device)))
    assert told.quality("power") is Quality.BAD
    assert "is not in -60000 … 60000 W" in told.reason("power")


@on_a_loop
async def test_f25_f26_swapped_words_or_an_all_zero_frame_are_not_believed_at_all() -> None:
    device = SimulatedDevice(SDM630, 2)
    device.words[Table.INPUT] = dict.fromkeys(device.words[Table.INPUT], 0)
    with pytest.raises(ImplausibleError, match="frequency: 0 Hz"):
        await Meter(SDM630, 2, HandClock()).poll(Wire(device))


@on_a_loop
async def test_f27_a_counter_that_runs_backwards_is_bad_until_the_meter_was_exchanged() -> None:
    device = SimulatedDevice(SDM630, 2)
    run, wire = Meter(SDM630, 2, HandClock()), Wire(device)
    device.set("import_energy", 500.0)
    assert collected(await run.poll(wire)).value("import_energy") == 500.0
    device.set("import_energy", 3.0)
    told = collected(await run.poll(wire))
    assert told.quality("import_energy") is Quality.BAD
    assert told.reason("import_energy") == "ran backwards from 500 to 3"
    run.forget()
    assert collected(await run.poll(wire)).value("import_energy") == 3.0


@on_a_loop
async def test_a_meter_that_repeats_itself_is_not_believed_for_ever() -> None:
    device, clock = SimulatedDevice(SDM630, 2), HandClock()
    run, wire = Meter(SDM630, 2, clock, frozen_after_s=300.0), Wire(device)
    await run.poll(wire)
    device.faults.add(Fault.FROZEN)
    await run.poll(wire)
    clock.now_s += 299
    assert collected(await run.poll(wire)).quality("power") is Quality.GOOD
    clock.now_s += 1
    told = collected(await run.poll(wire))
    assert told.quality("power") is Quality.BAD
    assert told.reason("power") == "nothing has changed for 300 s"
    device.faults.clear()
    assert collected(await run.poll(wire)).quality("power") is Quality.GOOD


@on_a_loop
async def test_a_clone_without_its_own_id_in_a_register_is_read_without_sentinel() -> None:
    device = SimulatedDevice(SDM72_V1, 3)
    device.words[Table.HOLDING].clear()
    run, wire = Meter(SDM72_V1, 3, HandClock()), Wire(device)
    for _ in range(2):
        assert collected(await run.poll(wire)).quality("power") is Quality.GOOD
    assert wire.reads.count((0x14, 2)) == 1


@on_a_loop
async def test_the_time_of_a_reading_is_when_it_was_asked_for() -> None:
    device, clock = SimulatedDevice(SDM630, 2), HandClock()

    class SlowWire(Wire):
        async def read(self, *args: object) -> tuple[int, ...]:
            clock.now_s += 1
            return await super().read(*args)  # type: ignore[arg-type]

    told = collected(await Meter(SDM630, 2, clock).poll(SlowWire(device)))
    assert {reading.measured_at_s for reading in told.readings.values()} == {1000.0}


@on_a_loop
async def test_a_meter_takes_no_command() -> None:
    run = Meter(SDM630, 2, HandClock())
    assert not run.command(Command("power", 5.0, math.inf))
    assert await run.act(Wire()) == []
    await run.leave(Wire())


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "say either `tty` or `host`"),
        ({"host": "a", "tty": "b"}, "say either `tty` or `host`"),
        ({"host": "a", "unti": 3}, "`unti` is no option: did you mean `unit`?"),
        ({"host": "a", "model": "sdm631"}, "`model` must be one of sdm630, sdm72_v1"),
        ({"host": "a", "unit": 0}, "`unit` must lie between 1 and 247, not `0`"),
        ({"host": "a", "unit": 1.5}, "`unit` must be a whole number"),
        ({"host": "a", "unit": True}, "`unit` must be a number"),
        ({"host": "a", "period_s": math.nan}, "`period_s` must be a number"),
        ({"host": 5}, "`host` must be text, not `5`"),
        ({"host": "a", "read_only": "yes"}, "`read_only` must be true or false"),
        ({"tty": "a", "transport": "tcp"}, "a `tty` speaks `rtu`, not `tcp`"),
        ({"host": "a", "transport": "rtu"}, "a `host` speaks `tcp` or `rtu-over-tcp`"),
        ({"host": "a", "worst_reply_s": 0.5}, "cannot be shorter than `deadline_s`"),
        ({"host": "a", "unit": 999, "prot": 1}, "`unit` must lie.*`prot` is no option"),
    ],
)
def test_options_that_make_no_meter_are_all_named(options: dict[str, object], why: str) -> None:
    with pytest.raises(OptionsError, match=why):
        meter_options_from(options)
