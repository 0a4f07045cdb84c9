import csv

import pytest

from adapters.clock import SiteClock
from adapters.simulated.drive import Sensors, Stretch, drive, stretches
from adapters.simulated.state import PlantParameters
from adapters.simulated.weather import Weather, segments, weather_row
from engine.control.scan import initial
from engine.language.plant import Plant, Site
from engine.values.fact import Quality
from tests.simulation.small_rules import WEATHER, program

STEP_MS = 10_000
HOUR_MS = 3_600_000
PROGRAM = program()
PLANT = PROGRAM.rulebook.plant


def weather() -> tuple[Weather, ...]:
    with WEATHER.open() as file:
        return segments(map(weather_row, csv.DictReader(file)))


def test_a_run_takes_its_length_from_one_stretch_after_the_other() -> None:
    parts = weather()
    week_ms = 7 * 24 * HOUR_MS
    whole = stretches(parts, STEP_MS)
    assert [each.end_ms - each.start_ms for each in whole] == [week_ms] * 4
    eight_days = stretches(parts, STEP_MS, length_ms=8 * 24 * HOUR_MS)
    assert [each.end_ms - each.start_ms for each in eight_days] == [week_ms, 24 * HOUR_MS]
    late = stretches(parts, STEP_MS, start_ms=whole[1].start_ms + HOUR_MS, length_ms=HOUR_MS)
    assert late == (
        Stretch(parts[1], whole[1].start_ms + HOUR_MS, whole[1].start_ms + 2 * HOUR_MS),
    )


def test_sensors_show_what_devices_show() -> None:
    sensors = Sensors(PLANT)
    points = {"buffer.top": 45.678, "pv.power": 1234.56, "battery.soc": 50.04, "p3.running": True}
    changes = sensors.show(0, dict(points))
    assert {name: value for _, name, value, _ in changes} == {
        "buffer.top": 45.7,
        "pv.power": 1235.0,
        "battery.soc": 50.0,
        "p3.running": True,
    }
    assert sensors.show(STEP_MS, points | {"buffer.top": 45.68}) == []
    assert sensors.show(2 * STEP_MS, {**points, "price.buy": 6.229})[0][2] == 6.229


def test_there_is_no_minus_zero() -> None:
    ((_, _, value, _),) = Sensors(PLANT).show(0, {"grid.power": -0.3})
    assert str(value) == "0.0"


def test_what_is_no_longer_measured_is_missing() -> None:
    sensors = Sensors(PLANT)
    sensors.show(0, {"pv.power": 5.0})
    assert sensors.show(10, {}) == [(10, "pv.power", None, Quality.MISSING)]
    assert sensors.show(20, {}) == []


def test_the_loop_closes() -> None:
    (part,) = stretches(weather(), STEP_MS, length_ms=HOUR_MS // 2)
    clock = SiteClock(PLANT.site)
    turns = list(drive(PROGRAM, initial(PROGRAM), PlantParameters(), [part], clock, STEP_MS))
    assert [turn.at_ms for turn in turns] == list(range(part.start_ms, part.end_ms, STEP_MS))
    p4 = [output.name for output in PLANT.outputs].index("p4.run_target")
    seen = next(i for i, point in enumerate(PLANT.points) if point.name == "p4.running")
    assert turns[0].scan.decisions[p4].value is True
    assert turns[0].scan.trace.image.values[seen] is False
    assert turns[1].scan.trace.image.values[seen] is True


def test_each_stretch_begins_with_a_plant_at_rest_and_a_controller_that_remembers() -> None:
    first, second = (
        Stretch(part, round(part.start_s * 1000), round(part.start_s * 1000) + 2 * STEP_MS)
        for part in weather()[:2]
    )
    clock = SiteClock(PLANT.site)
    parts = [first, second]
    turns = list(drive(PROGRAM, initial(PROGRAM), PlantParameters(), parts, clock, STEP_MS))
    assert len(turns) == 4
    buffer = [point.name for point in PLANT.points].index("buffer.top")
    tops = [turn.scan.trace.image.values[buffer] for turn in turns]
    assert tops[0] == tops[2] == 48.0


def test_a_plant_that_lacks_points_and_outputs_is_driven_with_what_it_has() -> None:
    few = Plant(Site(), PLANT.points[:2], ())
    changes = Sensors(few).show(0, {"pv.power": 1.0, "house.load": 2.0, "grid.power": 1.0})
    assert [name for _, name, _, _ in changes] == ["pv.power", "house.load"]


@pytest.mark.parametrize("step_ms", [HOUR_MS])
def test_a_stretch_shorter_than_a_step_is_left_out(step_ms: int) -> None:
    assert stretches(weather(), step_ms, length_ms=step_ms - 1) == ()
