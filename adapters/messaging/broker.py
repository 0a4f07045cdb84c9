"""How the broker is reached: the site's settings, and one client with them."""

import asyncio
import contextlib
import difflib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

import aiomqtt

from adapters.cancellation import cancellable, heed_cancellation
from adapters.messaging.steady_client import SteadyClient
from adapters.port import DeviceError
from adapters.secret import read_secret

INCOMING_MAX = 1000
"""Messages that may wait to be read; more are dropped."""
OUTGOING_MAX = 200
PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Between attempts to connect; the last one is repeated."""
CONNECTING_S = 15.0
"""To connect, be admitted and subscribe; each of the three has its own time, too."""
_REFUSED = 128
"""MQTT 3.1.1, table 3.9: from here on a topic is not given."""


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Where the broker is. The password stands in a file of its own, never in the site file."""

    host: str = "localhost"
    port: int = 1883
    username: str = ""
    password_file: str = ""
    password_env: str = ""
    """The name of an environment variable, instead of a file."""
    ca_file: str = ""
    """Whom to trust: given, the connection is encrypted, and the broker must be who it says."""
    certificate_file: str = ""
    """Our own certificate, for a broker that wants one; `key_file` is its key."""
    key_file: str = ""
    keepalive_s: int = 10
    """A broker that is silent for twice as long is lost."""
    timeout_s: float = 5.0
    """For each answer of the broker."""


BROKER_OPTIONS = tuple(each.name for each in fields(BrokerSettings))
_SPANS = {"port": (1, 65_535), "keepalive_s": (5, 60), "timeout_s": (0.1, 30.0)}


def broker_from(options: Mapping[str, object], others: tuple[str, ...] = ()) -> BrokerSettings:
    """Return the settings that options spell; `others` are keys that somebody else reads.

    Raises ValueError with everything that is wrong.
    """
    problems, given = [], {}
    for name, value in options.items():
        if name in others:
            continue
        if name not in BROKER_OPTIONS:
            problems.append(_unknown(name, (*BROKER_OPTIONS, *others)))
            continue
        wanted = type(getattr(BrokerSettings(), name))
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if name in _SPANS:
            low, high = _SPANS[name]
            if isinstance(value, int | float) and number and low <= value <= high:
                given[name] = wanted(value)
            else:
                problems.append(f"`{name}` must be a number from {low:g} to {high:g}")
        elif isinstance(value, str) and value:
            given[name] = value
        else:
            problems.append(f"`{name}` must be a text")
    problems += _contradictions(given)
    if problems:
        raise ValueError("; ".join(problems))
    return BrokerSettings(**given)


def _contradictions(given: Mapping[str, object]) -> list[str]:
    problems = []
    if bool(given.get("certificate_file")) != bool(given.get("key_file")):
        problems.append("`certificate_file` and `key_file` belong together")
    if given.get("certificate_file") and not given.get("ca_file"):
        problems.append("`certificate_file` is of no use without a `ca_file` to trust")
    if given.get("password_file") and given.get("password_env"):
        problems.append("`password_file` and `password_env` are both given: one of them counts")
    return problems


def _unknown(name: str, known: tuple[str, ...]) -> str:
    if name == "password":
        return "`password` does not belong here: put it into a file and name it: `password_file`"
    near = difflib.get_close_matches(name, known, n=1)
    return f"`{name}` is no option" + (f": did you mean `{near[0]}`?" if near else "")


def own_id(settings: BrokerSettings, name: str) -> str:
    """Return a name for a connection that is always the same and that others cannot guess.

    A broker throws out whoever is connected under a name when it comes again; without our password
    nobody has the name. Raises DeviceError without the password.
    """
    password = _password(settings)
    if not password:
        return name
    tail = blake2b(name.encode(), key=blake2b(password.encode()).digest(), digest_size=8)
    return f"{name}-{tail.hexdigest()}"


class _Client(SteadyClient):
    """Lets go of its socket if connecting comes to nothing.

    The library keeps it: a broker that admits us too late would have a guest for ever who answers
    every ping and hears nothing, one more with every attempt.
    """

    _given_up = False

    async def __aenter__(self) -> Self:
        try:
            return await super().__aenter__()
        except BaseException:
            self._given_up = True
            self._connected = asyncio.get_running_loop().create_future()  # it may be cancelled
            self._client.disconnect()
            raise

    def _on_socket_open(self, client: Any, userdata: Any, sock: Any) -> None:
        """Take a socket that a thread has opened, unless nobody waits for it any more."""
        if self._given_up:
            sock.close()
            return
        super()._on_socket_open(client, userdata, sock)


def client(
    settings: BrokerSettings, identifier: str | None = None, will: aiomqtt.Will | None = None
) -> aiomqtt.Client:
    """Return a client that has not connected yet; without `identifier` it makes one up.

    Raises DeviceError without its password or certificates; they are read anew each time.
    """
    return _Client(
        settings.host,
        settings.port,
        username=settings.username or None,
        password=_password(settings),
        identifier=identifier,
        will=will,
        clean_session=True,
        keepalive=settings.keepalive_s,
        timeout=settings.timeout_s,
        max_queued_incoming_messages=INCOMING_MAX,
        max_queued_outgoing_messages=OUTGOING_MAX,
        tls_params=_encryption(settings),
    )


@contextlib.asynccontextmanager
async def hearing(
    name: str, settings: BrokerSettings, topics: Iterable[str]
) -> AsyncIterator[aiomqtt.Client]:
    """Be connected and subscribed to `topics`, within `CONNECTING_S`.

    Whatever ends it, a broken link in the body too, is a DeviceError of the device `name`.
    """
    try:
        async with contextlib.AsyncExitStack() as opened:
            # A link that dies in the middle of the handshake would be waited for without end.
            async with asyncio.timeout(CONNECTING_S):
                link = await opened.enter_async_context(client(settings))
                heed_cancellation()
                await _subscribe(link, topics)
            yield link
    except (aiomqtt.MqttError, TimeoutError) as error:
        heed_cancellation()
        told = str(error) or f"no connection within {CONNECTING_S:g} s"
        raise DeviceError(f"{name}: {told}") from None


async def _subscribe(link: aiomqtt.Client, topics: Iterable[str]) -> None:
    """Subscribe to all of them, to be heard at least once each. Raises MqttError if none is given.

    A refusal is an answer like any other for the library, and then nothing is ever heard.
    """
    wanted = [(topic, 1) for topic in topics]
    answer = await cancellable(link.subscribe(wanted))
    codes = [code if isinstance(code, int) else code.value for code in answer]
    if all(code >= _REFUSED for code in codes):
        raise aiomqtt.MqttError("the broker refuses " + ", ".join(topic for topic, _ in wanted))


def _encryption(settings: BrokerSettings) -> aiomqtt.TLSParameters | None:
    if not settings.ca_file:
        return None
    own, key = settings.certificate_file or None, settings.key_file or None
    for file in filter(None, (settings.ca_file, own, key)):
        try:
            Path(file).open("rb").close()
        except OSError as error:  # the library would not say which
            raise DeviceError(f"cannot read {file}: {error.strerror}") from None
    return aiomqtt.TLSParameters(ca_certs=settings.ca_file, certfile=own, keyfile=key)


def _password(settings: BrokerSettings) -> str | None:
    return read_secret(settings.password_file, settings.password_env)
