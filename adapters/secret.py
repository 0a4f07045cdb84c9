"""Passwords: from a file of their own or from the environment, read anew each time they are needed.

What was read is struck out of the log from then on, whoever might write it there.
"""

import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from adapters.port import DeviceError

SECRET_BYTES_MAX = 4096
KNOWN_MAX = 100
"""Secrets that the log strikes out; a site has a handful."""
_SHORTEST = 6
"""What is shorter stands in too many words to be struck out."""
_OF_OTHERS = 0o007

_known: dict[str, None] = {}
_told: set[str] = set()

log = logging.getLogger(__name__)


def read_secret(file: str = "", variable: str = "", who: str = "") -> str | None:
    """Return a secret without its line end; None if it is nowhere. Raises DeviceError.

    `who` stands before what is told. The message never holds the secret.
    """
    prefix = f"{who}: " if who else ""
    if variable:
        return _noted(_of_environment(variable, os.environ, prefix))
    return _noted(_of_file(Path(file), prefix)) if file else None


def known() -> Iterable[str]:
    """Return what was read so far in this process."""
    return tuple(_known)


def _of_environment(variable: str, environment: Mapping[str, str], prefix: str) -> str:
    if variable not in environment:
        raise DeviceError(f"{prefix}variable {variable} is not set")
    return environment[variable]


def _of_file(path: Path, prefix: str) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(SECRET_BYTES_MAX)
            mode = os.fstat(file.fileno()).st_mode
        secret = data.decode("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise DeviceError(f"{prefix}cannot read {path}: {why}") from None
    if mode & _OF_OTHERS and str(path) not in _told:
        _told.add(str(path))
        log.warning("%s can be read by every user of this machine: chmod o= %s", path, path)
    return secret


def _noted(secret: str) -> str:
    if len(secret) >= _SHORTEST and len(_known) < KNOWN_MAX:
        _known[secret] = None
    return secret
