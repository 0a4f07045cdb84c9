"""A moment, handed in from outside: the engine has no clock.

Durations are measured on monotonic time; schedules use the wall clock of the site. The adapter
that owns the clock resolves the time zone and the sun, so that a moment is plain data.
"""

from functools import lru_cache
from typing import NamedTuple

DAY_S = 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday
_UNKNOWN = (None,) * 5


class Moment(NamedTuple):
    """One instant, on both clocks.

    `monotonic_s` never runs backwards. `wall_s` is Unix time (UTC), `utc_offset_s` what to add for
    local time. `sunrise_s` and `sunset_s` are seconds after local midnight, None without a sunrise
    or without a known location. While the wall clock is not trusted the calendar is UNKNOWN.
    """

    monotonic_s: float
    wall_s: float
    utc_offset_s: int = 0
    sunrise_s: float | None = None
    sunset_s: float | None = None
    wall_trusted: bool = True

    @property
    def calendar(self) -> tuple[str | float | None, ...]:
        """What conditions may read: weekday, month, time of day, sunrise, sunset; None: UNKNOWN."""
        if not self.wall_trusted:
            return _UNKNOWN
        weekday, month = _names_of(self._local_days())
        return weekday, month, self.time_of_day_s, self.sunrise_s, self.sunset_s

    @property
    def time_of_day_s(self) -> float:
        """Seconds after local midnight, 0 ≤ t < 86,400."""
        return (self.wall_s + self.utc_offset_s) % DAY_S

    @property
    def weekday(self) -> str:
        """The local day of the week, `mon` to `sun`."""
        return _names_of(self._local_days())[0]

    @property
    def month(self) -> str:
        """The local month, `jan` to `dec`."""
        return _names_of(self._local_days())[1]

    def _local_days(self) -> int:
        return int((self.wall_s + self.utc_offset_s) // DAY_S)


@lru_cache(maxsize=2)
def _names_of(days_since_epoch: int) -> tuple[str, str]:
    """Return weekday and month; one scan after another asks for the same day."""
    weekday = WEEKDAYS[(days_since_epoch + _EPOCH_WEEKDAY) % 7]
    return weekday, MONTHS[_month_of(days_since_epoch) - 1]


def _month_of(days_since_epoch: int) -> int:
    """Return the Gregorian month, 1 to 12.

    Source: Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days: the
    calendar is counted in eras of 400 years that start on the first of March.
    """
    era_day = (days_since_epoch + 719_468) % 146_097
    year_of_era = (era_day - era_day // 1_460 + era_day // 36_524 - era_day // 146_096) // 365
    day_of_year = era_day - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    march_month = (5 * day_of_year + 2) // 153
    return march_month + 3 if march_month < 10 else march_month - 9  # noqa: PLR2004 - months from March
