"""The daemon's log: one line an event, `key=value`, never more than a few of a kind, no secrets.

A message that repeats is told five times in a minute and then counted; the next one that is told
says how many were not. A source whose messages are all different is told a hundred times a minute.
What a library of the wires stumbles over is told on a line, too: bytes that make no sense are no
fault of ours that a traceback would help to find.
Passwords that were read are struck out wherever they appear.
"""

import logging
import re
from typing import IO

from adapters.port import Clock
from adapters.secret import known

TOLD_A_MINUTE = 5
WINDOW_S = 60.0
TOLD_BY_A_SOURCE = 100
"""In a minute; a source is a logger."""
KINDS_MAX = 500
LETTERS_MAX = 8_000
"""A line that is longer is cut: whoever logs a whole message of a device blocks nobody."""
LIBRARIES = ("mqtt", "grpc")
"""Sources whose exceptions are about what came in."""
_PLAIN = re.compile(r"[^\s\"=\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u200b-\u200f\u2066-\u2069]")


class KeyValues(logging.Formatter):
    """Writes `level=warning logger=runtime.store event="…" key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the traceback of an exception after it."""
        shown: dict[str, object] = {
            "level": record.levelname.lower(),
            "logger": record.name.removeprefix("adapters."),
            "event": record.getMessage(),
        }
        shown |= getattr(record, "keys", {})
        stumbled = record.exc_info is not None and record.name.split(".", 1)[0] in LIBRARIES
        if stumbled and record.exc_info and record.exc_info[0] is not None:
            shown["error"] = f"{record.exc_info[0].__name__}: {record.exc_info[1]}"
        line = " ".join(f"{key}={_quoted(str(value))}" for key, value in shown.items())
        if record.exc_info and not stumbled:
            line += "\n" + self.formatException(record.exc_info)
        if len(line) > LETTERS_MAX:
            line = f"{line[:LETTERS_MAX]}… ({len(line) - LETTERS_MAX} more letters)"
        return without_secrets(line)


def without_secrets(line: str) -> str:
    """Return a line with every password that was read struck out, quoted ones too."""
    for secret in sorted(known(), key=len, reverse=True):
        for written in (_escaped(secret), secret):
            line = line.replace(written, "***")
    return line


def _quoted(text: str) -> str:
    """Return a text on one line: what would move a cursor or end the line is written out."""
    if _PLAIN.fullmatch(text):
        return text
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    shown = text.replace("\\", "\\\\").replace('"', '\\"')
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], shown)


class RateLimit(logging.Filter):
    """Lets the first few of a kind through; a kind is the text before its values are filled in."""

    def __init__(self, clock: Clock) -> None:
        """Count on the clock's monotonic time."""
        super().__init__()
        self._clock = clock
        self._kinds: dict[tuple[str, str], list[float]] = {}
        """Kind -> start of its minute, told in it, passed over in it; a source is a kind, too."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the line is written; adds how many of its kind were not."""
        return self._passes(record, str(record.msg), TOLD_A_MINUTE, "passed_over") and self._passes(
            record, "", TOLD_BY_A_SOURCE, "of_this_source_passed_over"
        )

    def _passes(self, record: logging.LogRecord, text: str, told_max: int, key: str) -> bool:
        now_s, kind = self._clock.monotonic_s(), (record.name, text)
        start_s, told, passed = self._kinds.get(kind, (now_s, 0.0, 0.0))
        if now_s - start_s >= WINDOW_S:
            start_s, told = now_s, 0.0
        if told >= told_max:
            self._kinds[kind] = [start_s, told, passed + 1]
            return False
        if passed:
            record.keys = {**getattr(record, "keys", {}), key: int(passed)}
        if len(self._kinds) >= KINDS_MAX and kind not in self._kinds:
            # Sources stay: whoever floods the table would otherwise be forgotten with it.
            self._kinds = {each: kept for each, kept in self._kinds.items() if not each[1]}
        self._kinds[kind] = [start_s, told + 1, 0.0]
        return True


def set_up(stream: IO[str], clock: Clock) -> logging.Handler:
    """Send what the daemon and its devices log to `stream`; returns the handler, to take it off."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(KeyValues())
    handler.addFilter(RateLimit(clock))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return handler
