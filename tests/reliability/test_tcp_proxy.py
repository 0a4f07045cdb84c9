"""Each fault of the proxy does what it is called, and none is left over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.reliability.tcp_proxy import Proxy, corrupted

PATIENCE_S = 20.0
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
OPENED: list[asyncio.StreamWriter] = []


class Echo(asyncio.Protocol):
    """Says what it hears."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)


@asynccontextmanager
async def proxied() -> AsyncIterator[Proxy]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0)
    proxy = Proxy("link")
    proxy.target = server.sockets[0].getsockname()[1]
    await proxy.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield proxy
    finally:
        await proxy.stop()
        server.close()
        for writer in OPENED:
            writer.transport.abort()
        OPENED.clear()
        await asyncio.sleep(0)


async def connected(proxy: Proxy) -> Streams:
    streams = await asyncio.open_connection("127.0.0.1", proxy.port)
    OPENED.append(streams[1])
    return streams


async def said(streams: Streams, word: bytes = b"word\n") -> bytes:
    streams[1].write(word)
    return await streams[0].readline()


def test_what_is_in_order_passes() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            assert await said(await connected(proxy)) == b"word\n"
            assert proxy.passed == 1

    asyncio.run(test())


def test_what_hangs_arrives_late() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            streams = await connected(proxy)
            await said(streams)
            await proxy.switch("hang")
            late = asyncio.create_task(said(streams))
            new = asyncio.create_task(said(await connected(proxy)))
            for _ in range(50):
                await asyncio.sleep(0)
            assert not late.done()
            await proxy.switch(None)
            assert (await late, await new) == (b"word\n", b"word\n")

    asyncio.run(test())


def test_what_is_dropped_never_arrives() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            streams = await connected(proxy)
            await said(streams)
            await proxy.switch("drop")
            late = asyncio.create_task(said(streams))
            await asyncio.sleep(0)
            await proxy.switch(None)
            with pytest.raises(ConnectionResetError):
                await late
            assert await said(await connected(proxy)) == b"word\n"

    asyncio.run(test())


def test_a_reset_cuts_at_once_and_again() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            streams = await connected(proxy)
            await said(streams)
            await proxy.switch("reset")
            with pytest.raises(ConnectionResetError):
                await streams[0].readline()
            with pytest.raises(ConnectionResetError):
                await (await connected(proxy))[0].readline()

    asyncio.run(test())


def test_nobody_listens_and_then_somebody_does_on_the_same_port() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            port = proxy.port
            await proxy.switch("refuse")
            with pytest.raises(ConnectionRefusedError):
                await connected(proxy)
            await proxy.switch(None)
            assert proxy.port == port
            assert await said(await connected(proxy)) == b"word\n"

    asyncio.run(test())


def test_half_hears_and_does_not_answer() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            streams = await connected(proxy)
            await said(streams)
            await proxy.switch("half")
            assert await said(streams) == b""

    asyncio.run(test())


def test_slow_is_late_and_whole() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            await proxy.switch("slow")
            assert await said(await connected(proxy)) == b"word\n"

    asyncio.run(test())


def test_corrupt_changes_answers_alone() -> None:
    async def test() -> None:
        async with proxied() as proxy:
            await proxy.switch("corrupt")
            streams = await connected(proxy)
            assert await said(streams) == corrupted(b"word\n", 1) != b"word\n"

    asyncio.run(test())
