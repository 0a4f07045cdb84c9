import csv
from pathlib import Path

import pytest

from adapters.simulated.weather import WeatherRow, boundary_at, segments, weather_row

RECORDING = Path(__file__).parents[2] / "rules" / "asp1" / "recordings" / "sample_4weeks_30min.csv"
ROW = WeatherRow(0.0, 100.0, 500.0, 4.0, 50.0, 20.0)
NEXT = WeatherRow(1800.0, 300.0, 700.0, 6.0, 150.0, 30.0)


def test_the_four_weeks_are_four_segments_of_seven_days() -> None:
    with RECORDING.open(encoding="utf-8", newline="") as file:
        weeks = segments(weather_row(cells) for cells in csv.DictReader(file))
    assert [week.end_s - week.start_s for week in weeks] == [7 * 86_400.0] * 4
    assert weeks[0].start_s == 1_711_324_800.0
    for week in weeks:
        for number in range(7 * 48):
            boundary_at(week, week.start_s + number * 1800.0 + 900.0)


def test_cells_become_a_row_and_empty_ones_none() -> None:
    cells = {
        "time_utc": "2024-03-25T00:00:00Z",
        "pv_w": "",
        "house_load_w": "471.3",
        "t_out_c": "-5.9",
        "ghi_wm2": "0.0",
        "price_ct_kwh": None,
    }
    assert weather_row(cells) == WeatherRow(1_711_324_800.0, None, 471.3, -5.9, 0.0, None)
    with pytest.raises(ValueError, match="zone"):
        weather_row({**cells, "time_utc": "2024-03-25T00:00:00"})


def test_values_are_interpolated_and_the_price_holds() -> None:
    (week,) = segments([ROW, NEXT])
    boundary = boundary_at(week, 450.0, utc_offset_s=3600, pv_scale=2.0)
    assert boundary == (450.0, 3600, 300.0, 550.0, 4.5, 75.0, 20.0, ())
    assert boundary_at(week, 1800.0).price_ct_per_kwh == 30.0
    assert boundary_at(week, 3599.0).pv_available_w == 300.0


def test_a_gap_cuts_and_disorder_is_refused() -> None:
    late = NEXT._replace(wall_s=9000.0)
    assert [len(part.rows) for part in segments([ROW, NEXT, late])] == [2, 1]
    with pytest.raises(ValueError, match="sorted"):
        segments([ROW, ROW])
    assert segments([]) == ()


@pytest.mark.parametrize("wall_s", [-1.0, 3600.0])
def test_outside_the_recording_nothing_is_said(wall_s: float) -> None:
    (week,) = segments([ROW, NEXT])
    with pytest.raises(ValueError, match="no weather"):
        boundary_at(week, wall_s)


def test_a_silent_pv_sensor_means_nothing_at_night_and_unknown_by_day() -> None:
    night = ROW._replace(pv_w=None, irradiance_w_m2=0.0)
    (dark,) = segments([night, NEXT])
    assert boundary_at(dark, 900.0)[2] == 150.0
    assert boundary_at(dark, 900.0).unknown == ()
    day = ROW._replace(pv_w=None)
    (silent,) = segments([day, NEXT])
    assert boundary_at(silent, 900.0)[2] == 0.0
    assert boundary_at(silent, 900.0).unknown == ("pv_available_w",)
    assert boundary_at(silent, 1800.0).unknown == ()


def test_between_a_known_and_an_unknown_row_nothing_is_known() -> None:
    (week,) = segments([ROW, NEXT._replace(pv_w=None)])
    assert boundary_at(week, 0.0).unknown == ()
    assert boundary_at(week, 10.0).unknown == ("pv_available_w",)


def test_unknown_load_temperature_and_price_get_the_nearest_known_value() -> None:
    blank = NEXT._replace(house_load_w=None, outside_temperature_c=None, price_ct_per_kwh=None)
    (week,) = segments([ROW, blank])
    boundary = boundary_at(week, 1800.0)
    assert boundary[3:7] == (500.0, 4.0, 150.0, 20.0)
    assert boundary.unknown == ("base_house_load_w", "outside_temperature_c", "price_ct_per_kwh")
    (reverse,) = segments([blank._replace(wall_s=0.0), NEXT])
    assert boundary_at(reverse, 0.0)[3:7] == (700.0, 6.0, 150.0, 30.0)


def test_a_recording_that_never_says_the_load_cannot_be_run() -> None:
    (week,) = segments([ROW._replace(house_load_w=None, irradiance_w_m2=None)])
    with pytest.raises(ValueError, match="house_load_w"):
        boundary_at(week, 0.0)
