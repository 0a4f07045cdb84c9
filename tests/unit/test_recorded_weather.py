"""The weather out of a recording."""

from pathlib import Path

import pytest

from adapters.cli.diff_simulate import driven
from adapters.recordings.data import PointInfo, RecordingError, Span
from adapters.recordings.recording import Recording
from adapters.simulated.recorded_weather import recorded_weather
from engine.values.fact import Quality
from tests.simulation.small_rules import WEATHER, program

GOOD = Quality.GOOD
MINUTE = 60_000
PROGRAM = program()


def record(path: Path, *without: str) -> Path:
    infos = {
        "pv.power": PointInfo("pv.power", unit="kW"),
        "house.load": PointInfo("house.load", unit="W"),
        "outside.temperature": PointInfo("outside.temperature", unit="°C"),
        "price.buy": PointInfo("price.buy", unit="ct/kWh"),
        "miner1.power": PointInfo("miner1.power", unit="W"),
    }
    samples = [
        (0, "pv.power", 2.5, GOOD), (0, "house.load", 3_000.0, GOOD),
        (0, "outside.temperature", 8.0, GOOD), (0, "price.buy", 30.0, GOOD),
        (0, "miner1.power", 0.0, GOOD), (90_000, "miner1.power", 2_600.0, GOOD),
        (4 * MINUTE, "miner1.power", 9_000.0, GOOD), (5 * MINUTE, "pv.power", None, Quality.BAD),
        (6 * MINUTE, "outside.temperature", 9.0, GOOD),
    ]  # fmt: skip
    with Recording.create(path, [infos[name] for name in infos if name not in without]) as writer:
        writer.add_samples(each for each in samples if each[1] not in without)
        writer.add_segment(Span(0, 7 * MINUTE))
    return path


def test_rows_are_a_minute_apart_in_the_plants_units(tmp_path: Path) -> None:
    with Recording.open(record(tmp_path / "a.rec")) as recording:
        (weather,) = recorded_weather(recording, PROGRAM.rulebook, recording.segments())
    assert weather.times_s == (0.0, 60.0, 120.0, 180.0, 240.0, 300.0, 360.0)
    assert weather.end_s == 420.0
    assert [row.pv_w for row in weather.rows] == [2_500.0] * 5 + [None] * 2
    assert weather.rows[0].price_ct_per_kwh == 30.0
    assert weather.rows[6].outside_temperature_c == 9.0


def test_what_the_recorded_miners_drew_is_taken_off_the_load(tmp_path: Path) -> None:
    with Recording.open(record(tmp_path / "a.rec")) as recording:
        (weather,) = recorded_weather(recording, PROGRAM.rulebook, (Span(0, 5 * MINUTE),))
    loads = [row.house_load_w for row in weather.rows]
    assert loads == [3_000.0, 3_000.0, 400.0, 400.0, 0.0], "and never below nothing"


@pytest.mark.parametrize("name", ["house.load", "outside.temperature", "price.buy"])
def test_what_the_house_cannot_do_without_is_named(tmp_path: Path, name: str) -> None:
    with (
        Recording.open(record(tmp_path / "a.rec", name)) as recording,
        pytest.raises(RecordingError, match=f"never says `{name}`.*--weather"),
    ):
        recorded_weather(recording, PROGRAM.rulebook, recording.segments())


def test_without_sun_it_goes_on(tmp_path: Path) -> None:
    with Recording.open(record(tmp_path / "a.rec", "pv.power")) as recording:
        (weather,) = recorded_weather(recording, PROGRAM.rulebook, recording.segments())
    assert {row.pv_w for row in weather.rows} == {None}


def test_both_kinds_of_weather_are_cut_to_the_time_that_is_wanted(tmp_path: Path) -> None:
    path = record(tmp_path / "a.rec")
    cut = driven(path, [PROGRAM], (MINUTE, 3 * MINUTE), 10_000, seed=3, csv=False)
    assert [(part.start_ms, part.end_ms) for part in cut.parts] == [(MINUTE, 3 * MINUTE)]
    assert cut.seed == 3
    whole = driven(WEATHER, [PROGRAM], (None, None), 10_000, seed=1, csv=True)
    start_ms = whole.parts[0].start_ms
    cut = driven(WEATHER, [PROGRAM], (None, start_ms + MINUTE), 10_000, seed=1, csv=True)
    assert [(part.start_ms, part.end_ms) for part in cut.parts] == [(start_ms, start_ms + MINUTE)]
    for csv, source in ((True, WEATHER), (False, path)):
        with pytest.raises(RecordingError, match="holds no weather of that time"):
            driven(source, [PROGRAM], (-5_000, -1_000), 10_000, seed=1, csv=csv)
