"""Where a daemon is asked: at its socket on this machine, or at an address with certificates.

    # ~/.config/thermiq/client.yaml: names for `--at`; files lie beside it
    asp1:
      address: 10.20.0.1:7443
      ca: ca.pem
      certificate: anna.pem
      key: anna.key
      name: plc          # in the controller's certificate, where that is not the address

An address without a name of its own takes the entry that has it, or the variables THERMIQ_CA,
THERMIQ_CERTIFICATE and THERMIQ_KEY.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.language.suggest import advise

FILES = {"ca": "THERMIQ_CA", "certificate": "THERMIQ_CERTIFICATE", "key": "THERMIQ_KEY"}
"""What a line over the network needs, and the variable that names it."""
CLIENT_BYTES_MAX = 64 * 1024
_KEYS = ("address", *FILES, "name")
_NAME = re.compile(r"[A-Za-z][\w-]*")
_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^/\s:\[\]]+):(?P<port>[0-9]{1,5})")
_PORT_MAX = 65_535


@dataclass(frozen=True, slots=True)
class Remote:
    """An address and what is shown there; all files are PEM."""

    host: str
    port: int
    ca: Path
    """Who signs the controller's certificate."""
    certificate: Path
    key: Path
    name: str = ""
    """What the controller's certificate calls it; else its host."""

    @property
    def address(self) -> str:
        """Return host and port, as they are written."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one daemon listens."""

    where: Path | Remote


def place_of(text: str, environment: Mapping[str, str]) -> Place:
    """Return where `--at` means: a name of the client file, HOST:PORT, or the path of a socket.

    Raises ValueError in user words.
    """
    if _NAME.fullmatch(text):
        return Place(_named(text, client_file(environment)))
    address = _ADDRESS.fullmatch(text)
    if address is None:
        return Place(Path(text))
    return Place(_addressed(text, environment))


def client_file(environment: Mapping[str, str]) -> Path:
    """Return where a person's own client file is, or would be."""
    if "THERMIQ_CLIENT" in environment:
        return Path(environment["THERMIQ_CLIENT"])
    home = environment.get("XDG_CONFIG_HOME") or Path(environment.get("HOME", "/"), ".config")
    return Path(home, "thermiq", "client.yaml")


def _named(name: str, file: Path) -> Remote:
    if not file.exists():
        raise ValueError(f"`{name}` is no address, and there is no {file} that knows it")
    known = _entries(file)
    if name not in known:
        hint = advise(name, known)
        raise ValueError(f"{file} knows no `{name}`{f' ({hint})' if hint else ''}")
    return known[name]


def _addressed(text: str, environment: Mapping[str, str]) -> Remote:
    host, port = _split(text)
    told = {key: environment[name] for key, name in FILES.items() if environment.get(name)}
    if told:
        if lacking := [name for key, name in FILES.items() if key not in told]:
            raise ValueError(f"`{text}` needs {' and '.join(lacking)} as well")
        ca, certificate, key = (Path(told[each]) for each in FILES)
        return Remote(host, port, ca, certificate, key)
    file = client_file(environment)
    known = _entries(file).values() if file.exists() else ()
    for each in known:
        if (each.host, each.port) == (host, port):
            return each
    raise ValueError(
        f"`{text}` needs certificates: an entry in {file}, or {', '.join(FILES.values())}"
    )


def _split(text: object) -> tuple[str, int]:
    found = _ADDRESS.fullmatch(str(text))
    if found is None or not 0 < int(found["port"]) <= _PORT_MAX:
        raise ValueError(f"`{text}` is no address: it is written as `10.20.0.1:7443`")
    return found["host"].strip("[]"), int(found["port"])


def _entries(file: Path) -> dict[str, Remote]:
    """Return what a client file knows. Raises ValueError in user words."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow, and `--help` needs none
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - same

    try:
        with file.open("rb") as opened:
            data = opened.read(CLIENT_BYTES_MAX + 1)
    except OSError as error:
        raise ValueError(f"cannot read {file}: {error.strerror}") from None
    if len(data) > CLIENT_BYTES_MAX:
        raise ValueError(f"{file} is larger than {CLIENT_BYTES_MAX // 1024} KiB")
    try:
        content = YAML(typ="safe", pure=True).load(data.decode("utf-8"))
    except (YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ValueError(f"{file} is no YAML: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(content, dict):
        raise ValueError(f"{file} holds names, and under each {', '.join(_KEYS)}")  # noqa: TRY004 - one error for all that is wrong
    return {str(name): _entry(f"{file}: `{name}`", told, file) for name, told in content.items()}


def _entry(where: str, told: object, file: Path) -> Remote:
    if not isinstance(told, dict):
        raise ValueError(f"{where} holds {', '.join(_KEYS)}")  # noqa: TRY004 - same
    for key in told:
        if key not in _KEYS:
            raise ValueError(f"{where} has no `{key}`; it holds {', '.join(_KEYS)}")
    for key in ("address", *FILES):
        if key not in told:
            raise ValueError(f"{where} needs `{key}`")
    try:
        host, port = _split(told["address"])
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    ca, certificate, key = (file.parent / Path(str(told[each])).expanduser() for each in FILES)
    return Remote(host, port, ca, certificate, key, str(told.get("name", "")))
