"""The store: what is written is read, in the order of a replay."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.recordings.data import (
    MISSING_STATE,
    Change,
    Checkpoint,
    DecisionRow,
    EventRow,
    PointInfo,
    RecordingError,
    Span,
)
from adapters.recordings.recording import _CHANGES, _CHOSEN, Recording
from engine.values.fact import Quality, Value

POINTS = (
    PointInfo("pv.power", unit="W", low=0, high=20_000, about="PV generation"),
    PointInfo("p3.running", type="bool"),
    PointInfo("heatpump.sg_ready", type="enum", values=("locked", "normal"), kind="output"),
    PointInfo("surplus", unit="W", kind="signal"),
)
GOOD = Quality.GOOD


def write(path: Path, samples: list[Change]) -> Path:
    with Recording.create(path, POINTS, {"site": "asp1"}, overwrite=True) as writer:
        writer.add_samples(samples)
    return path


def _values(point: PointInfo) -> st.SearchStrategy[Value]:
    match point.type:
        case "number":
            return st.floats(allow_nan=False, allow_infinity=False)
        case "bool":
            return st.booleans()
        case "enum":
            return st.sampled_from(point.values)


def _samples() -> st.SearchStrategy[list[Change]]:
    """Draw samples of all points in order of time and name, repeats left out."""

    def of(point: PointInfo) -> st.SearchStrategy[Change]:
        good = st.tuples(_values(point), st.just(GOOD))
        other = st.tuples(st.none(), st.sampled_from([q for q in Quality if q is not GOOD]))
        at_ms = st.integers(-(10**9), 2 * 10**12)
        return st.builds(lambda at, state: (at, point.name, *state), at_ms, good | other)

    samples = st.lists(
        st.sampled_from(POINTS).flatmap(of), max_size=40, unique_by=lambda row: row[:2]
    )
    return samples.map(_without_repeats)


def _without_repeats(samples: list[Change]) -> list[Change]:
    last: dict[str, tuple[Value | None, Quality]] = {}
    result = []
    for row in sorted(samples, key=lambda row: row[:2]):
        if last.get(row[1]) != row[2:]:
            result.append(row)
        last[row[1]] = row[2:]
    return result


@given(_samples())
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Change]
) -> None:
    path = write(tmp_path_factory.mktemp("r") / "a.rec", rows)
    with Recording.open(path) as recording:
        read = list(recording.changes(start_ms=-(10**10)))
        names = sorted(point.name for point in POINTS)
        assert read[: len(POINTS)] == [(-(10**10), name, *MISSING_STATE) for name in names]
        assert read[len(POINTS) :] == rows


@given(_samples(), st.integers(-(10**9), 2 * 10**12), st.sets(st.sampled_from(POINTS)))
def test_a_replay_from_the_middle_starts_with_the_states_that_stand(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[Change],
    start_ms: int,
    chosen: set[PointInfo],
) -> None:
    names = sorted(point.name for point in chosen)
    state = dict.fromkeys(names, MISSING_STATE)
    state |= {row[1]: row[2:] for row in rows if row[0] <= start_ms and row[1] in names}
    later = [row for row in rows if row[0] > start_ms and row[1] in names]
    path = write(tmp_path_factory.mktemp("r") / "a.rec", rows)
    with Recording.open(path) as recording:
        read = list(recording.changes(names, start_ms))
        standing = recording.state(start_ms, names)
    expected = [(start_ms, name, *state[name]) for name in names] + later
    assert read == expected
    assert standing == {name: state[name] for name in names}


def test_bools_and_states_come_back_as_what_they_were(tmp_path: Path) -> None:
    rows: list[Change] = [
        (0, "heatpump.sg_ready", "locked", GOOD),
        (0, "p3.running", True, GOOD),
        (0, "pv.power", 1, GOOD),
        (5, "p3.running", False, GOOD),
    ]
    with Recording.open(write(tmp_path / "a.rec", rows)) as recording:
        types = [type(value) for _, _, value, _ in recording.changes()]
    assert types == [str, bool, float, type(None), bool]


def test_the_end_is_not_part_of_a_replay(tmp_path: Path) -> None:
    path = write(tmp_path / "a.rec", [(0, "surplus", 1.0, GOOD), (10, "surplus", 2.0, GOOD)])
    with Recording.open(path) as recording:
        assert list(recording.changes(["surplus"], 0, 10)) == [(0, "surplus", 1.0, GOOD)]
        assert list(recording.changes(["surplus"], 0, 11))[-1] == (10, "surplus", 2.0, GOOD)


def test_iterators_end_quietly_with_the_recording(tmp_path: Path) -> None:
    # An interrupted dry-run closes the file first and drops its iterators afterwards.
    rows = [(at, "surplus", float(at), GOOD) for at in range(5)]
    with Recording.open(write(tmp_path / "a.rec", rows)) as recording:
        changes = recording.changes(["surplus"])
        next(changes)
        next(changes)
    assert list(changes) == []


def test_a_replay_never_sorts(tmp_path: Path) -> None:
    with Recording.open(write(tmp_path / "a.rec", [])) as recording:
        for sql, arguments in ((_CHANGES, (0, 1)), (_CHANGES + _CHOSEN, (0, 1, "[1]"))):
            plan = recording._db.execute(
                f"EXPLAIN QUERY PLAN {sql} ORDER BY at_ms, point_id", arguments
            ).fetchall()
            text = " ".join(row[3] for row in plan)
            assert "PRIMARY KEY" in text
            assert "TEMP B-TREE" not in text


def test_points_and_meta_come_back(tmp_path: Path) -> None:
    with Recording.open(write(tmp_path / "a.rec", [])) as recording:
        assert recording.points() == tuple(sorted(POINTS, key=lambda point: point.name))
        assert recording.meta == {"site": "asp1"}


def test_an_empty_recording_has_no_span_and_no_changes(tmp_path: Path) -> None:
    with Recording.open(write(tmp_path / "a.rec", [])) as recording:
        assert recording.span() is None
        assert recording.segments() == ()
        assert list(recording.changes()) == []


def test_segments_are_what_the_writer_said_or_else_everything(tmp_path: Path) -> None:
    with Recording.open(write(tmp_path / "a.rec", [(3, "surplus", 1.0, GOOD)])) as recording:
        assert recording.segments() == (Span(3, 3),)
    with Recording.create(tmp_path / "b.rec", POINTS) as writer:
        writer.add_samples([(3, "surplus", 1.0, GOOD)])
        writer.add_segment(Span(200, 300))
        writer.add_segment(Span(0, 100))
    with Recording.open(tmp_path / "b.rec") as recording:
        assert recording.segments() == (Span(0, 100), Span(200, 300))
        assert recording.span() == Span(0, 300)


def test_counts_tell_each_points_samples_by_quality(tmp_path: Path) -> None:
    rows: list[Change] = [
        (0, "surplus", 1.0, GOOD),
        (1, "surplus", None, Quality.BAD),
        (2, "surplus", 1.0, GOOD),
    ]
    with Recording.open(write(tmp_path / "a.rec", rows)) as recording:
        counts = recording.counts()
    assert counts["surplus"] == {
        GOOD: 2,
        Quality.STALE: 0,
        Quality.BAD: 1,
        Quality.MISSING: 0,
    }
    assert sum(counts["pv.power"].values()) == 0


def test_decisions_and_events_come_back(tmp_path: Path) -> None:
    decisions = [
        DecisionRow(0, "heatpump.sg_ready", "normal", "default"),
        DecisionRow(0, "p3.running", True, "rule", "flow", False, {"saw": [["pv.power", 1.5]]}),
        DecisionRow(9, "heatpump.sg_ready", "locked", "interlock", "frost", "normal", ["ä", None]),
    ]
    events = [EventRow(4, "trip", "safety_relay", "channel a opened"), EventRow(4, "alarm", "x")]
    with Recording.create(tmp_path / "a.rec", POINTS) as writer:
        writer.add_decisions(decisions)
        writer.add_events(events)
    with Recording.open(tmp_path / "a.rec") as recording:
        assert list(recording.decisions()) == decisions
        assert list(recording.decisions(["p3.running"])) == decisions[1:2]
        assert list(recording.decisions(start_ms=1, end_ms=9)) == []
        assert recording.decision_at("heatpump.sg_ready", 8) == decisions[0]
        assert recording.decision_at("heatpump.sg_ready", 9) == decisions[2]
        assert recording.decision_at("heatpump.sg_ready", -1) is None
        assert list(recording.events()) == events
        assert list(recording.events(5)) == []
        assert recording.span() == Span(0, 9)


def test_the_last_checkpoint_of_the_same_rules_comes_back(tmp_path: Path) -> None:
    checkpoints = [Checkpoint(5, "a", b"x"), Checkpoint(9, "a", b"y"), Checkpoint(12, "b", b"")]
    with Recording.create(tmp_path / "a.rec", POINTS) as writer:
        for each in checkpoints:
            writer.add_checkpoint(each)
    with Recording.open(tmp_path / "a.rec") as recording:
        assert recording.checkpoint_before(5, "a") is None
        assert recording.checkpoint_before(6, "a") == checkpoints[0]
        assert recording.checkpoint_before(99, "a") == checkpoints[1]
        assert recording.checkpoint_before(99, "c") is None


def test_an_unknown_point_is_answered_with_the_nearest_name(tmp_path: Path) -> None:
    with Recording.open(write(tmp_path / "a.rec", [(0, "surplus", 1.0, GOOD)])) as recording:
        with pytest.raises(RecordingError, match=r"did you mean `pv\.power`"):
            list(recording.changes(["pv.pwoer"]))
        with pytest.raises(RecordingError, match="thermiq recording"):
            recording.state(0, ["zzz"])
