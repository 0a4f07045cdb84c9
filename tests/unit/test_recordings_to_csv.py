"""CSV out, and back in the same."""

import csv
import io
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.recordings.data import Change, DecisionRow, PointInfo, Span
from adapters.recordings.importing import import_contents
from adapters.recordings.mapping_file import read_mapping
from adapters.recordings.recording import Recording
from adapters.recordings.to_csv import told, write_decisions, write_long, write_wide
from engine.values.fact import Quality, Value

POINTS = (
    PointInfo("heatpump.sg_ready", type="enum", values=("locked", "normal"), kind="output"),
    PointInfo("p3.running", type="bool"),
    PointInfo("pv.power", unit="W"),
)
NAMES = [point.name for point in POINTS]
GOOD, STALE, MISSING = Quality.GOOD, Quality.STALE, Quality.MISSING
SAMPLES: list[Change] = [
    (0, "p3.running", True, GOOD),
    (0, "pv.power", 471.3, GOOD),
    (1_800_000, "heatpump.sg_ready", "normal", GOOD),
    (1_800_000, "pv.power", None, STALE),
]
SPAN = Span(0, 3_600_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Recording.create(tmp_path / "a.rec", POINTS) as writer:
        writer.add_samples(SAMPLES)
        writer.add_segment(SPAN)
        writer.add_decisions(
            [DecisionRow(5_000, "heatpump.sg_ready", "locked", "rule", "r", "normal", {"ä": 1})]
        )
    return tmp_path / "a.rec"


def test_long_is_one_change_a_line(path: Path) -> None:
    out = io.StringIO()
    with Recording.open(path) as recording:
        assert write_long(out, recording, NAMES, SPAN) == 5
    assert out.getvalue().splitlines() == [
        "time,point,value,unit,quality",
        "1970-01-01T00:00:00Z,heatpump.sg_ready,,,missing",
        "1970-01-01T00:00:00Z,p3.running,true,,good",
        "1970-01-01T00:00:00Z,pv.power,471.3,W,good",
        "1970-01-01T00:30:00Z,heatpump.sg_ready,normal,,good",
        "1970-01-01T00:30:00Z,pv.power,,W,stale",
    ]


def test_long_with_a_step_repeats_what_stands(path: Path) -> None:
    out = io.StringIO()
    with Recording.open(path) as recording:
        assert write_long(out, recording, ["pv.power"], SPAN, step_ms=900_000) == 4
    assert [line.split(",")[2] for line in out.getvalue().splitlines()[1:]] == ["471.3"] * 2 + [
        ""
    ] * 2


def test_wide_is_one_moment_a_line_in_local_time(path: Path) -> None:
    out = io.StringIO()
    with Recording.open(path) as recording:
        assert write_wide(out, recording, NAMES, SPAN, zone=ZoneInfo("Europe/Berlin")) == 2
    assert out.getvalue().splitlines() == [
        "time,heatpump.sg_ready,p3.running,pv.power [W]",
        "1970-01-01T01:00:00+01:00,,true,471.3",
        "1970-01-01T01:30:00+01:00,normal,true,",
    ]


def test_decisions_keep_their_reasons(path: Path) -> None:
    out = io.StringIO()
    with Recording.open(path) as recording:
        assert write_decisions(out, recording, NAMES, SPAN) == 1
    (row,) = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert (row["time"], row["output"], row["value"]) == (
        "1970-01-01T00:00:05Z",
        "heatpump.sg_ready",
        "locked",
    )
    assert (row["wanted"], row["by"], row["reasons"]) == ("normal", "r", '{"ä": 1}')


def test_values_are_told_shortly_and_exactly() -> None:
    assert [told(value) for value in (None, True, False, "normal", 20.0, 0.1, 1e-7)] == [
        "",
        "true",
        "false",
        "normal",
        "20",
        "0.1",
        "1e-07",
    ]


def _states(point: PointInfo) -> st.SearchStrategy[tuple[Value | None, Quality]]:
    values: st.SearchStrategy[Value] = st.floats(allow_nan=False, allow_infinity=False)
    if point.type != "number":
        values = st.booleans() if point.type == "bool" else st.sampled_from(point.values)
    return st.just((None, MISSING)) | values.map(lambda value: (value, GOOD))


ROWS = st.dictionaries(
    st.integers(0, 10**12), st.tuples(*map(_states, POINTS)), min_size=1, max_size=15
)


@given(ROWS)
def test_exported_and_imported_is_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    rows: dict[int, tuple[tuple[Value | None, Quality], ...]],
) -> None:
    place = tmp_path_factory.mktemp("r") / "a.rec"
    samples = [(at, n, *s) for at in sorted(rows) for n, s in zip(NAMES, rows[at], strict=True)]
    with Recording.create(place, POINTS) as writer:
        writer.add_samples(samples)
    out = io.StringIO()
    with Recording.open(place) as recording:
        span = recording.span()
        assert span is not None
        span = Span(span.start_ms, span.end_ms + 1)
        before = list(recording.changes(NAMES))
        write_wide(out, recording, NAMES, span)
    mapping, _ = read_mapping(
        "m.yaml",
        b"time: {column: time}\nhold: 1000000 d\ncolumns:\n"
        b"  pv.power [W]: {point: pv.power, unit: W}\n"
        b"  p3.running: {point: p3.running}\n  heatpump.sg_ready: {point: heatpump.sg_ready}\n",
    )
    assert mapping is not None
    imported = import_contents([("a.csv", out.getvalue().encode())], mapping, POINTS)
    assert imported.problems == ()
    with Recording.create(place, POINTS, overwrite=True) as writer:
        writer.add_samples(imported.samples)
    with Recording.open(place) as recording:
        assert list(recording.changes(NAMES, span.start_ms, span.end_ms)) == before
