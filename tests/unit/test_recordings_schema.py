"""The tables: readable with plain SQL, and strict about what stands in them."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.recordings.data import DecisionRow, EventRow, PointInfo, Span
from adapters.recordings.recording import Recording
from adapters.recordings.schema import APPLICATION_ID, QUALITIES, VERSION
from engine.values.fact import Quality

GOOD = Quality.GOOD
POINTS = (
    PointInfo("load", unit="W"),
    PointInfo("on", type="bool"),
    PointInfo("mode", type="enum", values=("a", "b")),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with Recording.create(tmp_path / "a.rec", POINTS) as writer:
        writer.add_decisions([DecisionRow(0, "on", True, "rule", "r", False, {"saw": 1})])
        writer.add_events([EventRow(1, "trip", "relay", "open")])
    db = sqlite3.connect(tmp_path / "a.rec")
    yield db
    db.close()


def test_the_tables_can_be_read_with_plain_sql(tmp_path: Path) -> None:
    with Recording.create(tmp_path / "a.rec", POINTS) as writer:
        writer.add_samples(
            [(1_711_846_800_250, "load", 1.5, GOOD), (1_711_846_801_000, "on", True, GOOD)]
        )
        writer.add_samples([(1_711_846_801_000, "mode", None, Quality.STALE)])
        writer.add_segment(Span(0, 1))
    db = sqlite3.connect(tmp_path / "a.rec")
    rows = db.execute("SELECT * FROM readable_samples ORDER BY time_utc, point").fetchall()
    db.close()
    assert rows == [
        ("2024-03-31T01:00:00.250Z", "load", 1.5, "W", "good"),
        ("2024-03-31T01:00:01.000Z", "mode", None, "", "stale"),
        ("2024-03-31T01:00:01.000Z", "on", 1.0, "", "good"),
    ]


def test_decisions_and_events_are_readable_too(database: sqlite3.Connection) -> None:
    start = "1970-01-01T00:00:00.00"
    decisions = database.execute("SELECT * FROM readable_decisions").fetchall()
    assert decisions == [(f"{start}0Z", "on", 1, "", "rule", "r", 0, '{"saw": 1}')]
    events = database.execute("SELECT * FROM readable_events").fetchall()
    assert events == [(f"{start}1Z", "trip", "relay", "open")]


def test_the_file_says_what_it_is(database: sqlite3.Connection) -> None:
    assert database.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_the_qualities_are_the_engines() -> None:
    assert [quality.value for quality in Quality] == list(QUALITIES)


@pytest.mark.parametrize(
    "row",
    [
        "(0, 1, 1.0, NULL, 1)",  # a bad sample with a value
        "(0, 1, NULL, NULL, 0)",  # a good one without
        "(0, 1, 1.0, 'a', 0)",  # two values
        "('now', 1, 1.0, NULL, 0)",
        "(0, 1, 'much', NULL, 0)",
        "(NULL, 1, 1.0, NULL, 0)",
    ],
)
def test_the_tables_refuse_what_no_sample_is(database: sqlite3.Connection, row: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        database.execute("INSERT INTO samples VALUES " + row)  # noqa: S608 - our own rows
