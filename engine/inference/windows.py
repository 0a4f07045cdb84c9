"""`rate(x, 5 min)` and `average(x, 10 min)`: a sliding window kept as sixty parts.

A window is UNKNOWN until x was known for its whole length without a break; one unknown scan starts
it anew. The value of x stands from one scan to the next. The window begins with the last part that
began a whole length ago, so it is longer than its length by a sixtieth at most, or by the time
between two scans where those are further apart.
"""

from typing import NamedTuple

PARTS = 60


class Part(NamedTuple):
    """One sixtieth: its first moment and value, and the integral of x over it (x times seconds)."""

    number: int
    first_s: float
    first: float
    integral: float
    duration_s: float


class WindowState(NamedTuple):
    """What one window remembers since x became known at `start_s`.

    `closed` are the parts that are over, oldest first, with their sums; what follows is the part
    that is still growing, and `last` the value of x at `last_s`.
    """

    start_s: float
    closed: tuple[Part, ...]
    closed_integral: float
    closed_duration_s: float
    number: int
    first_s: float
    first: float
    integral: float
    duration_s: float
    last_s: float
    last: float


def advance(
    state: WindowState | None, value: float | None, window_s: float, now_s: float
) -> WindowState | None:
    """Return the window after x was seen as `value` at `now_s` (monotonic seconds)."""
    if value is None:
        return None
    number = int(now_s * PARTS // window_s)
    if state is None:
        return WindowState(now_s, (), 0.0, 0.0, number, now_s, value, 0.0, 0.0, now_s, value)
    elapsed_s = now_s - state.last_s
    first_s, first = state.first_s, state.first
    integral = state.integral + state.last * elapsed_s
    duration_s = state.duration_s + elapsed_s
    closed = state.closed
    if number != state.number:
        closed = (*closed, Part(state.number, first_s, first, integral, duration_s))
        first_s, first, integral, duration_s = now_s, value, 0.0, 0.0
    begin_s = now_s - window_s
    while closed and (closed[1].first_s if len(closed) > 1 else first_s) <= begin_s:
        closed = closed[1:]
    total = (
        (state.closed_integral, state.closed_duration_s) if closed is state.closed else sums(closed)
    )
    return WindowState(
        state.start_s, closed, *total, number, first_s, first, integral, duration_s, now_s, value
    )


def sums(closed: tuple[Part, ...]) -> tuple[float, float]:
    """Return the integral and the duration of parts that are over."""
    integral = sum((part.integral for part in closed), 0.0)
    return integral, sum((part.duration_s for part in closed), 0.0)


def average(state: WindowState | None, window_s: float) -> float | None:
    """Return the mean of x over the window, weighted by time."""
    if state is None or state.last_s - state.start_s < window_s:
        return None
    duration_s = state.closed_duration_s + state.duration_s
    return (state.closed_integral + state.integral) / duration_s if duration_s > 0 else None


def rate(state: WindowState | None, window_s: float) -> float | None:
    """Return how fast x moved over the window, in its base unit per second."""
    if state is None or state.last_s - state.start_s < window_s:
        return None
    oldest = state.closed[0] if state.closed else state
    elapsed_s = state.last_s - oldest.first_s
    return (state.last - oldest.first) / elapsed_s if elapsed_s > 0 else None
