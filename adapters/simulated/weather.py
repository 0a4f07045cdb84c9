"""Recorded weather, load and prices as the boundary of the plant, at any moment.

Temperature, PV, load and irradiance are interpolated between rows; a price holds until the next
row. What a row does not say stays unknown, with one exception that the recording itself explains:
the PV sensor sends nothing at night, so PV is 0 W where it is empty and the irradiance is 0.

Between a known and an unknown row nothing is known either. The plant has to run on something, so
it gets a stand-in and `Boundary.unknown` names the field: 0 W for PV and sun (no sun is counted
that nobody measured), for the others the nearest row before, else after, that has a value.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite, nan
from typing import NamedTuple

from adapters.simulated.inputs import Boundary


class WeatherRow(NamedTuple):
    """One row of a recording; None where the cell is empty."""

    wall_s: float
    pv_w: float | None
    house_load_w: float | None
    outside_temperature_c: float | None
    irradiance_w_m2: float | None
    price_ct_per_kwh: float | None


@dataclass(frozen=True, slots=True)
class Weather:
    """A recording without gaps; good from `start_s` to just before `end_s`, in Unix time.

    The last row holds for as long as the rows before it.
    """

    rows: tuple[WeatherRow, ...]
    times_s: tuple[float, ...]
    end_s: float

    @property
    def start_s(self) -> float:
        """Unix time of the first row."""
        return self.times_s[0]


def weather_row(cells: Mapping[str, str | None]) -> WeatherRow:
    """Return the row for cells named as in `sample_4weeks_30min.csv`; an empty cell is None."""
    text = cells["time_utc"] or ""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"time_utc is `{text}`; write it as 2024-03-25T00:00:00Z") from None
    if when.tzinfo is None:
        raise ValueError(f"time_utc needs its zone, as in 2024-03-25T00:00:00Z: {when}")
    return WeatherRow(
        when.timestamp(),
        *(
            _cell(name, cells[name])
            for name in ("pv_w", "house_load_w", "t_out_c", "ghi_wm2", "price_ct_kwh")
        ),
    )


def segments(rows: Iterable[WeatherRow], spacing_s: float = 1800.0) -> tuple[Weather, ...]:
    """Return the contiguous parts of time-sorted rows, cut where more than `spacing_s` is missing.

    A driver runs them one after the other: nothing is known about the time between.
    """
    parts: list[list[WeatherRow]] = []
    for row in rows:
        if not parts or row.wall_s - parts[-1][-1].wall_s > spacing_s:
            parts.append([])
        elif row.wall_s <= parts[-1][-1].wall_s:
            raise ValueError(f"weather rows must be sorted by time; {row} is not")
        parts[-1].append(row)
    return tuple(
        Weather(
            tuple(_filled_night(row) for row in part),
            tuple(row.wall_s for row in part),
            part[-1].wall_s + spacing_s,
        )
        for part in parts
    )


def boundary_at(
    weather: Weather, wall_s: float, utc_offset_s: int = 0, pv_scale: float = 1.0
) -> Boundary:
    """Return the boundary at one moment; `pv_scale` multiplies the recorded PV."""
    if not weather.start_s <= wall_s < weather.end_s:
        raise ValueError(f"no weather at {wall_s}, only {weather.start_s} to {weather.end_s}")
    index = bisect_right(weather.times_s, wall_s) - 1
    row = weather.rows[index]
    after = weather.rows[min(index + 1, len(weather.rows) - 1)]
    share = (wall_s - row.wall_s) / (after.wall_s - row.wall_s) if after is not row else 0.0
    pv_w = _between(row.pv_w, after.pv_w, share)
    load_w = _between(row.house_load_w, after.house_load_w, share)
    outside_c = _between(row.outside_temperature_c, after.outside_temperature_c, share)
    irradiance = _between(row.irradiance_w_m2, after.irradiance_w_m2, share)
    price = row.price_ct_per_kwh
    boundary = Boundary(
        wall_s,
        utc_offset_s,
        0.0 if pv_w is None else pv_w * pv_scale,
        _stand_in(weather.rows, index, 2) if load_w is None else load_w,
        _stand_in(weather.rows, index, 3) if outside_c is None else outside_c,
        0.0 if irradiance is None else irradiance,
        _stand_in(weather.rows, index, 5) if price is None else price,
    )
    known = (pv_w, load_w, outside_c, irradiance, price)
    if None not in known:
        return boundary
    unknown = [name for name, value in zip(_FIELDS, known, strict=True) if value is None]
    return boundary._replace(unknown=tuple(unknown))


_FIELDS = (
    "pv_available_w",
    "base_house_load_w",
    "outside_temperature_c",
    "irradiance_w_m2",
    "price_ct_per_kwh",
)


def _cell(name: str, text: str | None) -> float | None:
    if text is None or not text.strip():
        return None
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise ValueError(f"{name} is `{text}`, not a number")
    return number


def _filled_night(row: WeatherRow) -> WeatherRow:
    if row.pv_w is None and row.irradiance_w_m2 == 0.0:
        return row._replace(pv_w=0.0)
    return row


def _between(before: float | None, after: float | None, share: float) -> float | None:
    """Return the value on the line between two rows, None if a needed end is unknown."""
    if share == 0.0 or before is None:
        return before
    return None if after is None else before + share * (after - before)


def _stand_in(rows: Sequence[WeatherRow], index: int, column: int) -> float:
    """Return the nearest known value of a column, looking back first."""
    for row in (*reversed(rows[: index + 1]), *rows[index + 1 :]):
        value = row[column]
        if value is not None:
            return value
    raise ValueError(f"the weather never says {WeatherRow._fields[column]}")
