"""A miner whose link is half open, out of step or gone: how it is heard again."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest

from adapters.codec import braiins_methods as methods
from adapters.devices.braiins_session import CallError, Failure, Session
from adapters.pb.braiins.bos.v1.authentication_pb2 import LoginResponse
from adapters.pb.braiins.bos.v1.miner_pb2 import GetMinerDetailsRequest
from adapters.runtime.gateway import Gateway
from adapters.runtime.supervisor import Supervisor
from adapters.runtime.wiring import Wiring
from adapters.simulated.braiins_miner import Fault
from adapters.simulated.braiins_server import BraiinsServer
from tests.adapters.manual_clock import ManualClock
from tests.adapters.miner_bench import bench, drive, settings


def test_f50_a_pause_and_a_look_without_an_answer_end_the_connection_at_once() -> None:
    """It may be half open, and then a new one gets through."""

    async def test() -> None:
        async with bench(poll_s=600.0) as one:
            one.want(2000)
            await one.until(lambda: one.value("power_accepted") == 2000.0)
            one.miner.faults.add(Fault.FROZEN)
            one.want(0)
            await one.soon(lambda: one.value("online") is False)
            assert not one.failed

    drive(test())


def test_f60_an_answer_without_a_message_is_a_call_that_failed() -> None:
    """It says that it is in order, and that was all: a damaged frame can look like it."""

    async def nothing(_request: object, _context: object) -> AsyncIterator[bytes]:
        for message in ():
            yield message

    async def test() -> None:
        server = grpc.aio.server()
        handler = grpc.unary_stream_rpc_method_handler(nothing)
        service, _, name = methods.LOGIN.path.strip("/").partition("/")
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(service, {name: handler}),)
        )
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        session = Session(settings(port=port), ManualClock(), lambda: "root")
        try:
            with pytest.raises(CallError, match="unreadable answer") as failed:
                await session.call(methods.DETAILS, GetMinerDetailsRequest())
            assert failed.value.failure is Failure.LOST
        finally:
            await session.close()
            await server.stop(None)

    drive(test())


def test_f50_a_miner_that_is_only_read_is_heard_again_by_its_supervisor() -> None:
    async def test() -> None:
        async with bench() as one:
            await one.close()
            gateway = Gateway(Wiring({}, {}, ()), {})
            gateway.listeners.append(lambda _, readings: one._publish(readings))
            supervisor = Supervisor(gateway, one.clock)
            supervisor.start(one.device)
            (one.task,) = supervisor._tasks
            await one.until(lambda: one.value("online") is True)
            port = one.server.port
            for _ in range(2):
                await one.server.stop()
                await one.until(lambda: one.value("online") is False)
                await one.server.start(port)
                await one.until(lambda: one.value("online") is True, limit_s=30.0)
            assert await supervisor.close()

    drive(test())


@pytest.mark.parametrize("token", ["a\nb", "\x01", "schlüssel", "x" * 4097])
def test_f53_a_token_that_no_header_can_carry_is_refused_in_words(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte of an answer was damaged; gRPC raises an error of its own when it is sent back."""

    async def login(_server: object, _request: object, _context: object) -> LoginResponse:
        await asyncio.sleep(0)
        return LoginResponse(token=token)

    monkeypatch.setattr(BraiinsServer, "_login", login)

    async def test() -> None:
        async with bench() as one:
            assert "the login brought a token that is none" in str(await one.error())

    drive(test())
