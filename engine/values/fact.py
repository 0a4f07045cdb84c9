"""A fact: one point's value with its quality and its time of measurement."""

from enum import Enum
from typing import NamedTuple

Value = float | bool | str
"""What a point can be: a number in its declared unit, on/off, or one of its named states."""


class Quality(Enum):
    """How far a fact may be trusted. Only GOOD facts have a value that conditions see."""

    GOOD = "good"
    STALE = "stale"
    """Older than the point's `max_age`."""
    BAD = "bad"
    """Reported, but impossible: not a number, out of range, or changed too fast."""
    MISSING = "missing"
    """Never reported, or withdrawn by its adapter."""


class Fact(NamedTuple):
    """What an adapter reports about one point.

    `measured_at_s` is monotonic time in seconds, the moment of measurement, not of arrival.
    `value` is None unless the quality is GOOD.
    """

    point: str
    value: Value | None
    quality: Quality
    measured_at_s: float
