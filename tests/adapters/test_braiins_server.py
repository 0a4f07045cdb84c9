"""The simulated interface on the wire: what any client of the real one relies on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import pytest

from adapters.simulated.braiins_miner import MinerNature, SimulatedMiner
from adapters.simulated.braiins_server import BraiinsServer
from tests.adapters.manual_clock import ManualClock
from tests.adapters.miner_bench import drive

V1 = "/braiins.bos.v1."
LOGIN = bytes.fromhex("0a04726f6f741204726f6f74")
DEADLINE_S = 10.0


class Wire:
    """Bytes out, bytes in, as a client of any make."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.channel = channel
        self.token = ""

    async def login(self) -> dict[str, str | bytes]:
        call = self.channel.unary_unary(f"{V1}AuthenticationService/Login")(
            LOGIN, timeout=DEADLINE_S
        )
        await call
        header = dict(await call.initial_metadata() or ())
        self.token = str(header["authorization"])
        return header

    async def ask(self, method: str, request: str = "") -> str:
        call = self.channel.unary_unary(f"{V1}{method}")
        metadata = (("authorization", self.token),)
        answer = await call(bytes.fromhex(request), timeout=DEADLINE_S, metadata=metadata)
        assert isinstance(answer, bytes)
        return answer.hex()


@asynccontextmanager
async def wire() -> AsyncIterator[tuple[Wire, SimulatedMiner]]:
    miner = SimulatedMiner(ManualClock(), MinerNature())
    server = BraiinsServer(miner)
    port = await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Wire(channel), miner
    await server.stop()


def test_the_token_comes_in_the_body_and_as_the_one_entry_of_the_header() -> None:
    async def test() -> None:
        async with wire() as (client, _):
            header = await client.login()
            own = {key: value for key, value in header.items() if not key.startswith("grpc-")}
            assert own == {"authorization": "token00000000001"}
            answer = await client.ask("AuthenticationService/Login", LOGIN.hex())
            assert answer == "0a10" + b"token00000000002".hex() + "10901c"

    drive(test())


def test_without_a_token_every_call_is_unauthenticated() -> None:
    async def test() -> None:
        async with wire() as (client, _):
            for method in ("ActionsService/PauseMining", "MinerService/GetMinerDetails"):
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await client.ask(method)
                assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
                assert "invalid authentication token" in str(caught.value.details())

    drive(test())


@pytest.mark.parametrize("request_hex", ["08021200", "0802120308f403"])
def test_a_target_out_of_range_is_an_invalid_argument(request_hex: str) -> None:
    async def test() -> None:
        async with wire() as (client, miner):
            await client.login()
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await client.ask("PerformanceService/SetPowerTarget", request_hex)
            assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
            assert "not in allowed range [Some(954), Some(6435)]" in str(caught.value.details())
            assert miner.stored_w == 3068

    drive(test())


def test_the_answers_have_the_bytes_of_the_real_ones() -> None:
    async def test() -> None:
        async with wire() as (client, miner):
            await client.login()
            told = await client.ask("PerformanceService/SetPowerTarget", "0802120308880e")
            assert told == "0a0308880e"
            constraints = await client.ask("ConfigurationService/GetConstraints")
            assert constraints == "0a110a0f0a0308fc17120308ba071a0308a332"
            assert await client.ask("ActionsService/PauseMining") == ""
            assert await client.ask("ActionsService/PauseMining") == "0801"
            assert miner.paused

    drive(test())


def test_the_status_stream_sends_the_present_one_first_and_stays_open() -> None:
    async def test() -> None:
        async with wire() as (client, miner):
            await client.login()
            miner.pause()
            call = client.channel.unary_stream(f"{V1}MinerService/GetMinerStatus")(
                b"", metadata=(("authorization", client.token),), timeout=DEADLINE_S
            )
            assert await call.read() == b"\x08\x03"
            assert not call.done()
            call.cancel()

    drive(test())


def test_the_version_needs_no_token() -> None:
    async def test() -> None:
        async with wire() as (client, _):
            call = client.channel.unary_unary("/braiins.bos.ApiVersionService/GetApiVersion")
            assert await call(b"", timeout=DEADLINE_S) == bytes.fromhex("0801100b")

    drive(test())


def test_two_servers_live_side_by_side() -> None:
    async def test() -> None:
        async with wire() as (one, first), wire() as (two, second):
            await asyncio.gather(one.login(), two.login())
            await one.ask("ActionsService/PauseMining")
            assert (first.paused, second.paused) == (True, False)

    drive(test())
