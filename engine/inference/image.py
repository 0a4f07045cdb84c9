"""The process image: all facts frozen for one scan. Staleness and plausibility are decided here.

Device adapters deliver facts at their own pace; `freeze` lays the newest ones over the last image
and judges each: too old is STALE, impossible is BAD, and only GOOD facts keep a value.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from engine.language.plant import Plant, Point
from engine.language.types import BoolType, EnumType, NumberType
from engine.values.fact import Fact, Quality, Value

LARGEST_NUMBER = 1e15
"""In any unit. Sums of such numbers stay finite, so that NaN and infinity cannot arise."""

_FUTURE_TOLERANCE_S = 1.0
_NO_NUMBER = (bool, str)


@dataclass(frozen=True, slots=True)
class Override:
    """An operator's value for one output, until a moment of monotonic time."""

    id: str
    output: str
    value: Value
    by: str
    until_s: float


@dataclass(frozen=True, slots=True)
class Reset:
    """A person's request to release one latched trip. It stands in the image of one scan only."""

    trip: str
    by: str


class ProcessImage(NamedTuple):
    """One value, quality and time of measurement per point, in the order of `plant.points`.

    A value is None unless its quality is GOOD. Numbers are in the point's declared unit.
    """

    values: tuple[Value | None, ...]
    qualities: tuple[Quality, ...]
    measured_at_s: tuple[float, ...]
    overrides: tuple[Override, ...] = ()
    resets: tuple[Reset, ...] = ()


def empty_image(plant: Plant) -> ProcessImage:
    """Return the image before any fact was heard: everything MISSING."""
    count = len(plant.points)
    return ProcessImage((None,) * count, (Quality.MISSING,) * count, (-math.inf,) * count)


def freeze(
    plant: Plant,
    last: ProcessImage,
    facts: Iterable[Fact],
    now_s: float,
    overrides: tuple[Override, ...] = (),
    resets: tuple[Reset, ...] = (),
) -> ProcessImage:
    """Return the image of this scan: `facts` over the `last` one, aged to monotonic `now_s`.

    Facts of unknown points and facts measured before what is known already are passed over.
    """
    heard = {fact[0]: fact for fact in facts}
    good, stale = Quality.GOOD, Quality.STALE
    values, qualities, times_s = list(last.values), list(last.qualities), list(last.measured_at_s)
    for place, point in enumerate(plant.points):
        fact, at_s = heard.get(point.name), times_s[place]
        if fact is not None and fact[3] >= at_s:
            value, quality = values[place], qualities[place]
            _, told, told_quality, measured_at_s = fact
            if (
                told == value
                and quality is good
                and told_quality is good
                and type(told) is type(value)
                and measured_at_s <= now_s
            ):
                at_s = measured_at_s  # what was believed and is said again is believed again
            else:
                values[place], qualities[place], at_s = _judge(
                    point, fact, value, quality, at_s, now_s
                )
            times_s[place] = at_s
        if now_s - at_s > point.max_age_s and qualities[place] is good:
            values[place], qualities[place] = None, stale
    return ProcessImage(
        tuple(values),
        tuple(qualities),
        tuple(times_s),
        tuple([o for o in overrides if now_s < o.until_s]),
        resets,
    )


_Row = tuple[Value | None, Quality, float]


def _judge(
    point: Point,
    fact: Fact,
    value: Value | None,
    quality: Quality,
    at_s: float,
    now_s: float,
) -> _Row:
    """Return what a newer fact makes of a point, however old it is."""
    _, told, told_quality, measured_at_s = fact
    time_s = measured_at_s if measured_at_s <= now_s else now_s  # noqa: FURB136 - faster than a call
    if told_quality is not Quality.GOOD:
        return (None, told_quality, time_s)
    accepted = None if measured_at_s > now_s + _FUTURE_TOLERANCE_S else plausible(point, told)
    if (
        point.max_rate_per_s is not None
        and quality is Quality.GOOD
        and _changed_too_fast(point, value, accepted, measured_at_s - at_s)
    ):
        accepted = None
    return (accepted, Quality.BAD if accepted is None else Quality.GOOD, time_s)


def plausible(point: Point, value: Value | None) -> Value | None:
    """Return `value` as the point's type wants it, or None if it cannot be a value of the point."""
    match point.type:
        case NumberType():
            if value is None or isinstance(value, _NO_NUMBER) or not abs(value) <= LARGEST_NUMBER:
                return None
            if point.low is not None and value < point.low:
                return None
            return None if point.high is not None and value > point.high else float(value)
        case BoolType():
            return value if isinstance(value, bool) else None
        case EnumType():
            return value if isinstance(value, str) and value in point.type.values else None


def _changed_too_fast(
    point: Point, before: Value | None, now: Value | None, elapsed_s: float
) -> bool:
    """Tell whether a plausible number moved faster than `max_rate` allows since the last one."""
    if point.max_rate_per_s is None or isinstance(before, _NO_NUMBER) or before is None:
        return False
    if isinstance(now, _NO_NUMBER) or now is None:
        return False
    return abs(now - before) > point.max_rate_per_s * elapsed_s + 1e-9
