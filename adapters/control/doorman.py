"""The door to the unix socket: the kernel says who comes, and each gets the role of who they are.

gRPC does not tell who is at the other end of a unix socket. So the socket that people open is
listened to here; the kernel names the peer's user and groups (SO_PEERCRED, SO_PEERGROUPS), and the
bytes are handed on to gRPC's own socket, in a folder that only this user may enter. Each line to it
has a name that nobody can guess, the ticket: gRPC tells that name with every call, and `visitor`
says whose it is. What comes without a ticket is nobody's.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import stat
import struct
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from adapters.control.pace import CONNECTION_BYTES, Flow
from adapters.control.visitors import Admission, Visitor
from adapters.port import DeviceError

SOCKET_MODE = 0o660
PER_USER_MAX = 20
"""Connections of one user at a time; root and the daemon's own user are not counted."""
CONNECTIONS_MAX = 100
_CHUNK = 65_536
_CREDENTIALS = struct.Struct("iII")
_SO_PEERGROUPS = 59
"""Python has no name for it; the same number on amd64, arm64 and armhf."""
_GROUPS_BYTES_MAX = 1024
_TICKET = "unix-abstract:"

log = logging.getLogger(__name__)


class Doorman:
    """Listens at `path` and hands on to `inner`, where gRPC listens."""

    def __init__(self, path: Path, admission: Admission) -> None:
        """Open nothing yet."""
        self.path = path
        self.inner = inner_socket(path)
        self._admission = admission
        self._tickets: dict[str, Visitor] = {}
        self._lines: Counter[int] = Counter()
        self._flow = Flow()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    def prepare(self) -> None:
        """Make the folders; raises OSError, or DeviceError if the inner one is somebody else's."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        folder = self.inner.parent
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        known = folder.lstat()
        if not stat.S_ISDIR(known.st_mode) or known.st_uid != os.geteuid():
            raise DeviceError(f"{folder} is somebody else's")
        folder.chmod(0o700)

    async def open(self) -> None:
        """Listen. Raises OSError, or DeviceError if somebody listens there already."""
        not_taken(self.path)
        self.path.unlink(missing_ok=True)
        line = socket.socket(socket.AF_UNIX)
        try:
            line.bind(str(self.path))
            self.path.chmod(SOCKET_MODE)  # before anybody can connect: nobody listens yet
            self._server = await asyncio.start_unix_server(self._welcome, sock=line)
        except OSError:
            line.close()
            raise

    async def close(self) -> None:
        """Listen no longer, end what goes on, and take the files away."""
        ours = self._server is not None
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for path in (self.path, self.inner) if ours else (self.inner,):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                log.warning("%s stays behind: %s", path, error)
        with contextlib.suppress(OSError):
            self.inner.parent.rmdir()

    def visitor(self, peer: str) -> Visitor | None:
        """Return whose line `peer` is, as gRPC names it; None if it came past the door."""
        return self._tickets.get(peer)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._serve(reader, writer)
        writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        uid, gids = peer_of(writer.get_extra_info("socket"))
        visitor = self._admission.visitor(uid, gids)
        full = self._lines[uid] >= PER_USER_MAX or self._lines.total() >= CONNECTIONS_MAX
        if full and not visitor.is_own:
            log.warning("control: %s has too many connections", visitor.name)
            return
        ticket = f"thermiq-{secrets.token_hex(16)}"
        line = socket.socket(socket.AF_UNIX)
        line.setblocking(False)
        line.bind(f"\0{ticket}")
        self._lines[uid] += 1
        self._tickets[_TICKET + ticket] = visitor
        try:
            await asyncio.get_running_loop().sock_connect(line, str(self.inner))
            inner_reader, inner_writer = await asyncio.open_connection(sock=line)
            try:
                if visitor.is_own:
                    inward = _pass_on(reader, inner_writer)
                else:
                    inward = self._pass_on_slowly(uid, reader, inner_writer)
                await _either(inward, _pass_on(inner_reader, writer))
            finally:
                inner_writer.transport.abort()
        finally:
            del self._tickets[_TICKET + ticket]  # before its name can be another's
            line.close()
            self._lines[uid] -= 1
            if not self._lines[uid]:
                del self._lines[uid]

    async def _pass_on_slowly(
        self, uid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass on no faster than people and their programs need; the rest waits at the sender."""
        now_s = asyncio.get_running_loop().time
        await asyncio.sleep(self._flow.wait_s(uid, CONNECTION_BYTES, now_s()))
        while data := await reader.read(_CHUNK):
            await asyncio.sleep(self._flow.wait_s(uid, len(data), now_s()))
            writer.write(data)
            await writer.drain()


def inner_socket(path: Path) -> Path:
    """Return where gRPC listens behind the door at `path`."""
    return path.parent / f".{path.stem}" / "g"


def peer_of(line: socket.socket) -> tuple[int, frozenset[int]]:
    """Return the user and all groups of who connected, as the kernel noted them then."""
    raw = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, gid = _CREDENTIALS.unpack(raw)
    try:
        more = line.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _GROUPS_BYTES_MAX)
    except OSError:  # an old kernel, or more groups than fit: the first one counts
        more = b""
    return uid, frozenset((gid, *struct.unpack(f"{len(more) // 4}I", more)))


def not_taken(path: Path) -> None:
    """Raise DeviceError if somebody listens there; a file that one left behind is none."""
    if not path.exists():
        return
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(path))
        except OSError:
            return
    raise DeviceError(f"somebody listens at {path} already")


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()


async def _either(*ways: Coroutine[Any, Any, None]) -> None:
    """Run both ways until one has ended."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
