"""Times in a scenario: `3 min` after its first scan, the next `10:30` on the wall, its `end`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from engine.language.check import limit_exceeded, syntax, value_outside_range
from engine.language.constants import read_duration_s
from engine.language.document import Scalar
from engine.language.problem import Problem

UnixMs = Callable[[datetime], int]
"""Local wall time of the site to Unix milliseconds."""

DEFAULT_START = datetime(2026, 1, 15, 12, 0)  # noqa: DTZ001 - the site's own wall time
"""A winter's noon, where a scenario does not say."""
MAX_SCANS = 200_000
"""Of one scenario: three weeks at 10 s."""

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_PART = re.compile(r"[0-9]+(?:\.[0-9]+)? *[a-z]+")
_PARTS = re.compile(rf"{_PART.pattern}(?:\s+{_PART.pattern})+")
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Start:
    """When the first scan is, on the site's wall and in Unix time, and the time between scans."""

    local: datetime
    unix_ms: int
    every_ms: int
    to_unix_ms: UnixMs

    def clock_ms(self, minutes: int, after_ms: int) -> int:
        """Return the next time of day (minutes after midnight) not before `after_ms`.

        Days on which the clocks change are as long as they are.
        """
        day = self.local.date() + timedelta(days=after_ms // _DAY_MS - 1)
        while True:
            wall = datetime.combine(day, time(minutes // 60, minutes % 60))
            found_ms = self.to_unix_ms(wall) - self.unix_ms
            if found_ms >= after_ms:
                return found_ms
            day += timedelta(days=1)


def read_local(scalar: Scalar, problems: list[Problem]) -> datetime | None:
    """Return a local wall time such as `2026-06-21 10:00`."""
    try:
        found = datetime.fromisoformat(scalar.text.strip())
    except ValueError:
        message = f"`{scalar.text}` is not a time"
        problems.append(syntax.problem(message, scalar.position, "write `2026-06-21 10:00`"))
        return None
    if found.tzinfo is not None:
        message = "this time has an offset; a scenario has the site's own time"
        problems.append(syntax.problem(message, scalar.position, "leave the offset out"))
        return None
    if not 2000 <= found.year < 2100:  # noqa: PLR2004 - a typing error otherwise
        message = f"the year {found.year} lies far off"
        advice = "write one from 2000 to 2099"
        problems.append(value_outside_range.plain(message, scalar.position, advice))
        return None
    return found


def read_length_ms(
    scalar: Scalar, what: str, problems: list[Problem], *, zero: bool = False
) -> int | None:
    """Return a duration in milliseconds, also `3 min 10 s`; more than 0 unless `zero` may be."""
    text = scalar.text.strip()
    parts = _PART.findall(text) if _PARTS.fullmatch(text) else [text]
    each_s = [read_duration_s(Scalar(part, "", scalar.position), what, problems) for part in parts]
    seconds = [part_s for part_s in each_s if part_s is not None]
    if len(seconds) < len(parts):
        return None
    found = round(sum(seconds) * 1000)
    if found == 0 and not zero:
        message = f"`{what}` must be more than 0 s"
        problems.append(value_outside_range.plain(message, scalar.position))
        return None
    return found


def read_moment_ms(
    scalar: Scalar, what: str, start: Start, problems: list[Problem], after_ms: int = 0
) -> int | None:
    """Return a moment of the scenario: an offset or the next time of day after `after_ms`."""
    text = scalar.text.strip()
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        return read_length_ms(scalar, what, problems, zero=True)
    hours, minutes = int(clock[1]), int(clock[2])
    if hours > 23 or minutes > 59:  # noqa: PLR2004 - the clock's
        message = f"`{text}` is not a time of day"
        problems.append(syntax.problem(message, scalar.position, "write `10:30`"))
        return None
    return start.clock_ms(hours * 60 + minutes, after_ms)


def fits(scalar: Scalar, length_ms: int, every_ms: int, problems: list[Problem]) -> bool:
    """Tell whether a scenario of that length has no more scans than may be."""
    if length_ms // every_ms <= MAX_SCANS:
        return True
    message = "the scenario has more scans"
    advice = "shorten it, or let more time pass from scan to scan with `every`"
    limit = f"{MAX_SCANS:,}"
    problems.append(limit_exceeded.problem(message, limit, scalar.position, advice))
    return False
