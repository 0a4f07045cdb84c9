"""The late-reply trap of RTU, sprung on a slave that is late, and each defence against it alone.

Every defence has a twin without it that ends with a wrong number: the trap is real.
"""

import pytest

from adapters.codec.modbus.register import Register
from adapters.codec.modbus.register_map import Block, RegisterMap
from adapters.devices.bus import ImplausibleError
from adapters.devices.modbus_link import ModbusLink, NoAnswerError, WrongReplyError
from adapters.devices.modbus_poll import Poller
from adapters.port import DeviceError
from tests.adapters.late_slave import LateSlave
from tests.adapters.modbus_bench import RealClock, collected, on_a_loop, tcp

DEADLINE_S = 0.1
LATE_S = 0.3
QUIET_S = 0.6
SAME_LENGTHS = [Block(address, 2) for address in (11, 21, 31, 41)]
OTHER_LENGTHS = [Block(10 * count, count) for count in (2, 3, 4, 5)]


def believe(*_: object) -> bool:
    """Stand in for a defence: nothing is ever wrong."""
    return True


async def wrong_values(link: ModbusLink, blocks: list[Block]) -> list[tuple[int, tuple[int, ...]]]:
    """Read block by block and return what is not the block's own content."""
    wrong = []
    for block in blocks:
        try:
            content = await link.read(1, block)
        except DeviceError:
            continue
        if content != tuple(range(block.start, block.start + block.count)):
            wrong.append((block.start, content))
    return wrong


async def read_from(late_s: float | None, blocks: list[Block]) -> list[tuple[int, tuple[int, ...]]]:
    async with LateSlave(late_s) as slave:
        settings = tcp(slave.port, "rtu-over-tcp", deadline_s=DEADLINE_S, worst_reply_s=QUIET_S)
        link = ModbusLink(settings, RealClock())
        await link.open()
        try:
            return await wrong_values(link, blocks)
        finally:
            link.close()


@on_a_loop
async def test_f21_a_late_reply_is_dropped_while_the_wire_is_quiet() -> None:
    assert await read_from(LATE_S, SAME_LENGTHS) == []


@on_a_loop
async def test_f21_without_the_quiet_time_a_late_reply_is_taken_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ModbusLink, "_distrust", believe)
    assert await read_from(None, SAME_LENGTHS) != []


@on_a_loop
async def test_f21_lengths_give_a_reply_away_that_is_later_than_the_worst(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ModbusLink, "_distrust", believe)
    assert await read_from(None, OTHER_LENGTHS) == []


@on_a_loop
async def test_f21_without_the_check_of_lengths_such_a_reply_is_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ModbusLink, "_distrust", believe)
    monkeypatch.setattr(ModbusLink, "_is_whole", staticmethod(believe))
    assert await read_from(None, OTHER_LENGTHS) != []


TABLE = RegisterMap(
    "late",
    live=(Block(10, 2), Block(20, 2)),
    registers=(Register("first", (10,)), Register("second", (20,))),
    sentinel=Block(0, 2),
    constants=(Register("serial", (1,)),),
)


@on_a_loop
async def test_f21_the_sentinel_gives_away_what_length_and_quiet_let_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ModbusLink, "_distrust", believe)
    async with LateSlave(None) as slave:
        clock = RealClock()
        settings = tcp(slave.port, "rtu-over-tcp", deadline_s=DEADLINE_S)
        link = ModbusLink(settings, clock)
        await link.open()
        poller = Poller(TABLE, 1, clock, expected={"serial": 1.0})
        with pytest.raises(NoAnswerError):
            await poller.poll(link)
        with pytest.raises(ImplausibleError, match="sentinel serial is 21, not 1"):
            await poller.poll(link)
        link.close()


@on_a_loop
async def test_f21_without_the_sentinel_the_values_would_be_published_under_wrong_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ModbusLink, "_distrust", believe)
    async with LateSlave(None) as slave:
        clock = RealClock()
        settings = tcp(slave.port, "rtu-over-tcp", deadline_s=DEADLINE_S)
        link = ModbusLink(settings, clock)
        await link.open()
        blind = RegisterMap("blind", live=TABLE.live, registers=TABLE.registers)
        poller = Poller(blind, 1, clock)
        with pytest.raises(NoAnswerError):
            await poller.poll(link)
        assert collected(await poller.poll(link)).value("second") != 20.0
        link.close()


@on_a_loop
async def test_f21_a_socket_is_closed_after_a_silence_and_opened_again_after_the_quiet() -> None:
    async with LateSlave(LATE_S) as slave:
        settings = tcp(slave.port, "rtu-over-tcp", deadline_s=DEADLINE_S, worst_reply_s=QUIET_S)
        link = ModbusLink(settings, RealClock())
        await link.open()
        first = link._client
        with pytest.raises(NoAnswerError):
            await link.read(1, Block(11, 2))
        assert await link.read(1, Block(21, 2)) == (21, 22)
        assert link._client is not first
        link.close()


@on_a_loop
async def test_nothing_is_asked_twice_by_itself() -> None:
    async with LateSlave(LATE_S) as slave:
        settings = tcp(slave.port, "rtu-over-tcp", deadline_s=DEADLINE_S, worst_reply_s=QUIET_S)
        link = ModbusLink(settings, RealClock())
        await link.open()
        with pytest.raises(NoAnswerError):
            await link.read(1, Block(11, 2))
        await link.read(1, Block(21, 3))
        link.close()
        assert slave.requests == [(11, 2), (21, 3)]


@on_a_loop
async def test_f22_a_reply_of_another_length_is_an_error_and_starts_the_quiet_time() -> None:
    async with LateSlave(None) as slave:
        # a worst reply that is not the worst: the late one meets the next request
        settings = tcp(slave.port, "rtu-over-tcp", deadline_s=DEADLINE_S, worst_reply_s=DEADLINE_S)
        link = ModbusLink(settings, RealClock())
        await link.open()
        with pytest.raises(NoAnswerError):
            await link.read(1, Block(11, 2))
        with pytest.raises(WrongReplyError, match="2 registers came back"):
            await link.read(1, Block(21, 3))
        assert link._reopen
        link.close()
