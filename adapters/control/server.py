"""The control interface on the wire: a unix socket, and TCP with certificates on both sides.

One more task of the daemon. It holds no state of its own that a restart would miss. What is wrong
with certificates costs TCP alone: it is told, and tried again.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import grpc

from adapters.codec.control_methods import METHODS, SERVICE, Method, Role
from adapters.control.doorman import Doorman, not_taken
from adapters.control.entrance import Entrance
from adapters.control.papers import PapersError, Renewed, look_at
from adapters.control.service import Service
from adapters.control.settings import ControlSettings
from adapters.control.visitors import Admission
from adapters.port import Clock, DeviceError, Field, Publish
from adapters.runtime.refusal import Refusal, RefusedError

REQUEST_BYTES_MAX = 65_536
CALLS_MAX = 100
"""Calls that are answered at a time, those who watch among them."""
RETRY_S = 60.0
AGE_MAX_MS = 3_600_000
"""A connection over TCP shows its certificate anew after an hour."""
_STOPPING_S = 0.5

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"

_CODES = {
    Refusal.UNKNOWN: grpc.StatusCode.NOT_FOUND,
    Refusal.INVALID: grpc.StatusCode.INVALID_ARGUMENT,
    Refusal.NOT_NOW: grpc.StatusCode.FAILED_PRECONDITION,
    Refusal.TOO_OFTEN: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Refusal.FORBIDDEN: grpc.StatusCode.PERMISSION_DENIED,
}

log = logging.getLogger(__name__)


class ControlServer:
    """Runs as a supervised task: `run` listens until it is cancelled."""

    name = "control"

    def __init__(self, service: Service, settings: ControlSettings, clock: Clock) -> None:
        """Speak for `service`; nothing is opened before `run`."""
        self._service = service
        self._settings = settings
        self._clock = clock
        self.listening = asyncio.Event()
        self.port = 0
        """The TCP port, once listening."""
        self.tcp_trouble = ""
        """Why nobody is heard over TCP, though the site file asks for it."""

    def fields(self) -> tuple[Field, ...]:
        """Return nothing: it measures nothing."""
        return ()

    async def run(self, publish: Publish) -> None:  # noqa: ARG002 - it measures nothing
        """Listen until cancelled. Raises DeviceError if it cannot."""
        settings = self._settings
        not_taken(settings.socket)
        doorman = Doorman(
            settings.socket, Admission.of(settings.users, settings.groups, settings.others)
        )
        entrance = Entrance(doorman, settings.tcp, self._clock.monotonic_s)
        handlers = self._handlers(entrance)
        server = _server(handlers)
        over_tcp = None
        try:
            await self._open(server, doorman)
            over_tcp = await self._open_tcp(handlers)
            self.listening.set()
            while over_tcp is None and settings.tcp is not None:
                await self._clock.sleep(RETRY_S)
                over_tcp = await self._open_tcp(handlers)
            # Not `wait_for_termination`: a cancellation there ends what `stop` waits for, too.
            await asyncio.Event().wait()
        finally:
            self.listening.clear()
            try:
                await asyncio.gather(
                    *(each.stop(_STOPPING_S) for each in (server, over_tcp) if each is not None)
                )
                await self._service.close()
            finally:
                await doorman.close()

    @staticmethod
    async def _open(server: grpc.aio.Server, doorman: Doorman) -> None:
        try:
            doorman.prepare()
            server.add_insecure_port(f"unix:{doorman.inner.absolute()}")
            await server.start()
            await doorman.open()
        except (OSError, RuntimeError) as error:
            raise DeviceError(f"cannot listen: {error}") from error

    async def _open_tcp(self, handlers: "grpc.GenericRpcHandler") -> grpc.aio.Server | None:
        """Return a server that listens over TCP; None if none is asked for, or it cannot."""
        tcp = self._settings.tcp
        if tcp is None:
            return None
        server = _server(handlers, ("grpc.max_connection_age_ms", AGE_MAX_MS))
        try:
            note = look_at(tcp, time.time())  # what the library counts by, too
            self.port = server.add_secure_port(tcp.listen, Renewed(tcp).credentials())
            await server.start()
        except (OSError, RuntimeError, PapersError) as error:
            await server.stop(None)
            if str(error) != self.tcp_trouble:
                log.error("control: nobody is heard over TCP: %s", error)  # noqa: TRY400 - told
            self.tcp_trouble = str(error)
            return None
        self.tcp_trouble = ""
        log.info("control: listening at %s%s", tcp.listen, f"; {note}" if note else "")
        return server

    def _handlers(self, entrance: Entrance) -> "grpc.GenericRpcHandler":
        table: dict[str, Handler] = {}
        for method in METHODS:
            do = getattr(self._service, _snake(method.name))
            coders = (method.request.FromString, method.response.SerializeToString)
            if method.streams:
                streaming = self._streaming(entrance, method, do)
                table[method.name] = grpc.unary_stream_rpc_method_handler(streaming, *coders)
            else:
                answering = self._answering(entrance, method, do)
                table[method.name] = grpc.unary_unary_rpc_method_handler(answering, *coders)
        return grpc.method_handlers_generic_handler(SERVICE, table)

    def _answering(
        self, entrance: Entrance, method: Method[Any, Any], do: Callable[[Any], Any]
    ) -> Callable[..., Any]:
        async def answer(request: Any, context: Context) -> Any:
            try:
                return await do(entrance.admit(method, request, context))
            except RefusedError as error:
                if method.role > Role.VIEWER:
                    self._service.refused(method.name, str(error), getattr(request, "author", ""))
                await _refuse(context, error)

        return answer

    def _streaming(
        self, entrance: Entrance, method: Method[Any, Any], do: Callable[[Any], Any]
    ) -> Callable[..., Any]:
        async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
            try:
                async for each in do(entrance.admit(method, request, context)):
                    yield each
            except RefusedError as error:
                await _refuse(context, error)

        return stream


def _server(handlers: "grpc.GenericRpcHandler", *more: tuple[str, int]) -> grpc.aio.Server:
    server = grpc.aio.server(
        options=(
            ("grpc.so_reuseport", 0),
            ("grpc.max_receive_message_length", REQUEST_BYTES_MAX),
            *more,
        ),
        maximum_concurrent_rpcs=CALLS_MAX,
    )
    server.add_generic_rpc_handlers((handlers,))
    return server


async def _refuse(context: Context, error: RefusedError) -> None:
    await context.abort(_CODES[error.kind], str(error))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
