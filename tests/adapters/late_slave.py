"""A slave behind a transparent RTU gateway that answers late once; each register is its address.

Replies carry no address, so whoever takes a reply for the wrong request has a wrong number.
"""

import asyncio
import contextlib
from typing import Self

from pymodbus.framer import FramerRTU

_REQUEST_BYTES = 8


class LateSlave:
    """Answers one request after the other, to whoever is connected then.

    The first reply is `late_s` late; with `late_s` None it comes when the next request does.
    """

    def __init__(self, late_s: float | None) -> None:
        self.port = 0
        self.requests: list[tuple[int, int]] = []
        """(address, count) as asked."""
        self._late_s = late_s
        self._held: bytes | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._writer is not None:
            self._writer.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while request := await reader.readexactly(_REQUEST_BYTES):
                await self._answer(request)
        writer.close()

    async def _answer(self, request: bytes) -> None:
        address, count = (int.from_bytes(request[at : at + 2], "big") for at in (2, 4))
        self.requests.append((address, count))
        content = b"".join((address + at).to_bytes(2, "big") for at in range(count))
        body = request[:2] + bytes([2 * count]) + content
        frame = body + FramerRTU.compute_CRC(body).to_bytes(2, "big")
        if len(self.requests) > 1:
            held, self._held = self._held or b"", None
            self._send(held or frame)
            if held:
                self._held = frame  # the slave is one behind from now on
        elif self._late_s is None:
            self._held = frame
        else:
            self._tasks.add(asyncio.create_task(self._send_later(frame, self._late_s)))

    async def _send_later(self, frame: bytes, late_s: float) -> None:
        await asyncio.sleep(late_s)
        self._send(frame)

    def _send(self, frame: bytes) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(frame)
