"""A series of texts to readings: converted, judged, in order."""

from collections.abc import Sequence

import pytest

from adapters.recordings.data import PointInfo
from adapters.recordings.findings import Findings
from adapters.recordings.mapping import ColumnMap, Mapping, Series
from adapters.recordings.readings import Reading, tidy, to_readings
from engine.language.position import Position
from engine.language.problem import Problem, Severity
from engine.values.fact import Quality

LOAD = PointInfo("house.load", unit="W")
MAP_PLACE, UNIT_PLACE = Position("m.yaml", 3, 3), Position("m.yaml", 3, 30)
GOOD, BAD, MISSING = Quality.GOOD, Quality.BAD, Quality.MISSING


def column(**changes: object) -> ColumnMap:
    parts = {"source": "load", "point": "house.load", "unit": "kW", **changes}
    return ColumnMap(**parts, position=MAP_PLACE, unit_position=UNIT_PLACE)  # type: ignore[arg-type]


def read(
    texts: Sequence[str],
    mapped: ColumnMap,
    info: PointInfo = LOAD,
    at_ms: Sequence[int] = (),
    unit: str = "",
) -> tuple[list[Reading], tuple[Problem, ...]]:
    findings = Findings()
    series = Series(
        mapped,
        at_ms or range(len(texts)),
        texts,
        [unit] * len(texts),
        lambda index: Position("a.csv", index + 2, 5),
    )
    mapping = Mapping("csv", (mapped,))
    return to_readings(series, info, mapping, findings), findings.problems()


def test_numbers_come_in_the_points_unit() -> None:
    assert read(["0.29", "-1"], column())[0] == [(0, 290.0, GOOD), (1, -1000.0, GOOD)]
    assert read(["0.29"], column(scale=-1.0))[0] == [(0, -290.0, GOOD)]
    assert tidy(0.1 + 0.2) == 0.3


def test_rubbish_is_bad_and_told_once_with_its_line() -> None:
    readings, (problem,) = read(["1", "x", "y", "2"], column())
    assert [quality for _, _, quality in readings] == [GOOD, BAD, BAD, GOOD]
    assert (problem.code, problem.position.line) == ("import-not-a-number", 3)
    assert problem.severity is Severity.WARNING
    assert "`x`" in problem.message
    assert "first of 2" in problem.message


@pytest.mark.parametrize(("text", "code"), [("NaN", "not-finite"), ("11", "out-of-range")])
def test_numbers_that_cannot_be_are_bad(text: str, code: str) -> None:
    (reading,), (problem,) = read([text], column(low=0.0, high=10.0))
    assert reading == (0, None, BAD)
    assert problem.code == f"import-{code}"


def test_what_an_empty_cell_means_is_for_the_mapping_to_say() -> None:
    assert read(["1", ""], column())[0][1] == (1, None, MISSING)
    assert read(["1", ""], column(when_missing="keep"))[0] == [(0, 1000.0, GOOD)]
    assert read(["1", "--"], column(when_missing=0.0))[0][1] == (1, 0.0, GOOD)


@pytest.mark.parametrize(
    ("unit", "said", "message", "help_", "place"),
    [
        ("kWh", "", "`kWh` is energy, `W` is power", "counter: true", UNIT_PLACE),
        ("°C", "", "`°C` is temperature, `W` is power", "is in `W`", UNIT_PLACE),
        ("", "kWh", "`kWh` is energy, `W` is power", "counter: true", Position("a.csv", 2, 5)),
        ("", "", "nothing says in which unit", "add `unit:`", MAP_PLACE),
        ("kW", "W", "is in `W`, the mapping says `kW`", "leave `unit` out", UNIT_PLACE),
        ("Watt", "", "`Watt` is not a unit", "is in `W`", UNIT_PLACE),
    ],
)
def test_a_wrong_unit_is_an_error_with_its_place(
    unit: str, said: str, message: str, help_: str, place: Position
) -> None:
    (reading,), (problem,) = read(["1"], column(unit=unit), unit=said)
    assert reading == (0, None, BAD)
    assert problem.severity is Severity.ERROR
    assert message in problem.message
    assert help_ in problem.help
    assert problem.position == place


def test_a_counter_is_read_in_watt_hours_and_must_be_energy() -> None:
    assert read(["1.5"], column(unit="kWh", counter=True))[0] == [(0, 1500.0, GOOD)]
    _, (problem,) = read(["1.5"], column(unit="kW", counter=True))
    assert "a counter counts energy" in problem.help


def test_rows_out_of_order_are_sorted_and_told() -> None:
    readings, (problem,) = read(["2", "1"], column(), at_ms=[20, 10])
    assert readings == [(10, 1000.0, GOOD), (20, 2000.0, GOOD)]
    assert problem.code == "import-unsorted"


def test_of_two_values_at_one_moment_the_later_written_counts() -> None:
    readings, (problem,) = read(["1", "2"], column(), at_ms=[10, 10])
    assert readings == [(10, 2000.0, GOOD)]
    assert problem.code == "import-duplicate-time"
    assert read(["1", "1"], column(), at_ms=[10, 10]) == ([(10, 1000.0, GOOD)], ())


def test_bools_and_states_need_no_unit() -> None:
    pump = PointInfo("p3.running", type="bool")
    mode = PointInfo("mode", type="enum", values=("a",))
    assert read(["on"], column(unit=""), pump)[0] == [(0, True, GOOD)]
    assert read(["a"], column(unit=""), mode)[0] == [(0, "a", GOOD)]
    (reading,), (problem,) = read(["b"], column(unit=""), mode)
    assert (reading[2], problem.code) == (BAD, "import-not-a-state")
