"""The site's clock: Unix time to a moment with local time, sunrise and sunset.

A stretch of time with one UTC offset and one local date shares everything but its seconds, so the
time zone and the sun are asked once a stretch: once a day, twice on the days the clocks change.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.language.plant import Site
from engine.values.moment import DAY_S, Moment

_HOUR_S = 3600
_KEPT_STRETCHES = 512
"""A year and a half of days; a replay that jumps about finds most of them again."""


class _Stretch(NamedTuple):
    """Unix seconds `start_s` ≤ t < `end_s` in which nothing but the time changes."""

    start_s: int
    end_s: int
    utc_offset_s: int
    sunrise_s: float | None
    sunset_s: float | None


@dataclass(frozen=True, slots=True)
class _Sun:
    """Sunrise and sunset as seconds after local midnight."""

    rise_s: float | None = None
    set_s: float | None = None


class SiteClock:
    """Turns Unix time into the moments of one site."""

    def __init__(self, site: Site) -> None:
        """Take time zone and place of the site. An unknown zone raises ZoneInfoNotFoundError."""
        self.zone = ZoneInfo(site.time_zone)
        self._latitude = site.latitude
        self._longitude = site.longitude
        self._starts: list[int] = []
        self._stretches: list[_Stretch] = []

    def moment(self, wall_s: float, monotonic_s: float | None = None) -> Moment:
        """Return the moment at Unix time `wall_s`; without `monotonic_s` both clocks are equal.

        A replay has no monotonic clock of its own: Unix time runs forwards in it.
        """
        stretch = self._stretch(wall_s)
        return Moment(
            wall_s if monotonic_s is None else monotonic_s,
            wall_s,
            stretch.utc_offset_s,
            stretch.sunrise_s,
            stretch.sunset_s,
        )

    def moments(self, start_ms: int, end_ms: int, step_ms: int) -> Iterator[tuple[int, Moment]]:
        """Yield `(at_ms, moment)` every `step_ms` from `start_ms` on, before `end_ms`."""
        at_ms = start_ms
        while at_ms < end_ms:
            stretch = self._stretch(at_ms / 1000)
            offset_s, rise_s, set_s = stretch[2:]
            until_ms = min(end_ms, stretch.end_s * 1000)
            for each_ms in range(at_ms, until_ms, step_ms):
                wall_s = each_ms / 1000
                yield each_ms, Moment(wall_s, wall_s, offset_s, rise_s, set_s)
            at_ms += -(-(until_ms - at_ms) // step_ms) * step_ms

    def _stretch(self, wall_s: float) -> _Stretch:
        place = bisect_right(self._starts, wall_s) - 1
        if place >= 0:
            stretch = self._stretches[place]
            if wall_s < stretch.end_s:
                return stretch
        stretch = self._new_stretch(wall_s)
        if len(self._starts) >= _KEPT_STRETCHES:
            self._starts.clear()
            self._stretches.clear()
        place = bisect_right(self._starts, stretch.start_s)
        self._starts.insert(place, stretch.start_s)
        self._stretches.insert(place, stretch)
        return stretch

    def _new_stretch(self, wall_s: float) -> _Stretch:
        second = int(wall_s // 1)
        offset_s = self._offset(second)
        midnight_s = (second + offset_s) // DAY_S * DAY_S - offset_s
        start_s = self._edge(midnight_s, second, offset_s, last=False)
        end_s = self._edge(second, midnight_s + DAY_S, offset_s, last=True)
        local_day = datetime.fromtimestamp(second, self.zone).date()
        sun = self._sun(local_day, offset_s)
        return _Stretch(start_s, end_s, offset_s, sun.rise_s, sun.set_s)

    def _offset(self, second: int) -> int:
        offset = datetime.fromtimestamp(second, self.zone).utcoffset()
        return int((offset or timedelta()).total_seconds())

    def _edge(self, low: int, high: int, offset_s: int, *, last: bool) -> int:
        """Return the first second of this offset in `low`…`high`, or after the last one of it.

        Looks at whole hours first: a day holds at most one change of the clocks.
        """
        seconds = range(low, high)
        hours = seconds[::_HOUR_S] if last else seconds[::-_HOUR_S]
        edge = high if last else low
        for hour in hours:
            if self._offset(hour) != offset_s:
                edge = hour
                break
        if last:
            return self._bisect(max(low, edge - _HOUR_S), edge, offset_s, wanted_first=False)
        return self._bisect(edge, min(high, edge + _HOUR_S), offset_s, wanted_first=True)

    def _bisect(self, low: int, high: int, offset_s: int, *, wanted_first: bool) -> int:
        """Return the first second in `low`…`high` at which "has this offset" is `wanted_first`."""
        while low < high:
            middle = (low + high) // 2
            if (self._offset(middle) == offset_s) == wanted_first:
                high = middle
            else:
                low = middle + 1
        return low

    def _sun(self, day: date, offset_s: int) -> _Sun:
        """Return when the sun rises and sets, none in polar night, day or without a place."""
        if self._latitude is None or self._longitude is None:
            return _Sun()
        from astral import Observer  # noqa: PLC0415 - only plants that say where they stand
        from astral.sun import sunrise, sunset  # noqa: PLC0415 - same

        observer = Observer(self._latitude, self._longitude)
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        found: list[float | None] = []
        for ask in (sunrise, sunset):
            try:
                at = ask(observer, day, tzinfo=self.zone)
            except ValueError:  # astral's word for a sun that does not cross the horizon
                found.append(None)
                continue
            after_utc_midnight_s = (at - midnight).total_seconds()
            found.append(float(round(after_utc_midnight_s + offset_s)))
        return _Sun(*found)
