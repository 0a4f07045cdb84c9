"""A TCP proxy on loopback that fails on demand: one link, one fault at a time, while it runs.

hang      what is said stays where it is, and arrives late when the fault is over
drop      the same, and the connections are cut when it is over: nothing arrives late
reset     every connection is cut at once, new ones as soon as they are made
refuse    nobody listens
slow      every piece takes its time
half      what is asked arrives, the answer is an end of the stream
corrupt   a byte of every other answer is another; what is asked stays as it is
"""

import asyncio
import contextlib
import socket
import struct
from typing import get_args

from tests.reliability.links import CLEAR, Fault

FAULTS: tuple[Fault, ...] = get_args(Fault)
SLOW_S = 0.3
_PIECE = 65_536
_CUT = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends a reset."""


class Proxy:
    """One link. Connections of all times follow the fault that is on now."""

    def __init__(self, name: str) -> None:
        """Be called `name`; nothing is opened before `start`."""
        self.name = name
        self.fault: Fault | None = CLEAR
        self.port = 0
        self.target = 0
        """The port on loopback that connections are passed on to."""
        self.passed = 0
        """So many connections were passed on."""
        self._server: asyncio.Server | None = None
        self._changed = asyncio.Event()
        self._connections: set[_Connection] = set()

    async def start(self) -> None:
        """Listen on a free port."""
        await self._listen()

    async def stop(self) -> None:
        """Cut everything."""
        await self._close()
        await self._cut()

    async def switch(self, fault: Fault | None) -> None:
        """Let that fault be on from now on, or none."""
        before, self.fault = self.fault, fault
        if before == fault:
            return
        if fault in {"reset", "refuse"} or before in {"half", "drop"}:
            await self._cut()
        if fault == "refuse":
            await self._close()
        elif before == "refuse":
            await self._listen()
        self._changed.set()
        self._changed = asyncio.Event()

    async def freely(self) -> None:
        """Wait until pieces move."""
        while self.fault in {"hang", "drop"}:
            await self._changed.wait()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _cut(self) -> None:
        ended = [connection.cut() for connection in self._connections]
        await asyncio.gather(*ended, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self, reader, writer)
        if self.fault in {"reset", "refuse"}:
            connection.abort()
            return
        self.passed += 1
        self._connections.add(connection)
        connection.begin().add_done_callback(lambda _: self._connections.discard(connection))


class _Connection:
    """One connection and the one behind it."""

    def __init__(
        self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._proxy = proxy
        self._reader, self._writer = reader, writer
        self._behind: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._pieces = 0

    def begin(self) -> "asyncio.Task[None]":
        """Pass on in both directions until either side ends or it is cut."""
        self._task = asyncio.create_task(self._live())
        return self._task

    async def cut(self) -> None:
        """End it with a reset on both sides."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def abort(self) -> None:
        """Close both sides so that the peers see a reset."""
        for writer in (self._writer, self._behind):
            if writer is None:
                continue
            plug = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CUT)
            writer.transport.abort()

    async def _live(self) -> None:
        try:
            with contextlib.suppress(OSError):
                await self._pass_on()
        finally:
            self.abort()

    async def _pass_on(self) -> None:
        await self._proxy.freely()
        reader, self._behind = await asyncio.open_connection("127.0.0.1", self._proxy.target)
        ways = (
            asyncio.create_task(self._asked(self._reader, self._behind)),
            asyncio.create_task(self._answered(reader, self._writer)),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_PIECE):
            await self._delayed()
            writer.write(piece)
            await writer.drain()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended = False
        while piece := await reader.read(_PIECE):
            await self._delayed()
            self._pieces += 1
            if self._proxy.fault == "half":
                if not ended:
                    writer.write_eof()
                ended = True
                continue
            if self._proxy.fault == "corrupt" and self._pieces % 2:
                piece = corrupted(piece, self._pieces)
            writer.write(piece)
            await writer.drain()

    async def _delayed(self) -> None:
        if self._proxy.fault == "slow":
            await asyncio.sleep(SLOW_S)
        await self._proxy.freely()


def corrupted(piece: bytes, number: int) -> bytes:
    """Return the piece with one byte another; which one goes by its number."""
    place = number * 7 % len(piece)
    return piece[:place] + bytes([piece[place] ^ 0x55]) + piece[place + 1 :]
