"""One connection to a miner: a channel, a token, a deadline on every call. No decisions.

The token slides: it dies after a time without a request, and with a restart of the miner. An answer
"not authenticated" leads to one login and the same call again; if the login is refused, that is
said and nobody tries again here.
"""

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from adapters.codec import braiins_methods as methods
from adapters.codec.braiins_methods import Method
from adapters.devices.braiins_settings import MinerSettings
from adapters.pb.braiins.bos.v1.authentication_pb2 import LoginRequest, LoginResponse
from adapters.port import Clock, DeviceError

REPLY_BYTES_MAX = 1 << 20
TOKEN_S = 3600.0
"""Validity that firmware without a figure of its own grants."""
TOKEN_LETTERS_MAX = 4096
EARLY_S = 30.0
"""So long before its end a token is not used any more."""

_OPTIONS = (
    ("grpc.max_receive_message_length", REPLY_BYTES_MAX),
    ("grpc.enable_retries", 0),  # what is sent again is decided above
    ("grpc.enable_http_proxy", 0),  # local first: never through a proxy of the environment
    ("grpc.use_local_subchannel_pool", 1),  # two miners share nothing
    ("grpc.initial_reconnect_backoff_ms", 1000),
    ("grpc.max_reconnect_backoff_ms", 5000),
)

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


class Failure(Enum):
    """What a failed call means for us."""

    REFUSED = "refused"
    """It does not take this value."""
    NOT_NOW = "not now"
    """It cannot in this state; the call itself is in order."""
    UNKNOWN_CALL = "unknown call"
    """Older firmware."""
    LOGIN = "not authenticated"
    LOST = "no answer"
    """Nobody knows whether it was done."""


_FAILURES = {
    grpc.StatusCode.INVALID_ARGUMENT: Failure.REFUSED,
    grpc.StatusCode.OUT_OF_RANGE: Failure.REFUSED,
    grpc.StatusCode.FAILED_PRECONDITION: Failure.NOT_NOW,
    grpc.StatusCode.ABORTED: Failure.NOT_NOW,
    grpc.StatusCode.PERMISSION_DENIED: Failure.NOT_NOW,
    grpc.StatusCode.UNIMPLEMENTED: Failure.UNKNOWN_CALL,
    grpc.StatusCode.UNAUTHENTICATED: Failure.LOGIN,
}
"""By the code alone: the texts change with the firmware. All others are LOST."""


class CallError(Exception):
    """A call that failed: how, and what the miner said."""

    def __init__(self, failure: Failure, text: str) -> None:
        """Keep the kind of failure beside the text."""
        super().__init__(text)
        self.failure = failure


class LoginRefusedError(DeviceError):
    """The miner does not take this name and password; asking again would not help."""


class Session:
    """A channel to one miner and the token for it."""

    def __init__(
        self, settings: MinerSettings, clock: Clock, read_password: Callable[[], str]
    ) -> None:
        """Open the channel; nothing is sent before the first call."""
        self._settings = settings
        self._clock = clock
        self._read_password = read_password
        self._token = ""
        self._token_until_s = 0.0
        self._valid_s = TOKEN_S
        self._login: asyncio.Task[str] | None = None
        address = f"{settings.host}:{settings.port}"
        self._channel = grpc.aio.insecure_channel(address, options=_OPTIONS)

    async def close(self) -> None:
        """Close the channel; calls under way are cancelled."""
        if self._login is not None:
            self._login.cancel()
        await self._channel.close()

    async def call(self, method: Method[RequestT, ResponseT], request: RequestT) -> ResponseT:
        """Return the response to a call with a token; raises CallError or LoginRefusedError."""
        token = await self._valid_token()
        try:
            response = await self._send(method, request, token)
        except CallError as error:
            if error.failure is not Failure.LOGIN:
                raise
            response = await self._send(method, request, await self._new_token(token))
        self._token_until_s = self._clock.monotonic_s() + self._valid_s
        return response

    async def first(self, method: Method[RequestT, ResponseT], request: RequestT) -> ResponseT:
        """Return the first message of a stream and leave it; a stream may never end."""
        token = await self._valid_token()
        call = self._stream(method.path)(
            request.SerializeToString(),
            timeout=self._settings.deadline_s,
            metadata=(("authorization", token),),
        )
        try:
            async for data in call:
                return _parsed(method, data)
        except grpc.aio.AioRpcError as error:
            raise _call_error(error) from None
        finally:
            call.cancel()
        raise CallError(Failure.LOST, "the stream ended before its first message")

    def _unary(self, path: str) -> "grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]":
        return self._channel.unary_unary(path)

    def _stream(self, path: str) -> "grpc.aio.UnaryStreamMultiCallable[bytes, bytes]":
        return self._channel.unary_stream(path)

    async def _valid_token(self) -> str:
        if self._token and self._clock.monotonic_s() < self._token_until_s - EARLY_S:
            return self._token
        return await self._new_token(self._token)

    async def _new_token(self, spent: str) -> str:
        """Log in, once for all calls that found the same token spent, and return the token."""
        if self._token and self._token != spent:
            return self._token
        if self._login is None:
            self._login = asyncio.create_task(self._log_in())
            self._login.add_done_callback(self._logged_in)
        return await asyncio.shield(self._login)

    def _logged_in(self, task: asyncio.Task[str]) -> None:
        """Let the next call log in again, unless the login was refused: that stays so."""
        refused = not task.cancelled() and isinstance(task.exception(), LoginRefusedError)
        if not refused:
            self._login = None

    async def _log_in(self) -> str:
        secret = self._read_password()
        request = LoginRequest(username=self._settings.username, password=secret)
        sent_at_s = self._clock.monotonic_s()
        call = self._unary(methods.LOGIN.path)(
            request.SerializeToString(), timeout=self._settings.deadline_s
        )
        try:
            reply = _parsed(methods.LOGIN, await call)
            header = dict(await call.initial_metadata() or ())
        except grpc.aio.AioRpcError as error:
            raise self._login_error(error) from None
        self._take_token(reply, header.get("authorization"), sent_at_s)
        return self._token

    def _take_token(
        self, reply: LoginResponse, header: str | bytes | None, sent_at_s: float
    ) -> None:
        """Keep the token of the body, or of the header as before interface 1.1."""
        token = reply.token or header
        if not isinstance(token, str) or not token:
            raise DeviceError(f"{self._settings.name}: the login brought no token")
        if len(token) > TOKEN_LETTERS_MAX or not (token.isascii() and token.isprintable()):
            # gRPC would raise an error of its own with the next call: it takes no such header.
            raise DeviceError(f"{self._settings.name}: the login brought a token that is none")
        self._token = token
        self._valid_s = float(reply.timeout_s) or TOKEN_S
        self._token_until_s = sent_at_s + self._valid_s

    def _login_error(self, error: grpc.aio.AioRpcError) -> Exception:
        if error.code() is grpc.StatusCode.UNAUTHENTICATED:
            who = self._settings.username
            return LoginRefusedError(f"{self._settings.name}: login of `{who}` refused")
        return _call_error(error)

    async def _send(
        self, method: Method[RequestT, ResponseT], request: RequestT, token: str
    ) -> ResponseT:
        try:
            data = await self._unary(method.path)(
                request.SerializeToString(),
                timeout=self._settings.deadline_s,
                metadata=(("authorization", token),),
            )
        except grpc.aio.AioRpcError as error:
            raise _call_error(error) from None
        return _parsed(method, data)


def _parsed(method: Method[RequestT, ResponseT], data: bytes | None) -> ResponseT:
    """Parse here and not in grpc, which would only log what it cannot read.

    An answer that says it is in order and brings no message is None.
    """
    try:
        return method.response.FromString(data)  # type: ignore[arg-type]  # None is a TypeError
    except (DecodeError, TypeError):
        raise CallError(Failure.LOST, f"unreadable answer to {method.path}") from None


def _call_error(error: grpc.aio.AioRpcError) -> CallError:
    failure = _FAILURES.get(error.code(), Failure.LOST)
    return CallError(failure, f"{error.code().name}: {error.details() or ''}"[:200])
