"""Imports from end to end, on real recordings and on what people do to files."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.recordings.data import PointInfo, Span
from adapters.recordings.importing import Imported, import_contents, import_files, write_recording
from adapters.recordings.mapping import Mapping
from adapters.recordings.mapping_file import find_mapping, load_mapping, read_mapping
from adapters.recordings.moments import iso, parse_iso
from adapters.recordings.recording import Recording
from engine.values.fact import Quality

REAL = Path(__file__).parents[1] / "recordings"
PLANT = (
    PointInfo("pv.power", unit="W", low=0, high=20_000),
    PointInfo("house.load", unit="W", low=0, high=40_000),
    PointInfo("grid.power", unit="W", low=-30_000, high=40_000),
    PointInfo("battery.power", unit="W", low=-15_000, high=15_000),
    PointInfo("outside.temperature", unit="°C", low=-40, high=50),
    PointInfo("price.buy", unit="ct/kWh", low=-100, high=400),
    PointInfo("p3.running", type="bool"),
)
GOOD, STALE, BAD, MISSING = Quality.GOOD, Quality.STALE, Quality.BAD, Quality.MISSING
HEADER = "time: {column: time}\nhold: 30 min\n"
LOAD = HEADER + "columns:\n  load: {point: house.load, unit: kW}\n"


def mapping_of(text: str) -> Mapping:
    mapping, problems = read_mapping("m.yaml", text.encode())
    assert problems == ()
    assert mapping is not None
    return mapping


def shipped(name: str, file: str) -> Imported:
    mapping, _ = load_mapping(find_mapping(name))
    assert mapping is not None
    return import_files([REAL / file], mapping, PLANT)


def rows_of(imported: Imported, point: str) -> list[tuple[str, object, Quality]]:
    return [(iso(at), value, q) for at, name, value, q in imported.samples if name == point]


def good(imported: Imported, point: str) -> dict[int, float]:
    return {
        at: value
        for at, name, value, _ in imported.samples
        if name == point and isinstance(value, float)
    }


def test_sungrow_balances_with_the_plants_signs() -> None:
    imported = shipped("sungrow", "sungrow_2023-06-21.csv")
    assert imported.problems == ()
    pv, grid, battery, load = (
        good(imported, name) for name in ("pv.power", "grid.power", "battery.power", "house.load")
    )
    assert len(load) == 157
    for at_ms, watts in load.items():
        assert pv[at_ms] + grid[at_ms] + battery[at_ms] == watts
    assert imported.readings["pv.power"] == {GOOD: 157, STALE: 0, BAD: 0, MISSING: 131}
    assert iso(min(load)) == "2023-06-20T22:00:00Z"


def test_senec_commas_kilowatts_and_two_columns_of_one_point() -> None:
    imported = shipped("senec", "senec_2022-09-26.csv")
    assert imported.problems == ()
    assert rows_of(imported, "grid.power")[0] == ("2022-09-26T11:13:09Z", -5.86, GOOD)
    assert rows_of(imported, "battery.power")[1] == ("2022-09-26T11:18:09Z", -225.586, GOOD)
    assert rows_of(imported, "house.load")[0][1] == 433.594
    balances = [
        good(imported, "pv.power")[at]
        + good(imported, "grid.power")[at]
        + good(imported, "battery.power")[at]
        - watts
        for at, watts in good(imported, "house.load").items()
    ]
    assert len(balances) == 21
    assert max(map(abs, balances)) < 100  # the portal's figures are not taken at one moment
    assert rows_of(imported, "pv.power")[-1] == ("2022-09-26T13:03:43Z", None, STALE)


def test_the_sample_days_are_three_segments_and_nights_are_missing() -> None:
    imported = shipped("sample", "sample_3days.csv")
    assert imported.problems == ()
    days = [parse_iso(f"2024-{day}T00:00Z") for day in ("03-31", "06-26", "10-27")]
    assert imported.segments == tuple(Span(day, day + 86_400_000) for day in days)
    assert imported.readings["price.buy"][GOOD] == 144
    assert imported.readings["pv.power"][MISSING] == 66
    assert rows_of(imported, "pv.power")[0] == ("2024-03-31T00:00:00Z", None, MISSING)
    ends = [row for row in rows_of(imported, "price.buy") if row[2] is STALE]
    assert [at for at, _, _ in ends] == [iso(span.end_ms) for span in imported.segments]


def test_home_assistant_states_outside_the_range_are_bad_and_counted() -> None:
    mapping = mapping_of("entities:\n  sensor.power_load_no_var_loads: {point: house.load}\n")
    imported = import_files([REAL / "ha_house_load_2022-10-19.json.gz"], mapping, PLANT)
    (problem,) = imported.problems
    assert problem.code == "import-out-of-range"
    assert "first of 69" in problem.message
    assert sum(quality is BAD for _, _, _, quality in imported.samples) == 69
    assert len(good(imported, "house.load")) == 8_723 - 69
    assert min(good(imported, "house.load").values()) >= 0


def test_home_assistant_counter_with_resets_and_dropouts() -> None:
    entity = "  sensor.powerwall_2_home_usage: {point: house.load, counter: true}\n"
    text = "hold: 30 min\nentities:\n" + entity
    imported = import_files([REAL / "ha_powerwall_kwh_5days.json.gz"], mapping_of(text), PLANT)
    assert imported.readings["house.load"] == {GOOD: 1466, STALE: 0, BAD: 0, MISSING: 78}
    assert [problem.code for problem in imported.problems] == ["import-counter-reset"]
    assert "first of 3" in imported.problems[0].message
    loads = good(imported, "house.load").values()
    assert min(loads) >= 0
    assert max(loads) < 40_000


def test_counters_in_wh_and_kwh_become_power() -> None:
    text = (
        "time: {column: hour}\nhold: 1 h\ncolumns:\n"
        "  solar_wh_cum: {point: pv.power, unit: Wh, counter: true}\n"
        "  import_kwh_cum: {point: grid.power, unit: kWh, counter: true}\n"
        "  export_kwh_cum: {point: grid.power, unit: kWh, counter: true, scale: -1}\n"
    )
    imported = import_files([REAL / "ha_counters_3days.csv"], mapping_of(text), PLANT)
    assert imported.problems == ()
    assert rows_of(imported, "pv.power")[0] == ("2026-04-21T07:00:00Z", 2900.0, GOOD)
    assert rows_of(imported, "grid.power")[0][1] == pytest.approx(125.0 - 1378.90625)
    nights = [row for row in rows_of(imported, "pv.power") if row[2] is MISSING]
    assert nights[0][0] == "2026-04-21T22:00:00Z"


def test_without_a_plant_the_units_of_mapping_and_file_stand() -> None:
    text = "entities:\n  sensor.power_load_no_var_loads: {point: house.load}\n"
    imported = import_files([REAL / "ha_house_load_2022-10-19.json.gz"], mapping_of(text))
    assert imported.points == (PointInfo("house.load", unit="W"),)
    assert imported.problems == ()
    content = b"time,e\n2024-07-01T00:00,1\n2024-07-01T00:30,2\n"
    counter = mapping_of(HEADER + "columns:\n  e: {point: x, unit: kWh, counter: true}\n")
    imported = import_contents([("a.csv", content)], counter)
    assert imported.points == (PointInfo("x", unit="W"),)
    assert rows_of(imported, "x")[0][1] == 2000.0


def test_several_files_are_one_recording() -> None:
    contents = [
        ("b.csv", b"time,load\n2024-07-01T00:30,2\n"),
        ("a.csv", gzip.decompress(gzip.compress(b"time,load\n2024-07-01T00:00,x\n"))),
    ]
    imported = import_contents(contents, mapping_of(LOAD), PLANT)
    assert [problem.code for problem in imported.problems] == [
        "import-not-a-number",
        "import-unsorted",
    ]
    assert imported.problems[0].position.file == "a.csv"
    assert [row[1] for row in rows_of(imported, "house.load")] == [None, 2000.0, None]


@pytest.mark.parametrize(
    ("mapped", "message", "help_"),
    [
        ("{point: house.laod, unit: kW}", "no point `house.laod`", "did you mean `house.load`?"),
        ("{point: zz, unit: kW}", "no point `zz`", ""),
        ("{point: house.load, unit: kWh}", "`kWh` is energy", "counter: true"),
        ("{point: p3.running, unit: kWh, counter: true}", "is a counter, but", ""),
        ("{point: price.buy, unit: kWh, counter: true}", "counts energy", ""),
    ],
)
def test_what_makes_an_import_worthless(mapped: str, message: str, help_: str) -> None:
    mapping = mapping_of(HEADER + f"columns:\n  load: {mapped}\n")
    content = b"time,load\n2024-07-01T00:00,1\n2024-07-01T00:30,0\n"
    imported = import_contents([("a.csv", content)], mapping, PLANT)
    assert imported.failed
    assert imported.samples == ()
    assert message in imported.problems[0].message
    assert help_ in imported.problems[0].help
    assert imported.problems[0].position.file == "m.yaml"
    assert imported.problems[0].position.line == 4


def test_a_file_in_another_encoding_is_worthless() -> None:
    imported = import_contents([("a.csv", b"time,l\xf6ad\n")], mapping_of(LOAD), PLANT)
    assert imported.failed
    assert imported.problems[0].code == "import-not-text"


def test_what_was_imported_is_what_a_recording_holds(tmp_path: Path) -> None:
    imported = shipped("sample", "sample_3days.csv")
    write_recording(tmp_path / "a.rec", imported, {"site": "asp1"}, overwrite=False)
    with Recording.open(tmp_path / "a.rec") as recording:
        assert recording.segments() == imported.segments
        assert recording.meta == {"site": "asp1"}
        first = imported.segments[0].start_ms
        read = list(recording.changes(start_ms=first))
        state: dict[str, object] = {}
        kept = []
        for at_ms, name, value, quality in imported.samples:
            if state.get(name) != (value, quality):
                kept.append((at_ms, name, value, quality))
            state[name] = (value, quality)
        assert read == kept


@given(st.binary(max_size=200))
def test_any_bytes_are_imported_or_told_about(content: bytes) -> None:
    for text in (LOAD, "entities:\n  sensor.x: {point: house.load}\n"):
        imported = import_contents([("a", content)], mapping_of(text), PLANT)
        assert imported.samples or imported.problems


CELLS = st.sampled_from(
    ["", "--", "1", "-1", "1,5", "nan", "inf", "x", "unavailable", '"2"', "9e9"]
)
TIMES = st.datetimes().map(str) | st.sampled_from(["", "x", "2024-03-31T02:30", "0001-01-01"])


@given(st.lists(st.tuples(TIMES, CELLS)), st.sampled_from(["UTC", "Europe/Berlin", "Asia/Tokyo"]))
def test_any_rows_make_a_recording_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], zone: str
) -> None:
    text = "time,load\n" + "".join(f"{time},{cell}\n" for time, cell in rows)
    mapping = mapping_of(LOAD.replace("column: time", f"column: time, zone: {zone}"))
    imported = import_contents([("a.csv", text.encode())], mapping, PLANT)
    assert all(value is None or 0 <= value <= 40_000 for _, _, value, _ in imported.samples)  # type: ignore[operator]
    if not imported.failed:
        path = tmp_path_factory.mktemp("r") / "a.rec"
        write_recording(path, imported, {}, overwrite=False)
        with Recording.open(path) as recording:
            assert recording.segments() == imported.segments
