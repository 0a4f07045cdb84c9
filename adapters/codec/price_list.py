"""A list of prices over time: read from JSON or CSV, asked for the step that counts now. Pure.

    [{"start": "2026-11-22T16:00:00+01:00", "price": 28.4}, …]       JSON, or an object with a list
    start,price                                                      CSV with a head
    2026-11-22T16:00:00+01:00,28.4

A step lasts until the next one starts. The last one lasts as long as the one before it, or until
its own `end`; afterwards the price is unknown, and so it is in a gap that `end` leaves.
"""

import csv
import io
import itertools
import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from adapters.codec.mqtt_json import Json, PayloadError
from adapters.codec.mqtt_request import read_time

STEPS_MAX = 2000
"""Ten days of quarter hours."""
STEP_S = 3600.0
"""How long the only step of a list lasts."""
_PRICE_MAX = 1e6
_MILLISECONDS_FROM = 1e11
"""Unix times beyond the year 5000 are milliseconds."""


@dataclass(frozen=True, slots=True)
class Step:
    """One price from `start_s` until before `end_s`, Unix seconds."""

    start_s: float
    end_s: float
    price: float


@dataclass(frozen=True, slots=True)
class PriceList:
    """Steps in order of time; the unit of the price is the publisher's."""

    steps: tuple[Step, ...] = ()

    def at(self, wall_s: float) -> Step | None:
        """Return the step that counts at Unix time `wall_s`, None if none does."""
        place = bisect_right(self.steps, wall_s, key=lambda step: step.start_s) - 1
        if place < 0 or wall_s >= self.steps[place].end_s:
            return None
        return self.steps[place]

    def ends_s(self, wall_s: float) -> float:
        """Return until when prices are known without a gap; `wall_s` if not even now."""
        end_s = wall_s
        for step in self.steps:
            if step.start_s <= end_s < step.end_s:
                end_s = step.end_s
        return end_s


@dataclass(frozen=True, slots=True)
class Keys:
    """What the publisher calls things."""

    entries: str = ""
    start: str = "start"
    end: str = "end"
    price: str = "price"


def from_json(content: Json, keys: Keys) -> PriceList:
    """Return the list in a message. Raises PayloadError."""
    for step in keys.entries.split(".") if keys.entries else ():
        content = content.get(step) if isinstance(content, Mapping) else None
    if not isinstance(content, list):
        raise PayloadError("no list of prices")
    rows = []
    for entry in content[: STEPS_MAX + 1]:
        if not isinstance(entry, Mapping):
            raise PayloadError("an entry is not an object")
        rows.append((entry.get(keys.start), entry.get(keys.end), entry.get(keys.price)))
    return _made(rows)


def from_csv(text: str, keys: Keys) -> PriceList:
    """Return the list in a table with a head; columns by name. Raises PayloadError."""
    separator = ";" if ";" in text.partition("\n")[0] else ","
    try:
        table = csv.DictReader(io.StringIO(text), delimiter=separator)
        lines = list(itertools.islice(table, STEPS_MAX))
    except csv.Error as error:
        raise PayloadError(f"not a table: {error}") from None
    rows = []
    for row in lines:
        price = row.get(keys.price) or ""
        try:
            number = float(price.replace(",", ".") if separator == ";" else price)
        except ValueError:
            raise PayloadError(f"`{price[:20]}` is no price") from None
        rows.append((_moment(row.get(keys.start)), _moment(row.get(keys.end)), number))
    return _made(rows)


def _moment(text: str | None) -> Json:
    """Return a cell as a number if it is one: Unix time."""
    try:
        return float(text) if text else None
    except ValueError:
        return text


def _made(rows: Iterable[tuple[Json, Json, Json]]) -> PriceList:
    found: dict[float, tuple[float | None, float]] = {}
    for start, end, price in rows:
        start_s = _time(start)
        if start_s is None:
            raise PayloadError("a start is no time with its offset")
        if isinstance(price, bool) or not isinstance(price, int | float):
            raise PayloadError("a price is no number")
        if not abs(price) <= _PRICE_MAX:
            raise PayloadError("a price is too large to be one")
        end_s = _time(end)
        if start_s in found or (end_s is not None and end_s <= start_s):
            raise PayloadError("a step stands twice, or ends before it starts")
        found[start_s] = (end_s, float(price))
    if not found or len(found) > STEPS_MAX:
        raise PayloadError(f"a list holds 1 to {STEPS_MAX} prices")
    starts = sorted(found)
    last_s = starts[-1] - starts[-2] if len(starts) > 1 else STEP_S
    steps = []
    for start_s, next_s in zip(starts, [*starts[1:], starts[-1] + last_s], strict=True):
        end_s, value = found[start_s]
        is_last = start_s == starts[-1]
        until_s = next_s if end_s is None else end_s if is_last else min(end_s, next_s)
        steps.append(Step(start_s, until_s, value))
    return PriceList(tuple(steps))


def _time(given: Json) -> float | None:
    at = read_time(given)
    if at is None or not math.isfinite(at):
        return None
    return at / 1000 if isinstance(given, int | float) and at > _MILLISECONDS_FROM else at
