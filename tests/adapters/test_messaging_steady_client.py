"""What the client's loop watches when a connection ends with something left to send.

The broker is a bare socket: it greets, and then reads only when the test says so.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt
import pytest

from adapters.messaging.steady_client import SteadyClient

_WELCOME = b"\x20\x02\x00\x00"
_MORE_THAN_FITS = bytes(16_000_000)
_TURNS = 5


@asynccontextmanager
async def _connected(kind: type[aiomqtt.Client]) -> AsyncIterator[tuple[aiomqtt.Client, Any]]:
    """Give a connected client and the broker's end of its connection."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        client = kind("127.0.0.1", door.getsockname()[1], timeout=30)

        def greet() -> socket.socket:
            end, _ = door.accept()
            end.recv(1024)
            end.sendall(_WELCOME)
            return end

        greeting = asyncio.get_running_loop().run_in_executor(None, greet)
        await client.__aenter__()
        with await greeting as end:
            yield client, end


def _complaints(story: Callable[[], Awaitable[None]]) -> list[str]:
    """Run a story and return what the loop complained of."""
    heard: list[str] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: heard.append(str(context["exception"])))
        await story()
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    asyncio.run(run())
    return heard


async def _end_at_once(kind: type[aiomqtt.Client]) -> None:
    async with _connected(kind) as (client, _):
        paho = client._client
        paho.publish("a", b"b")
        assert paho.want_write(), "the loop sends it at its next turn"
        paho.reinitialise()  # closes the socket, now


def test_f31_a_socket_that_is_closed_before_it_could_send_is_not_watched() -> None:
    assert _complaints(lambda: _end_at_once(SteadyClient)) == []


def test_the_twin_without_care_watches_what_is_closed() -> None:
    assert "Bad file descriptor" in str(_complaints(lambda: _end_at_once(aiomqtt.Client)))


def test_what_did_not_fit_is_sent_when_there_is_room() -> None:
    async def story() -> None:
        async with _connected(SteadyClient) as (client, end):
            client._client.publish("a", _MORE_THAN_FITS)
            loop, got = asyncio.get_running_loop(), 0
            while got < len(_MORE_THAN_FITS):
                got += len(await loop.run_in_executor(None, end.recv, 1_000_000))
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            assert not client._client.want_write()
            client._client.reinitialise()

    assert _complaints(story) == []


def test_a_connection_that_breaks_while_full_is_lost() -> None:
    async def story() -> None:
        async with _connected(SteadyClient) as (client, end):
            client._client.publish("a", _MORE_THAN_FITS)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            end.close()
            with pytest.raises(aiomqtt.MqttError):
                await anext(aiter(client.messages))
            client._client.reinitialise()

    assert _complaints(story) == []
