"""Home Assistant's history to series."""

import json

import pytest

from adapters.recordings.findings import Findings
from adapters.recordings.from_homeassistant import read_homeassistant
from adapters.recordings.mapping import ColumnMap, Mapping, Series
from engine.language.position import Position
from engine.language.problem import Problem

MAPPING = Mapping(
    format="homeassistant",
    columns=(ColumnMap("sensor.load", "house.load", position=Position("m.yaml", 2, 3)),),
)
FULL = {
    "entity_id": "sensor.load",
    "state": "407.23",
    "attributes": {"unit_of_measurement": "W"},
    "last_changed": "2022-10-19T19:00:00+00:00",
    "last_updated": "2022-10-19T19:00:01.500000+00:00",
}
MINIMAL = {"state": "unavailable", "last_changed": "2022-10-19T19:00:10+00:00"}


def read(data: object) -> tuple[list[Series], tuple[Problem, ...]]:
    findings = Findings()
    text = data if isinstance(data, str) else json.dumps(data)
    series = read_homeassistant("h.json", text, MAPPING, findings)
    return series, findings.problems()


def test_states_become_texts_with_times_and_the_unit_that_was_last_said() -> None:
    (series,), problems = read(
        [[FULL, MINIMAL, {**FULL, "attributes": {"unit_of_measurement": "kW"}}]]
    )
    assert problems == ()
    assert list(series.texts) == ["407.23", "unavailable", "407.23"]
    assert list(series.units) == ["W", "W", "kW"]
    assert [at % 100_000 for at in series.at_ms] == [1_500, 10_000, 1_500]


def test_other_entities_are_left_out() -> None:
    other = {**FULL, "entity_id": "sensor.other"}
    series, problems = read([[other], [FULL], []])
    assert (len(series), problems) == (1, ())


def test_a_state_without_a_time_is_left_out_and_counted() -> None:
    (series,), (problem,) = read([[FULL, {"state": "1"}, {"state": "2", "last_changed": 5}]])
    assert len(series.at_ms) == 1
    assert problem.code == "import-not-a-time"
    assert "first of 2" in problem.message


@pytest.mark.parametrize(
    ("data", "code", "help_"),
    [
        ("", "import-not-json", "cut off"),
        ('[[{"state": "1"', "import-not-json", "cut off"),
        ("[" * 100_000, "import-not-json", ""),
        ("[[" + "9" * 5000 + "]]", "import-not-json", ""),
        ({"message": "Entity not found"}, "import-not-json", "/api/history"),
        ([FULL], "import-not-json", "/api/history"),
        ([["x"]], "import-not-json", "/api/history"),
        ([], "import-unknown-column", "holds no states"),
        ([[{**FULL, "entity_id": "sensor.laod"}]], "import-unknown-column", "sensor.laod"),
    ],
)
def test_what_is_wrong_with_a_file(data: object, code: str, help_: str) -> None:
    series, (problem,) = read(data)
    assert series == []
    assert problem.code == code
    assert help_ in problem.help


def test_a_cut_file_says_where() -> None:
    _, (problem,) = read('[[\n{"state": "1"')
    assert (problem.position.file, problem.position.line) == ("h.json", 2)
