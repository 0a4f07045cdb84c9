"""`rate(x, 5 min)` and `average(x, 10 min)`: a sliding window kept as sixty parts.

A window is UNKNOWN until x was known for its whole length without a break; one unknown scan starts
it anew. The value of x stands from one scan to the next. The window begins with the last part that
began a whole length ago, so it is longer than its length by a sixtieth at most, or by the time
between two scans where those are further apart.
"""

from functools import partial
from math import floor
from typing import NamedTuple

PARTS = 60


class Part(NamedTuple):
    """One sixtieth: its number on the clock, and the moment, value and total when it began."""

    number: int
    first_s: float
    first: float
    total: float


class WindowState(NamedTuple):
    """What one window remembers since x became known at `start_s`.

    `total` is the integral of x since then (x times seconds), `last` the value of x at `last_s`.
    """

    start_s: float
    parts: tuple[Part, ...]
    total: float
    last_s: float
    last: float


def advance(
    state: WindowState | None, value: float | None, window_s: float, now_s: float
) -> WindowState | None:
    """Return the window after x was seen as `value` at `now_s` (monotonic seconds)."""
    if value is None:
        return None
    number = floor(now_s * PARTS / window_s)
    if state is None:
        return WindowState(now_s, (Part(number, now_s, value, 0.0),), 0.0, now_s, value)
    start_s, parts, total, last_s, last = state
    total += last * (now_s - last_s)
    if number != parts[-1][0]:
        parts += (_part((number, now_s, value, total)),)
    begin_s = now_s - window_s
    while len(parts) > 1 and parts[1][1] <= begin_s:
        parts = parts[1:]
    return _following((start_s, parts, total, now_s, value))


_part, _following = partial(tuple.__new__, Part), partial(tuple.__new__, WindowState)
"""Make one of what it consists of: once a window and scan, and twice as fast as by name."""


def average(state: WindowState | None, window_s: float) -> float | None:
    """Return the mean of x over the window, weighted by time."""
    if state is None:
        return None
    start_s, parts, total, last_s, _ = state
    if last_s - start_s < window_s:
        return None
    _, first_s, _, total_then = parts[0]
    return (total - total_then) / (last_s - first_s) if last_s > first_s else None


def rate(state: WindowState | None, window_s: float) -> float | None:
    """Return how fast x moved over the window, in its base unit per second."""
    if state is None:
        return None
    start_s, parts, _, last_s, last = state
    if last_s - start_s < window_s:
        return None
    _, first_s, first, _ = parts[0]
    return (last - first) / (last_s - first_s) if last_s > first_s else None
