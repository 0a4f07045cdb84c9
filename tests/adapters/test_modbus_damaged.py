"""F22, F24: what is damaged on the wire is nobody's value, also when its length is right."""

from collections.abc import Callable

import pytest
from pymodbus.framer import FramerRTU

from adapters.codec.modbus.meters import SDM630
from adapters.codec.modbus.register_map import Block
from adapters.devices import modbus_link
from adapters.devices.modbus_link import ModbusLink
from adapters.port import DeviceError
from adapters.simulated.modbus_device import SimulatedDevice
from adapters.simulated.modbus_server import ModbusServer
from tests.adapters.modbus_bench import RealClock, on_a_loop, tcp
from tests.adapters.test_modbus_late_reply import believe
from tests.reliability.links import Fault
from tests.reliability.tcp_proxy import Proxy

BLOCK = SDM630.live[0]
ROUNDS = 4


async def read_through(
    fault: Fault, transport: str = "rtu-over-tcp"
) -> tuple[list[tuple[int, ...]], tuple[int, ...], int]:
    """Return what was read while the fault was on, what was read after it, and the connections."""
    device = SimulatedDevice(SDM630, 2, {"power": lambda: 500.0})
    async with ModbusServer([device], rtu_over_tcp=transport != "tcp") as server:
        proxy = Proxy("bus")
        proxy.target = server.port
        await proxy.start()
        link = ModbusLink(tcp(proxy.port, transport, worst_reply_s=0.3), RealClock())
        try:
            await proxy.switch(fault)
            seen = [words for _ in range(ROUNDS) if (words := await read(link, BLOCK))]
            await proxy.switch(None)
            await link.open()
            return seen, await link.read(2, BLOCK), proxy.passed
        finally:
            link.close()
            await proxy.stop()


async def read(link: ModbusLink, block: Block) -> tuple[int, ...]:
    """Read once, on a new connection if there is none; nothing if it fails."""
    try:
        return await link.read(2, block)
    except DeviceError:
        pass
    try:
        await link.open()
    except DeviceError:
        return ()
    return ()


@on_a_loop
async def test_f24_a_frame_with_a_wrong_checksum_is_no_answer_and_ends_the_connection() -> None:
    seen, after, connections = await read_through("corrupt")
    assert seen == []
    assert len(after) == BLOCK.count
    assert connections >= ROUNDS


@on_a_loop
async def test_f24_without_the_checksum_what_is_damaged_would_be_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(FramerRTU, "check_CRC", believe)
    seen, after, _ = await read_through("corrupt")
    assert seen
    assert any(words != after for words in seen)


@on_a_loop
async def test_f22_an_answer_that_is_cut_off_is_none() -> None:
    seen, after, _ = await read_through("half")
    assert seen == []
    assert len(after) == BLOCK.count


@on_a_loop
async def test_f22_a_function_that_nobody_knows_is_no_answer_and_no_error_of_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen, after, _ = await read_through("corrupt", "tcp")
    assert seen == []
    assert len(after) == BLOCK.count
    assert "Fatal error" not in caplog.text


@on_a_loop
async def test_f22_the_library_alone_would_raise_into_the_event_loop(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def handled(handle: Callable[..., object], *words: object) -> object:
        return handle(*words)

    monkeypatch.setattr(modbus_link, "_garbage_is_no_answer", handled)
    await read_through("corrupt", "tcp")
    assert "Fatal error" in caplog.text
