"""Brokers that are of no use to whoever wants to hear: mute, mean, or late."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Self

import pytest

from adapters.devices import emsesp, tariff
from adapters.messaging import broker as broker_link
from adapters.port import Device, DeviceError
from tests.adapters.mqtt_bench import RealClock, drive, until

CONNECT, SUBSCRIBE, PINGREQ = 1, 8, 12


class Mute:
    """A server in a broker's place that takes every connection; what it says is its `answer`."""

    def __init__(self, answer: Callable[[int, bytes], bytes]) -> None:
        self._answer = answer
        self.port = 0
        self.admits = asyncio.Event()
        """Until then nothing is answered."""
        self.left = asyncio.Event()
        """A guest has closed its connection."""

    async def __aenter__(self) -> Self:
        self._guests: set[asyncio.StreamWriter] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for guest in self._guests:
            guest.close()
        closing = (guest.wait_closed() for guest in self._guests)
        await asyncio.gather(*closing, return_exceptions=True)  # who left may have reset its link

    async def _serve(self, reader: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        self._guests.add(to)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, length = await reader.readexactly(2)
                body = await reader.readexactly(length)
                await self.admits.wait()
                to.write(self._answer(kind >> 4, body))
        self.left.set()


def refuses_topics(kind: int, body: bytes) -> bytes:
    """Admit anybody and give nobody anything, as an access list may want it."""
    if kind == CONNECT:
        return b"\x20\x02\x00\x00"
    if kind == SUBSCRIBE:
        count = 1 if b"prices" in body else 2
        return bytes((0x90, 2 + count)) + body[:2] + b"\x80" * count
    return b"\xd0\x00" if kind == PINGREQ else b""


HEARERS: list[tuple[Callable[..., Device], dict[str, object]]] = [
    (emsesp.build, {}),
    (tariff.build, {"topic": "prices"}),
]


@pytest.mark.parametrize(("build", "options"), HEARERS)
def test_a_handshake_that_hangs_is_given_up(
    monkeypatch: pytest.MonkeyPatch, build: Callable[..., Device], options: dict[str, object]
) -> None:
    monkeypatch.setattr(broker_link, "CONNECTING_S", 0.05)

    async def go() -> None:
        async with Mute(refuses_topics) as server:
            device = build("x", {"host": "127.0.0.1", "port": server.port, **options}, RealClock())
            with pytest.raises(DeviceError, match=r"x: no connection within 0\.05 s"):
                await device.run(lambda _: None)

    drive(go())


@pytest.mark.parametrize(("build", "options"), HEARERS)
def test_a_broker_that_gives_no_topic_is_of_no_use(
    build: Callable[..., Device], options: dict[str, object]
) -> None:
    async def go() -> None:
        async with Mute(refuses_topics) as server:
            server.admits.set()
            device = build("x", {"host": "127.0.0.1", "port": server.port, **options}, RealClock())
            with pytest.raises(DeviceError, match="x: the broker refuses "):
                await device.run(lambda _: None)

    drive(go())


@pytest.mark.parametrize("timeout_s", [0.1, 5.0])
def test_a_broker_that_admits_too_late_has_no_guest_for_ever(
    monkeypatch: pytest.MonkeyPatch, timeout_s: float
) -> None:
    """Whether the library gave up waiting or was told to."""
    monkeypatch.setattr(broker_link, "CONNECTING_S", 0.2)

    async def go() -> None:
        async with Mute(refuses_topics) as server:
            settings = {"host": "127.0.0.1", "port": server.port, "timeout_s": timeout_s}
            with pytest.raises(DeviceError):
                await emsesp.build("x", settings, RealClock()).run(lambda _: None)
            server.admits.set()
            await until(server.left.is_set)

    drive(go())
