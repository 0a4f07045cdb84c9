"""CSV text to series: rows left out are counted, times found, places told."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from adapters.recordings.findings import Findings
from adapters.recordings.from_csv import read_csv
from adapters.recordings.mapping import ColumnMap, Mapping, Series
from adapters.recordings.moments import iso
from engine.language.position import Position
from engine.language.problem import Problem

MAPPING = Mapping(
    format="csv",
    columns=(ColumnMap("load", "house.load", "W", position=Position("m.yaml", 4, 3)),),
    time_column="time",
    time_position=Position("m.yaml", 1, 8),
    hold_ms=1,
)
BERLIN = replace(MAPPING, zone=ZoneInfo("Europe/Berlin"))


def read(text: str, mapping: Mapping = MAPPING) -> tuple[list[Series], tuple[Problem, ...]]:
    findings = Findings()
    series = read_csv("a.csv", text, mapping, findings)
    return series, findings.problems()


def times(text: str, mapping: Mapping = MAPPING) -> list[str]:
    (series,), _ = read(text, mapping)
    return [iso(at_ms)[5:16] for at_ms in series.at_ms]


def only_code(text: str, mapping: Mapping = MAPPING) -> Problem:
    _, problems = read(text, mapping)
    (problem,) = problems
    return problem


def test_a_column_becomes_a_series_with_places() -> None:
    text = 'note,time,load\n"a, b",2024-07-01T00:00Z,471.3\n\n,2024-07-01T00:30Z,5\n'
    (series,), problems = read(text)
    assert problems == ()
    assert list(series.texts) == ["471.3", "5"]
    assert series.place(0) == Position("a.csv", 2, 26, 31)
    assert series.place(1) == Position("a.csv", 4, 20, 21)


@pytest.mark.parametrize(
    ("time_format", "text"),
    [
        ("iso", "2024-07-01 12:30:00"),
        ("iso", "2024-07-01T14:30:00+02:00"),
        ("unix", "1719837000"),
        ("unix_ms", "1719837000000"),
        ("%d.%m.%Y %H:%M", "01.07.2024 12:30"),
    ],
)
def test_times_in_every_format(time_format: str, text: str) -> None:
    mapping = replace(MAPPING, time_format=time_format)
    assert times(f"time,load\n{text},1\n", mapping) == ["07-01T12:30"]


def test_a_time_that_cannot_be_read_leaves_its_row_out() -> None:
    text = "time,load\n2024-07-01,1\nSumme,9\n1e99,9\n"
    problem = only_code(text)
    assert problem.code == "import-not-a-time"
    assert problem.position == Position("a.csv", 3, 1)
    assert "`Summe`" in problem.message
    assert "first of 2" in problem.message
    assert times(text) == ["07-01T00:00"]


@pytest.mark.parametrize("text", ["9" * 400, "1e400", "nan", "-1e17"])
def test_seconds_no_clock_shows_leave_their_row_out(text: str) -> None:
    _, problems = read(f"time,load\n{text},1\n0,1\n", replace(MAPPING, time_format="unix"))
    assert [problem.code for problem in problems] == ["import-not-a-time"]


def test_the_hour_that_spring_leaves_out() -> None:
    text = "time,load\n2024-03-31T01:30,1\n2024-03-31T02:30,2\n2024-03-31T03:00,3\n"
    problem = only_code(text, BERLIN)
    assert (problem.code, problem.position.line) == ("import-time-never-was", 3)
    assert "Etc/GMT-1" in problem.help
    assert times(text, BERLIN) == ["03-31T00:30", "03-31T01:00"]


def test_the_doubled_hour() -> None:
    text = "time,load\n" + "".join(
        f"2024-10-27T{at},1\n" for at in ("01:30", "02:00", "02:30", "02:00", "02:30", "03:00")
    )
    assert read(text, BERLIN)[1] == ()
    assert [at[-5:] for at in times(text, BERLIN)] == [
        "23:30",
        "00:00",
        "00:30",
        "01:00",
        "01:30",
        "02:00",
    ]
    once = text.replace("2024-10-27T02:00,1\n2024-10-27T02:30,1\n", "", 1)
    assert only_code(once, BERLIN).code == "import-time-doubtful"


def test_rows_from_the_newest_to_the_oldest_are_turned_round() -> None:
    text = "time,load\n2024-10-27T03:00,3\n2024-10-27T02:00,2\n2024-10-27T02:00,1\n"
    (series,), problems = read(text, BERLIN)
    assert problems == ()
    assert list(series.texts) == ["1", "2", "3"]
    assert [iso(at)[11:16] for at in series.at_ms] == ["00:00", "01:00", "02:00"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "import-no-rows", 1),
        ("\n \n", "import-no-rows", 1),
        ("time,load\n", "import-no-rows", 1),
        ("time,laod\n2024-07-01,1\n", "import-unknown-column", 4),
        ("when,load\n2024-07-01,1\n", "import-unknown-column", 1),
        ("time;load\n2024-07-01;1\n", "import-unknown-column", 1),
        ("time,load,load\n2024-07-01,1,2\n", "import-unclear-column", 4),
        ("time,load\n2024-07-01,1,2\n2024-07-01,1\n", "import-broken-row", 2),
        ("time,load\n2024-07-01,1\n2024-07-02\n", "import-broken-row", 3),
        ("time,load\n2024-07-01,12", "import-no-line-end", 2),
        ('time,load\n2024-07-01,"1\n', "import-not-csv", 2),
        ('time,load\n2024-07-01,"1"x\n', "import-not-csv", 2),
        ("time,load\n2024-07-01," + "9" * 200_000 + "\n", "import-not-csv", 2),
    ],
)
def test_what_is_wrong_with_a_file(text: str, code: str, line: int) -> None:
    problem = only_code(text)
    assert (problem.code, problem.position.line) == (code, line)


def test_a_misspelt_column_is_answered_with_the_nearest() -> None:
    assert only_code("time,laod\n2024-07-01,1\n").help == "did you mean `laod`?"
    assert only_code("time,x,y\n2024-07-01,1,2\n").help == "it has `time`, `x`, `y`"
    assert only_code("time;load\n2024-07-01;1\n").help == "check the `delimiter`"
