"""What a controller saw at one moment of a recording."""

from pathlib import Path

import pytest
import typer

from adapters.cli.looking_back import Question, look_back, read_program
from adapters.clock import SiteClock
from adapters.playback import fit, play
from adapters.recordings.data import Checkpoint, PointInfo, Span
from adapters.recordings.recording import Recording
from engine.control.retained import save
from engine.control.scan import Scan
from engine.values.fact import Quality
from tests.reasons.house import HERE
from tests.reasons.recorded import START_MS, record

PROGRAM, DIGEST = read_program(HERE)


def look(facts: Path, at: str, *, since: str | None = None, step: str = "10 s") -> Scan:
    since = f"2024-06-12T{since}" if since else None
    return look_back(Question(facts, HERE, f"2024-06-12T{at}", since, step), PROGRAM, DIGEST)


def test_the_scan_is_that_of_the_moment(tmp_path: Path) -> None:
    facts = record(tmp_path / "a.rec")
    scan = look(facts, "12:10")
    assert scan.trace.moment == SiteClock(PROGRAM.rulebook.plant.site).moment(START_MS / 1000 + 600)
    assert scan.decisions[0].value == 3300.0
    assert look(facts, "12:04").decisions[0].value == 0.0


def test_a_later_beginning_knows_less_of_the_past(tmp_path: Path) -> None:
    facts = record(tmp_path / "a.rec")
    assert look(facts, "12:10", since="12:09").decisions[0].value == 0.0


def test_a_checkpoint_shortens_the_way_and_changes_nothing(tmp_path: Path) -> None:
    whole = look(record(tmp_path / "a.rec"), "12:10")
    with Recording.open(tmp_path / "a.rec") as recording:
        points = recording.points()
        changes = list(recording.changes())
        fitting = fit(points, PROGRAM.rulebook)
        spans = (Span(START_MS, START_MS + 500_001),)
        *_, (at_ms, scan) = play(recording, PROGRAM, fitting, spans, 10_000)
    with Recording.create(tmp_path / "b.rec", points) as writer:
        writer.add_samples(changes)
        writer.add_segment(Span(START_MS, START_MS + 1_800_000))
        writer.add_checkpoint(Checkpoint(at_ms, DIGEST, save(PROGRAM, scan.retained)))
    assert look(tmp_path / "b.rec", "12:10").decisions == whole.decisions


def test_what_the_recording_lacks_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = record(tmp_path / "a.rec", without="pv.power")
    look(facts, "12:10")
    assert "`pv.power` is not in the recording" in capsys.readouterr().err


def test_a_moment_in_a_gap_shows_the_last_scan_before_it_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan = look(record(tmp_path / "a.rec"), "15:00")
    assert scan.trace.moment.wall_s == START_MS / 1000 + 1790
    assert "nothing was recorded then; this is 2024-06-12T12:29:50Z" in capsys.readouterr().err


def test_a_moment_before_the_recording_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        look(record(tmp_path / "a.rec"), "11:00")
    assert "it reaches from 2024-06-12T12:00:00Z to" in capsys.readouterr().err


def test_an_empty_recording_and_no_recording_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Recording.create(tmp_path / "a.rec", [PointInfo("pv.power", unit="W")]):
        pass
    with pytest.raises(typer.Exit):
        look(tmp_path / "a.rec", "12:10")
    assert "holds nothing" in capsys.readouterr().err
    (tmp_path / "b.rec").write_text("nonsense")
    with pytest.raises(typer.Exit):
        look(tmp_path / "b.rec", "12:10")
    assert "b.rec" in capsys.readouterr().err


def test_rules_that_are_wrong_are_shown_and_end_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plant.yaml").write_bytes((HERE / "plant.yaml").read_bytes())
    (tmp_path / "rules.yaml").write_text("rules:\n  - {id: x, when: pv.pwer > 1 W}\n")
    with pytest.raises(typer.Exit) as stopped:
        read_program(tmp_path)
    assert stopped.value.exit_code == 1
    assert "did you mean `pv.power`?" in capsys.readouterr().err


def test_a_silent_point_stays_known_as_the_recording_says(tmp_path: Path) -> None:
    scan = look(record(tmp_path / "a.rec"), "12:10")
    assert set(scan.trace.image.qualities) == {Quality.GOOD}
