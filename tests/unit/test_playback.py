from pathlib import Path

import pytest

from adapters.playback import converted, fit, play, pour, spans_within
from adapters.recordings.data import Change, PointInfo, Span
from adapters.recordings.recording import Recording
from engine.control.scan import Scan
from engine.values.fact import Quality
from tests.simulation.small_rules import program

GOOD = Quality.GOOD
PROGRAM = program()


def test_what_the_rules_read_and_nobody_recorded_is_named_once() -> None:
    fitting = fit(
        [PointInfo("pv.power", unit="W"), PointInfo("surplus", kind="signal")], PROGRAM.rulebook
    )
    assert fitting.points == ("pv.power",)
    assert "`house.load` is not in the recording: unknown to the rules" in fitting.warnings
    named = [warning.split("`")[1] for warning in fitting.warnings]
    assert len(named) == len(set(named))
    assert "heatpump.power" not in named, "no rule reads it"
    assert "pv.power" not in named


@pytest.mark.parametrize(
    ("info", "words"),
    [
        (PointInfo("pv.power", unit="kWh"), "is recorded in `kWh`, the plant declares `W`"),
        (PointInfo("pv.power"), "is recorded in no unit, the plant declares `W`"),
        (PointInfo("buffer.top", unit="K"), "is recorded in `K`, the plant declares `°C`"),
        (PointInfo("p3.running"), "is recorded as number, the plant declares it as bool"),
    ],
)
def test_a_point_that_does_not_fit_says_why_and_is_not_played(info: PointInfo, words: str) -> None:
    fitting = fit([info], PROGRAM.rulebook)
    assert fitting.points == ()
    assert f"`{info.name}` {words}: unknown to the rules" in fitting.warnings


def test_another_unit_of_the_same_kind_is_converted() -> None:
    fitting = fit(
        [PointInfo("pv.power", unit="kW"), PointInfo("price.buy", unit="EUR/MWh")], PROGRAM.rulebook
    )
    assert fitting.factors["pv.power"] == pytest.approx(1000.0)
    assert fitting.factors["price.buy"] == pytest.approx(0.1)
    changes: list[Change] = [
        (0, "pv.power", 1.5, GOOD),
        (1, "pv.power", None, Quality.BAD),
        (2, "p3.running", True, GOOD),
    ]
    assert list(converted(changes, fitting.factors)) == [
        (0, "pv.power", 1500.0, GOOD),
        *changes[1:],
    ]


def test_only_what_was_recorded_between_two_moments_is_played() -> None:
    segments = [Span(0, 100), Span(200, 300), Span(400, 500)]
    assert spans_within(segments, None, None) == tuple(segments)
    assert spans_within(segments, 50, 250) == (Span(50, 100), Span(200, 250))
    assert spans_within(segments, 100, 200) == ()


class Heard:
    """Notes what a sink is told."""

    def __init__(self) -> None:
        self.told: list[str | int] = []

    def add(self, at_ms: int, scan: Scan) -> None:
        assert scan.trace.moment.wall_s * 1000 == at_ms
        self.told.append(at_ms)

    def pause(self, end_ms: int) -> None:
        self.told.append(f"until {end_ms}")


def test_sinks_hear_of_gaps_and_of_the_end(tmp_path: Path) -> None:
    with Recording.create(tmp_path / "a.sqlite", [PointInfo("pv.power", unit="kW")]) as writer:
        writer.add_samples([(0, "pv.power", 1.0, GOOD), (60_000, "pv.power", 2.0, GOOD)])
        writer.add_segment(Span(0, 20_000))
        writer.add_segment(Span(60_000, 70_000))
    heard = Heard()
    with Recording.open(tmp_path / "a.sqlite") as recording:
        fitting = fit(recording.points(), PROGRAM.rulebook)
        scans = list(play(recording, PROGRAM, fitting, recording.segments(), 10_000))
    pour(scans, [heard], 10_000)
    assert heard.told == [0, 10_000, "until 20000", 60_000, "until 70000"]
    assert [scan.trace.image.values[0] for _, scan in scans] == [1000.0, 1000.0, 2000.0]


def test_nothing_recorded_is_nothing_played(tmp_path: Path) -> None:
    heard = Heard()
    with Recording.create(tmp_path / "a.sqlite", [PointInfo("pv.power", unit="W")]):
        pass
    with Recording.open(tmp_path / "a.sqlite") as recording:
        fitting = fit(recording.points(), PROGRAM.rulebook)
        pour(play(recording, PROGRAM, fitting, recording.segments(), 10_000), [heard], 10_000)
    assert heard.told == []
