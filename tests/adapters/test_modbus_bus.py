"""A bus with real servers on it: every transport, several devices, every fault alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.codec.modbus.deye_three_phase import THREE_PHASE_LV
from adapters.codec.modbus.meters import SDM72_V1, SDM630
from adapters.codec.modbus.register_map import Block, Table
from adapters.devices import deye, meters
from adapters.devices.bus import BACK_OFF_MAX_S, DEAD_WIRE_MAX_S, Buses, ModbusDevice
from adapters.devices.deye import inverter
from adapters.devices.meters import meter
from adapters.devices.modbus_link import (
    LinkLostError,
    LinkSettings,
    ModbusLink,
    RefusedError,
)
from adapters.port import Clock
from adapters.simulated.modbus_device import Fault, SimulatedDevice
from adapters.simulated.modbus_server import ModbusServer, serial_pair
from engine.values.fact import Quality
from tests.adapters.modbus_bench import (
    Collected,
    HandClock,
    RealClock,
    on_a_loop,
    stop,
    tcp,
    until,
)

TRANSPORTS = ("tcp", "rtu-over-tcp", "rtu")
QUICK = {"deadline_s": 0.4, "worst_reply_s": 0.5, "frame_gap_s": 0.0, "period_s": 0.1}


@asynccontextmanager
async def wire(
    transport: str, folder: Path, *devices: SimulatedDevice
) -> AsyncIterator[dict[str, object]]:
    """Serve devices over a transport and yield the options that reach them."""
    if transport == "rtu":
        async with serial_pair(folder) as pair, ModbusServer(devices, tty=str(pair.server)):
            yield {**QUICK, "tty": str(pair.client)}
        return
    async with ModbusServer(devices, rtu_over_tcp=transport != "tcp") as server:
        yield {**QUICK, "host": "127.0.0.1", "port": server.port, "transport": transport}


def no_jitter() -> float:
    return 0.0


@pytest.mark.parametrize("transport", TRANSPORTS)
@on_a_loop
async def test_an_inverter_and_two_meters_share_one_wire(transport: str, tmp_path: Path) -> None:
    devices = [
        SimulatedDevice(THREE_PHASE_LV, 1, {"battery_power": lambda: -2500.0}),
        SimulatedDevice(SDM630, 2, {"power": lambda: -1234.5}),
        SimulatedDevice(SDM72_V1, 3, {"power": lambda: 77.0}),
    ]
    async with wire(transport, tmp_path, *devices) as reach:
        clock = RealClock()
        buses = Buses(clock)
        run: list[ModbusDevice] = [
            inverter("inverter", reach, buses, clock, no_jitter),
            meter("grid", {**reach, "unit": 2}, buses, clock, no_jitter),
            meter("pump", {**reach, "unit": 3, "model": "sdm72_v1"}, buses, clock, no_jitter),
        ]
        told = [Collected() for _ in run]
        tasks = [asyncio.create_task(each.run(into)) for each, into in zip(run, told, strict=True)]
        await until(lambda: all(each.count >= 2 for each in told))
        await stop(*tasks)
        assert told[0].value("battery_power") == -2500.0
        assert told[1].value("power") == -1234.5
        assert told[2].value("power") == 77.0
        for each, into in zip(run, told, strict=True):
            readable = {field.name for field in each.fields() if not field.writable}
            shown = set(into.readings)
            assert shown <= readable
            assert all(reading.quality is Quality.GOOD for reading in into.readings.values())


@pytest.mark.parametrize("transport", TRANSPORTS)
@on_a_loop
async def test_f20_a_mute_device_costs_the_other_nothing_but_time(
    transport: str, tmp_path: Path
) -> None:
    mute, fine = SimulatedDevice(SDM630, 2), SimulatedDevice(SDM630, 3)
    async with wire(transport, tmp_path, mute, fine) as reach:
        clock = HandClock()  # only our own waiting is made short by it
        buses = Buses(clock)
        run = [
            meter("mute", {**reach, "unit": 2, "period_s": 2.0}, buses, clock, no_jitter),
            meter("fine", {**reach, "unit": 3, "period_s": 2.0}, buses, clock, no_jitter),
        ]
        told = [Collected() for _ in run]
        tasks = [asyncio.create_task(each.run(into)) for each, into in zip(run, told, strict=True)]
        await until(lambda: all(each.value("online") is True for each in told))
        mute.faults.add(Fault.MUTE)
        await until(lambda: told[0].value("online") is False)
        assert told[0].quality("power") is Quality.MISSING
        assert "no answer" in told[0].reason("power")
        before = told[1].count
        await until(lambda: told[1].count > before + 3)
        assert told[1].quality("power") is Quality.GOOD
        mute.faults.clear()
        await until(lambda: told[0].value("online") is True)
        assert told[0].quality("power") is Quality.GOOD
        assert not any(task.done() for task in tasks)
        await stop(*tasks)


@pytest.mark.parametrize(
    ("fault", "quality", "why"),
    [
        (Fault.EXCEPTION, Quality.MISSING, "refused with exception 6"),
        (Fault.LENGTH, Quality.MISSING, "39 registers came back"),
        (Fault.SENTINEL, Quality.BAD, "sentinel unit_id"),
        (Fault.LATE, Quality.MISSING, "no answer"),
    ],
)
@pytest.mark.parametrize("transport", ["tcp", "rtu-over-tcp"])
@on_a_loop
async def test_f22_f23_f25_nothing_of_a_poll_that_went_wrong_is_believed(
    transport: str, fault: Fault, quality: Quality, why: str, tmp_path: Path
) -> None:
    device = SimulatedDevice(SDM630, 2, {"power": lambda: 500.0})
    device.late_s = 0.6
    async with wire(transport, tmp_path, device) as reach:
        clock = HandClock()
        reach |= {"unit": 2, "period_s": 2.0}
        run = meter("grid", reach, Buses(clock), clock, no_jitter)
        told = Collected()
        task = asyncio.create_task(run.run(told))
        await until(lambda: told.value("power") == 500.0)
        device.faults.add(fault)
        device.shows["power"] = lambda: 9000.0
        await until(lambda: told.value("online") is False)
        assert told.quality("power") is quality
        assert why in told.reason("power")
        device.shows["power"] = lambda: 600.0
        device.faults.clear()
        await until(lambda: told.value("power") == 600.0)
        await stop(task)


@on_a_loop
async def test_a_serial_adapter_is_unplugged_and_plugged_in_again(tmp_path: Path) -> None:
    device = SimulatedDevice(SDM630, 2)
    async with serial_pair(tmp_path) as pair:
        server = ModbusServer([device], tty=str(pair.server))
        await server.start()
        clock = RealClock()
        options = {**QUICK, "tty": str(pair.client), "unit": 2}
        run = meter("grid", options, Buses(clock), clock, no_jitter)
        told = Collected()
        task = asyncio.create_task(run.run(told))
        await until(lambda: told.value("online") is True)
        await server.stop()
        await pair.pull_out()
        with pytest.raises(LinkLostError, match=r"is closed|was closed|cannot open"):
            await task
        assert told.value("online") is False
        with pytest.raises(LinkLostError, match="cannot open"):
            await run.run(told)
        await pair.plug_in()
        async with ModbusServer([device], tty=str(pair.server)):
            task = asyncio.create_task(run.run(told))
            await until(lambda: told.value("online") is True)
            await stop(task)


@on_a_loop
async def test_a_server_that_restarts_is_found_again() -> None:
    device = SimulatedDevice(SDM630, 2)
    server = ModbusServer([device])
    await server.start()
    clock = HandClock()
    options = {**QUICK, "host": "127.0.0.1", "port": server.port, "unit": 2}
    run = meter("grid", options, Buses(clock), clock, no_jitter)
    told = Collected()
    task = asyncio.create_task(run.run(told))
    await until(lambda: told.value("online") is True)
    await server.stop()
    with pytest.raises(LinkLostError):
        await task
    assert told.quality("power") is Quality.MISSING
    await server.start()
    task = asyncio.create_task(run.run(told))
    await until(lambda: told.value("online") is True)
    await stop(task)
    await server.stop()


@on_a_loop
async def test_nobody_there_is_a_lost_link() -> None:
    link = ModbusLink(tcp(1), RealClock())
    with pytest.raises(LinkLostError, match=r"cannot open 127\.0\.0\.1:1"):
        await link.open()
    with pytest.raises(LinkLostError, match="is closed"):
        await link.read(1, Block(0, 1))


@on_a_loop
async def test_a_link_that_only_reads_cannot_write() -> None:
    device = SimulatedDevice(THREE_PHASE_LV)
    async with ModbusServer([device]) as server:
        settings = LinkSettings("tcp", "127.0.0.1", server.port, read_only=True)
        link = ModbusLink(settings, RealClock())
        await link.open()
        with pytest.raises(PermissionError, match="this link only reads"):
            await link.write(1, 109, (0,))
        link.close()
    assert device.writes == []


@on_a_loop
async def test_a_write_outside_the_writable_range_is_refused_with_its_number() -> None:
    device = SimulatedDevice(THREE_PHASE_LV)
    async with ModbusServer([device]) as server:
        link = ModbusLink(tcp(server.port), RealClock())
        await link.open()
        with pytest.raises(RefusedError, match="writing 588") as refused:
            await link.write(1, 588, (1,))
        assert refused.value.code == RefusedError.ILLEGAL_ADDRESS
        with pytest.raises(RefusedError):
            await link.read(1, Block(0, 2, Table.INPUT))
        link.close()


@on_a_loop
async def test_the_server_answers_only_for_the_units_that_it_has() -> None:
    async with ModbusServer([SimulatedDevice(SDM630, 2)]) as server:
        link = ModbusLink(tcp(server.port, deadline_s=0.2), RealClock())
        await link.open()
        for _ in range(2):  # a silence closes the socket; the next request opens it again
            with pytest.raises(Exception, match="unit 9, registers 0\\+2: no answer"):
                await link.read(9, Block(0, 2, Table.INPUT))
        assert len(await link.read(2, Block(0, 2, Table.INPUT))) == 2
        link.close()


def test_devices_that_name_one_wire_share_its_bus_and_must_agree() -> None:
    buses = Buses(RealClock())
    one = LinkSettings("rtu", tty="/dev/ttyRS485")
    assert buses.of(one) is buses.of(LinkSettings("rtu", tty="/dev/ttyRS485"))
    assert buses.of(one) is not buses.of(LinkSettings("rtu", tty="/dev/ttyRS486"))
    with pytest.raises(ValueError, match="two devices on /dev/ttyRS485 name different settings"):
        buses.of(LinkSettings("rtu", tty="/dev/ttyRS485", baudrate=19_200))


def test_drivers_that_are_built_one_by_one_share_the_wire_of_their_daemon() -> None:
    clock, other = RealClock(), RealClock()
    options: dict[str, object] = {"tty": "/dev/ttyRS485"}
    one = deye.build("inverter", options, clock)
    two = meters.build("grid", {**options, "unit": 2}, clock)
    assert one._bus is two._bus
    assert meters.build("grid", options, other)._bus is not one._bus
    with pytest.raises(ValueError, match="different settings"):
        meters.build("pump", {**options, "unit": 3, "baudrate": 19_200}, clock)


@on_a_loop
async def test_f20_a_silent_device_is_asked_less_and_less_often_with_jitter() -> None:
    device = SimulatedDevice(SDM630, 2)
    device.faults.add(Fault.EXCEPTION)
    async with ModbusServer([device]) as server:
        clock = RecordingClock()
        options = {"host": "127.0.0.1", "port": server.port, "unit": 2, "period_s": 2.0}
        run = meter("grid", options, Buses(clock), clock, lambda: 1.0)
        task = asyncio.create_task(run.run(Collected()))
        await until(lambda: len(clock.slept_s) >= 8)
        await stop(task)
    assert clock.slept_s[:8] == [2.5, 5.0, 10.0, 20.0, 40.0, 75.0, 75.0, 75.0]


@pytest.mark.parametrize(("both", "longest_s"), [(True, DEAD_WIRE_MAX_S), (False, BACK_OFF_MAX_S)])
@on_a_loop
async def test_f20_where_nobody_answers_all_are_asked_every_few_seconds(
    both: bool, longest_s: float
) -> None:
    devices = [SimulatedDevice(SDM630, 2), SimulatedDevice(SDM630, 3)]
    for device in devices[: 2 if both else 1]:
        device.faults.add(Fault.MUTE)
    async with ModbusServer(devices) as server:
        clock = RecordingClock()
        buses = Buses(clock)
        reach = {**QUICK, "host": "127.0.0.1", "port": server.port, "deadline_s": 0.05}
        runs = [
            meter(name, {**reach, "unit": unit, "period_s": 2.0}, buses, clock, no_jitter)
            for name, unit in (("grid", 2), ("pump", 3))
        ]
        tasks = [asyncio.create_task(each.run(Collected())) for each in runs]
        await until(lambda: clock.slept_s.count(longest_s) > 4)
        await stop(*tasks)
    assert max(clock.slept_s) == longest_s


class RecordingClock(HandClock):
    """Remembers how long was waited."""

    def __init__(self) -> None:
        super().__init__()
        self.slept_s: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(round(seconds, 3))
        await super().sleep(seconds)


def test_the_test_clocks_are_clocks() -> None:
    clocks: list[Clock] = [HandClock(), RealClock()]
    assert all(clock.wall_s() > clock.monotonic_s() for clock in clocks)
