"""The control interface on the wire: a unix socket, and TCP with certificates on both sides.

One more task of the daemon. It holds no state of its own that a restart would miss.
"""

import asyncio
import logging
import re
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeAlias

import grpc

from adapters.codec.control_methods import METHODS, SERVICE, Method, Role
from adapters.control.service import Service
from adapters.control.settings import ControlSettings, TcpSettings
from adapters.port import DeviceError, Field, Publish
from adapters.runtime.refusal import Refusal, RefusedError

REQUEST_BYTES_MAX = 65_536
SOCKET_MODE = 0o660
_STOPPING_S = 0.5
_BY_MAX = 64
_LOCAL = "unix:"

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

    def __init__(self, service: Service, settings: ControlSettings) -> None:
        """Speak for `service`; nothing is opened before `run`."""
        self._service = service
        self._settings = settings
        self.listening = asyncio.Event()
        self.port = 0
        """The TCP port, once listening."""

    def fields(self) -> tuple[Field, ...]:
        """Return nothing: it measures nothing."""
        return ()

    async def run(self, publish: Publish) -> None:  # noqa: ARG002 - it measures nothing
        """Listen until cancelled. Raises DeviceError if it cannot."""
        path = self._settings.socket
        _not_taken(path)
        server = grpc.aio.server(
            options=(
                ("grpc.so_reuseport", 0),
                ("grpc.max_receive_message_length", REQUEST_BYTES_MAX),
            )
        )
        server.add_generic_rpc_handlers((self._handlers(),))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            server.add_insecure_port(f"{_LOCAL}{path.absolute()}")
            if self._settings.tcp is not None:
                tcp = self._settings.tcp
                self.port = server.add_secure_port(tcp.listen, _credentials(tcp))
            await server.start()
            path.chmod(SOCKET_MODE)
        except (OSError, RuntimeError) as error:
            await server.stop(None)
            raise DeviceError(f"cannot listen: {error}") from error
        self.listening.set()
        try:
            # Not `wait_for_termination`: a cancellation there ends what `stop` waits for, too.
            await asyncio.Event().wait()
        finally:
            self.listening.clear()
            try:
                await server.stop(_STOPPING_S)
                await self._service.close()
            finally:
                _forget(path)

    def _handlers(self) -> "grpc.GenericRpcHandler":
        table: dict[str, Handler] = {}
        for method in METHODS:
            do = getattr(self._service, _snake(method.name))
            coders = (method.request.FromString, method.response.SerializeToString)
            if method.streams:
                streaming = self._streaming(method, do)
                table[method.name] = grpc.unary_stream_rpc_method_handler(streaming, *coders)
            else:
                answering = self._answering(method, do)
                table[method.name] = grpc.unary_unary_rpc_method_handler(answering, *coders)
        return grpc.method_handlers_generic_handler(SERVICE, table)

    def _answering(self, method: Method[Any, Any], do: Callable[[Any], Any]) -> Callable[..., Any]:
        async def answer(request: Any, context: Context) -> Any:
            try:
                return await do(self._admitted(method, request, context))
            except RefusedError as error:
                if method.role > Role.VIEWER:
                    self._service.refused(method.name, str(error), getattr(request, "author", ""))
                await _refuse(context, error)

        return answer

    def _streaming(self, method: Method[Any, Any], do: Callable[[Any], Any]) -> Callable[..., Any]:
        async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
            try:
                async for each in do(self._admitted(method, request, context)):
                    yield each
            except RefusedError as error:
                await _refuse(context, error)

        return stream

    def _admitted(self, method: Method[Any, Any], request: Any, context: Context) -> Any:
        """Return the request, with the name of a certificate beside its author."""
        if context.peer().startswith(_LOCAL):
            return request
        names = context.auth_context().get("x509_common_name", ())
        name = b"".join(names).decode("utf-8", "replace")
        tcp = self._settings.tcp
        role = Role.VIEWER if tcp is None else tcp.roles.get(name, Role.VIEWER)
        if role < method.role:
            text = f"`{name}` is {role.name.lower()}; this takes {method.role.name.lower()}"
            raise RefusedError(Refusal.FORBIDDEN, text)
        if "author" in method.request.DESCRIPTOR.fields_by_name and request.author != name:
            author = request.author.strip()
            request.author = (f"{author} ({name})" if author else name)[:_BY_MAX]
        return request


async def _refuse(context: Context, error: RefusedError) -> None:
    await context.abort(_CODES[error.kind], str(error))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _credentials(tcp: TcpSettings) -> grpc.ServerCredentials:
    pair = (tcp.key.read_bytes(), tcp.certificate.read_bytes())
    return grpc.ssl_server_credentials([pair], tcp.clients.read_bytes(), require_client_auth=True)


def _not_taken(path: Path) -> None:
    """Raise DeviceError if somebody listens there; a file that one left behind is none."""
    if not path.exists():
        return
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(path))
        except OSError:
            return
    raise DeviceError(f"somebody listens at {path} already")


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s stays behind: %s", path, error)
