"""How the broker is reached: the site's settings, and one client with them."""

import asyncio
import difflib
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

import aiomqtt

from adapters.port import DeviceError
from adapters.secret import read_secret

INCOMING_MAX = 1000
"""Messages that may wait to be read; more are dropped."""
OUTGOING_MAX = 200
PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Between attempts to connect; the last one is repeated."""


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


def client(
    settings: BrokerSettings, identifier: str | None = None, will: aiomqtt.Will | None = None
) -> aiomqtt.Client:
    """Return a client that has not connected yet; without `identifier` it makes one up.

    Raises DeviceError without its password or certificates; they are read anew each time.
    """
    return aiomqtt.Client(
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


async def all_or_none(*parts: Coroutine[Any, Any, None]) -> None:
    """Run all until one fails or all have ended, and raise what failed.

    A TaskGroup of Python 3.11 may cancel its parent once more after it has ended: at the next
    connection, say, which then never comes.
    """
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def _password(settings: BrokerSettings) -> str | None:
    return read_secret(settings.password_file, settings.password_env)
