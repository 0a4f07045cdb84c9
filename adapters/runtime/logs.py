"""The daemon's log: one line an event, `key=value`, never more than a few of a kind, no secrets.

A message that repeats is told five times in a minute and then counted; the next one that is told
says how many were not. Texts that stand in the site file under a name such as `password` are
struck out wherever they appear.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO

from adapters.port import Clock

TOLD_A_MINUTE = 5
WINDOW_S = 60.0
KINDS_MAX = 500
SECRET = re.compile(r"password|passwd|secret|token|credential|api_?key|private_?key", re.IGNORECASE)
_PLAIN = re.compile(r"[^\s\"=]+")
_SHORTEST_SECRET = 3


class KeyValues(logging.Formatter):
    """Writes `level=warning logger=runtime.store event="…" key=value`."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Strike out `secrets`."""
        super().__init__()
        self._secrets = sorted(secrets, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the traceback of an exception after it."""
        shown: dict[str, object] = {
            "level": record.levelname.lower(),
            "logger": record.name.removeprefix("adapters."),
            "event": record.getMessage(),
        }
        shown |= getattr(record, "keys", {})
        line = " ".join(f"{key}={_quoted(str(value))}" for key, value in shown.items())
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


class RateLimit(logging.Filter):
    """Lets the first few of a kind through; a kind is the text before its values are filled in."""

    def __init__(self, clock: Clock) -> None:
        """Count on the clock's monotonic time."""
        super().__init__()
        self._clock = clock
        self._kinds: dict[tuple[str, str], list[float]] = {}
        """Kind -> start of its minute, told in it, passed over in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the line is written; adds how many of its kind were not."""
        now_s, kind = self._clock.monotonic_s(), (record.name, str(record.msg))
        start_s, told, passed = self._kinds.get(kind, (now_s, 0.0, 0.0))
        if now_s - start_s >= WINDOW_S:
            start_s, told = now_s, 0.0
        if told >= TOLD_A_MINUTE:
            self._kinds[kind] = [start_s, told, passed + 1]
            return False
        if passed:
            record.keys = {**getattr(record, "keys", {}), "passed_over": int(passed)}
        if len(self._kinds) >= KINDS_MAX and kind not in self._kinds:
            self._kinds.clear()
        self._kinds[kind] = [start_s, told + 1, 0.0]
        return True


def secrets_in(options: object, *, secret: bool = False) -> Iterator[str]:
    """Yield the texts that stand under names such as `password`, at any depth."""
    match options:
        case Mapping():
            for key, value in options.items():
                named = secret or SECRET.search(str(key)) is not None
                yield from secrets_in(
                    value, secret=named and not str(key).endswith(("file", "env"))
                )
        case str() if secret and len(options) >= _SHORTEST_SECRET:
            yield options
        case list():
            for value in options:
                yield from secrets_in(value, secret=secret)
        case _:
            pass


def set_up(stream: IO[str], clock: Clock, secrets: Iterable[str] = ()) -> logging.Handler:
    """Send what the daemon and its devices log to `stream`; returns the handler, to take it off."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(KeyValues(secrets))
    handler.addFilter(RateLimit(clock))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return handler
