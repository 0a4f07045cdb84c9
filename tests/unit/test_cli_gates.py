from pathlib import Path

import pytest

from adapters.cli import gates
from adapters.cli.gates import Gate, Outcome, gates_of, try_gate
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.recordings.data import Span
from adapters.recordings.recording import Recording

PLANT = "facts: {}\noutputs: {}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.yaml").write_text("rules: []\n", "utf-8")
    return tmp_path


def staged(folder: Path, **demands: object) -> pb.Staged:
    said = {"tests": "off", "proof": "off"} | demands
    return pb.Staged(folder=str(folder), running_folder="old", demands=pb.Demands(**said))  # type: ignore[arg-type] # tables of tests


def words(staged: pb.Staged, recording: str = "") -> list[tuple[str, ...]]:
    return [gate.words for gate in gates_of(staged, recording)]


def test_what_is_off_is_not_tried(folder: Path) -> None:
    assert words(staged(folder), "r.rec") == []


def test_what_is_offered_is_left_out_where_it_cannot_be_tried(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "find_spec", lambda _: None)
    assert words(staged(folder, tests="offered", proof="offered")) == []


def test_what_is_required_and_cannot_be_tried_is_not_passed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "find_spec", lambda _: None)
    asked = staged(folder, tests="required", proof="required", coverage_percent=90.0)
    outcomes = [each for gate in gates_of(asked, "") if (each := try_gate(gate))]
    assert [(each.gate, each.passed) for each in outcomes] == [
        ("tests", False),
        ("coverage", False),
        ("proof", False),
    ]
    assert "no scenarios" in outcomes[0].text
    assert "z3 is not installed" in outcomes[2].text


def test_the_staged_files_are_tried_not_those_of_the_operator(folder: Path) -> None:
    (folder / "a.test.yaml").write_text("scenarios: []\n", "utf-8")
    asked = staged(folder, tests="required", coverage_percent=92.5)
    assert words(asked) == [
        ("test", str(folder)),
        ("test", str(folder), "--threshold", "92.5"),
    ]


def test_the_last_recorded_hours_are_shown_where_there_are_any(folder: Path) -> None:
    asked = staged(folder, diff_s=86_400.0)
    assert words(asked) == []
    assert words(asked, "none.rec") == [("diff", "old", str(folder), "--facts", "none.rec")]


@pytest.mark.parametrize(("diff_s", "start"), [(600.0, "2026-01-01T00:50:00+00:00"), (7200.0, "")])
def test_a_recording_is_compared_from_so_long_before_its_end(
    folder: Path, diff_s: float, start: str
) -> None:
    recording = folder / "r.rec"
    begin_ms = 1_767_225_600_000
    with Recording.create(recording, ()) as writer:
        writer.add_segment(Span(begin_ms, begin_ms + 3_600_000))
    (told,) = words(staged(folder, diff_s=diff_s), str(recording))
    assert told[5:] == (("--from", start) if start else ())


@pytest.mark.parametrize(("rules", "passed"), [(PLANT, True), ("rules: [\n", False)])
def test_a_gate_is_the_command_itself(
    folder: Path, rules: str, passed: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.yaml").unlink()
    (folder / "plant.yaml").write_text(rules, "utf-8")
    assert try_gate(Gate("Check", ("check", str(folder)), "tests")) == Outcome("tests", passed)
    assert capfd.readouterr() != ("", "")
