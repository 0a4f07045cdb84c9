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
    """What one window remembers since x became known at `start_s`."""

    start_s: float
    parts: tuple[Part, ...]
    last_s: float
    last: float


def advance(
    state: WindowState | None, value: float | None, window_s: float, now_s: float
) -> WindowState | None:
    """Return the window after x was seen as `value` at `now_s` (monotonic seconds)."""
    if value is None:
        return None
    number = int(now_s * PARTS // window_s)
    fresh = Part(number, now_s, value, 0.0, 0.0)
    if state is None:
        return WindowState(now_s, (fresh,), now_s, value)
    elapsed_s = now_s - state.last_s
    last = state.parts[-1]
    grown = last._replace(
        integral=last.integral + state.last * elapsed_s, duration_s=last.duration_s + elapsed_s
    )
    parts = (*state.parts[:-1], grown)
    if number != last.number:
        parts = (*parts, fresh)
    begin_s = now_s - window_s
    while len(parts) > 1 and parts[1].first_s <= begin_s:
        parts = parts[1:]
    return WindowState(state.start_s, parts, now_s, value)


def average(state: WindowState | None, window_s: float) -> float | None:
    """Return the mean of x over the window, weighted by time."""
    if state is None or state.last_s - state.start_s < window_s:
        return None
    duration_s = sum(part.duration_s for part in state.parts)
    return sum(part.integral for part in state.parts) / duration_s if duration_s > 0 else None


def rate(state: WindowState | None, window_s: float) -> float | None:
    """Return how fast x moved over the window, in its base unit per second."""
    if state is None or state.last_s - state.start_s < window_s:
        return None
    first = state.parts[0]
    elapsed_s = state.last_s - first.first_s
    return (state.last - first.first) / elapsed_s if elapsed_s > 0 else None
