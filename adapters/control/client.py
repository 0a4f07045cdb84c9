"""The client of the control interface: one call, and one answer or one clear line."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import grpc

from adapters.codec.control_methods import Method, RequestT, ResponseT
from adapters.control.handshake import objection
from adapters.control.place import Remote

DEADLINE_S = 10.0
_ANSWER_BYTES_MAX = 16_000_000
_OPTIONS = (
    ("grpc.max_receive_message_length", _ANSWER_BYTES_MAX),
    ("grpc.enable_http_proxy", 0),
)


class UnreachableError(Exception):
    """No daemon answers there."""


class RefusedByDaemonError(Exception):
    """The daemon refused; the text says why."""


class Client:
    """A connection to one daemon. A context manager."""

    def __init__(self, where: Path | Remote) -> None:
        """Connect to a unix socket, or over the network, with the first call."""
        self._where = where
        self._channel: grpc.Channel | None = None

    def _line(self) -> grpc.Channel:
        """Return the channel, made when it is first needed. Raises UnreachableError."""
        if self._channel is None:
            if isinstance(self._where, Remote):
                self._channel = _secured(self._where)
            else:
                address = f"unix:{self._where.absolute()}"
                self._channel = grpc.insecure_channel(address, options=_OPTIONS)
        return self._channel

    def ask(self, method: Method[RequestT, ResponseT], request: RequestT) -> ResponseT:
        """Return the answer. Raises UnreachableError or RefusedByDaemonError."""
        call = self._line().unary_unary(
            method.path, method.request.SerializeToString, method.response.FromString
        )
        try:
            answer: ResponseT = call(request, timeout=DEADLINE_S)
        except grpc.RpcError as error:
            raise self._told(error) from None
        return answer

    def follow(self, method: Method[RequestT, ResponseT], request: RequestT) -> Iterator[ResponseT]:
        """Yield the answers until the daemon ends. Raises as `ask` does."""
        call = self._line().unary_stream(
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
            return UnreachableError(self._why_not())
        if code is grpc.StatusCode.DEADLINE_EXCEEDED:
            where = self._where
            named = where.address if isinstance(where, Remote) else where
            return UnreachableError(f"the daemon at {named} gave no answer in time")
        return RefusedByDaemonError(text or code.name)

    def _why_not(self) -> str:
        where = self._where
        if isinstance(where, Remote):
            return objection(where) or f"the line to {where.address} was lost"
        if where.is_socket() and not os.access(where, os.R_OK | os.W_OK):
            return f"you may not open {where}: its group may"
        return f"no daemon answers at {where}; is `thermiq run` up?"

    def close(self) -> None:
        """Close the connection."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _secured(remote: Remote) -> grpc.Channel:
    """Return a channel with certificates on both sides. Raises UnreachableError."""
    if why := objection(remote):
        raise UnreachableError(why)
    try:
        ca, key, certificate = (
            file.read_bytes() for file in (remote.ca, remote.key, remote.certificate)
        )
    except OSError as error:
        raise UnreachableError(f"cannot read {error.filename}: {error.strerror}") from None
    credentials = grpc.ssl_channel_credentials(ca, key, certificate)
    own = (("grpc.ssl_target_name_override", remote.name),) if remote.name else ()
    return grpc.secure_channel(remote.address, credentials, options=(*_OPTIONS, *own))
