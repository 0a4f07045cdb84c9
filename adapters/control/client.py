"""The client of the control interface: one call, and one answer or one clear line."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import grpc

from adapters.codec.control_methods import Method, RequestT, ResponseT

DEADLINE_S = 10.0
_ANSWER_BYTES_MAX = 16_000_000


class UnreachableError(Exception):
    """No daemon answers there."""


class RefusedByDaemonError(Exception):
    """The daemon refused; the text says why."""


class Client:
    """A connection to one daemon. A context manager."""

    def __init__(self, socket: Path) -> None:
        """Connect to a unix socket with the first call."""
        self._socket = socket
        options = (
            ("grpc.max_receive_message_length", _ANSWER_BYTES_MAX),
            ("grpc.enable_http_proxy", 0),
        )
        self._channel = grpc.insecure_channel(f"unix:{socket.absolute()}", options=options)

    def ask(self, method: Method[RequestT, ResponseT], request: RequestT) -> ResponseT:
        """Return the answer. Raises UnreachableError or RefusedByDaemonError."""
        call = self._channel.unary_unary(
            method.path, method.request.SerializeToString, method.response.FromString
        )
        try:
            answer: ResponseT = call(request, timeout=DEADLINE_S)
        except grpc.RpcError as error:
            raise self._told(error) from None
        return answer

    def follow(self, method: Method[RequestT, ResponseT], request: RequestT) -> Iterator[ResponseT]:
        """Yield the answers until the daemon ends. Raises as `ask` does."""
        call = self._channel.unary_stream(
            method.path, method.request.SerializeToString, method.response.FromString
        )
        answers = call(request)
        try:
            yield from answers
        except grpc.RpcError as error:
            raise self._told(error) from None
        finally:
            answers.cancel()

    def _told(self, error: Any) -> Exception:
        code, text = error.code(), " ".join((error.details() or "").split())
        if code is grpc.StatusCode.UNAVAILABLE:
            if self._socket.is_socket() and not os.access(self._socket, os.R_OK | os.W_OK):
                return UnreachableError(f"you may not open {self._socket}: its group may")
            return UnreachableError(f"no daemon answers at {self._socket}; is `thermiq run` up?")
        if code is grpc.StatusCode.DEADLINE_EXCEEDED:
            return UnreachableError(f"the daemon at {self._socket} gave no answer in time")
        return RefusedByDaemonError(text or code.name)

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
