from pathlib import Path

import pytest

from adapters.recordings.data import Checkpoint, EventRow, Span
from adapters.recordings.recording import Recording
from adapters.scribe import CHECKPOINT_MS, Scribe, differs, digest_of, infos, row_of
from engine.control.decision import (
    Alarm,
    AlarmKind,
    Cause,
    Decision,
    Restriction,
    RestrictionKind,
    Trace,
)
from engine.control.scan import Scan, initial
from engine.inference.image import empty_image
from engine.values.fact import Quality, Value
from engine.values.moment import Moment
from tests.simulation.small_rules import program

PROGRAM = program()
PLANT = PROGRAM.rulebook.plant
HELD = Restriction(RestrictionKind.MIN_ON, "", 1_700.0, 60.5)
DECISION = Decision(
    "miner1.power_target", 1_700.0, Cause.RULE, "sun", 0.0, "sun", ("night",), (HELD,)
)


def scan(at_ms: int, *decisions: Decision, alarms: tuple[Alarm, ...] = ()) -> Scan:
    moment = Moment(at_ms / 1000, at_ms / 1000)
    trace = Trace(moment, empty_image(PLANT), (), (), decisions, alarms)
    return Scan(decisions, initial(PROGRAM), trace)


def scribe(path: Path, *scans: Scan) -> Recording:
    with Recording.create(path, infos(PLANT, facts=True)) as writer:
        notes = Scribe(writer, PROGRAM, "digest")
        end_ms = 0
        for each in scans:
            at_ms = round(each.trace.moment.wall_s * 1000)
            notes.facts([(at_ms, "pv.power", float(at_ms), Quality.GOOD)])
            notes.add(at_ms, each)
            end_ms = at_ms + 10
        notes.pause(end_ms)
    return Recording.open(path)


def test_a_row_says_who_asked_what_was_overruled_and_what_restricted_it() -> None:
    row = row_of(7, DECISION)
    assert (row.at_ms, row.output, row.value, row.cause, row.by, row.wanted) == (
        7, "miner1.power_target", 1_700.0, "rule", "sun", 0.0,
    )  # fmt: skip
    assert row.reasons == {
        "asked_by": "sun",
        "overruled": ["night"],
        "restrictions": [{"kind": "min_on", "by": "", "value": 1_700.0, "until_ms": 60_500}],
    }


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("value", 1_800.0, True),
        ("cause", Cause.TRIP, True),
        ("by", "x", True),
        ("asked_by", "x", True),
        ("overruled", (), True),
        ("restrictions", (), True),
        ("restrictions", (HELD._replace(value=9.0),), False),
        ("wanted", 3.0, False),
    ],
)
def test_only_the_exact_figure_wanted_is_nothing_new(
    field: str, value: object, expected: bool
) -> None:
    assert differs(DECISION, DECISION._replace(**{field: value})) is expected  # type: ignore[arg-type]


def test_decisions_are_written_when_they_change(tmp_path: Path) -> None:
    def at(at_ms: int, value: Value, wanted: Value = 0.0) -> Scan:
        return scan(at_ms, DECISION._replace(value=value, wanted=wanted))

    with scribe(tmp_path / "a", at(0, 0.0), at(10, 0.0, 5.0), at(20, 9.0), at(30, 0.0)) as written:
        assert [(row.at_ms, row.value) for row in written.decisions()] == [
            (0, 0.0), (20, 9.0), (30, 0.0),
        ]  # fmt: skip
        assert [at_ms for at_ms, point, *_ in written.changes(["pv.power"])] == [0, 10, 20, 30]
        assert written.segments() == (Span(0, 40),)


def test_an_alarm_is_an_event_each_time_it_comes_up(tmp_path: Path) -> None:
    alarm = Alarm(AlarmKind.TRIPPED, "safety_relay", "open")
    series = [scan(0, alarms=(alarm,)), scan(10, alarms=(alarm._replace(text="still"),)), scan(20)]
    with scribe(tmp_path / "a", *series, scan(30, alarms=(alarm,))) as written:
        assert list(written.events()) == [
            EventRow(0, "tripped", "safety_relay", "open"),
            EventRow(30, "tripped", "safety_relay", "open"),
        ]


def test_there_is_a_checkpoint_a_day(tmp_path: Path) -> None:
    day = CHECKPOINT_MS
    with scribe(tmp_path / "a", *(scan(ms) for ms in (0, day - 10, day, day + 10))) as written:
        found = written.checkpoint_before(10 * day, "digest")
        assert isinstance(found, Checkpoint)
        assert found.at_ms == day
        assert written.checkpoint_before(day, "digest") is None


def test_long_runs_are_written_in_parts(tmp_path: Path) -> None:
    many = [scan(ms, DECISION._replace(value=float(ms))) for ms in range(6_000)]
    with scribe(tmp_path / "a", *many) as written:
        assert sum(1 for _ in written.decisions()) == 6_000


def test_a_digest_tells_rules_apart_but_not_where_they_lie() -> None:
    rules = {"a/plant.yaml": b"x", "a/rules.yaml": b"y"}
    assert digest_of(rules) == digest_of({"b/rules.yaml": b"y", "b/plant.yaml": b"x"})
    assert digest_of(rules) != digest_of({"plant.yaml": b"x", "rules.yaml": b"z"})
    assert digest_of({"a": b"xy"}) != digest_of({"a": b"x", "y": b""})


def test_a_recording_declares_the_plants_points_and_outputs() -> None:
    declared = {info.name: info for info in infos(PLANT, facts=True)}
    assert declared["pv.power"].unit == "W"
    assert declared["p3.running"].type == "bool"
    assert declared["heatpump.sg_ready"].values == ("locked", "normal", "recommended", "forced")
    assert declared["heatpump.sg_ready"].kind == "output"
    assert {info.kind for info in infos(PLANT, facts=False)} == {"output"}
