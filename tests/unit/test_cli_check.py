"""What `thermiq check` does beside printing, which the transcripts show."""

import gc
import json
from pathlib import Path

import pytest

from adapters.cli import check
from adapters.cli.main import run


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "plant.yaml").write_text("facts: {}\nnonsense: 1\n", "utf-8")
    return tmp_path


def test_garbage_is_collected_again_afterwards(rules: Path) -> None:
    assert run(["check", str(rules)]) == 1
    assert gc.isenabled()


def test_the_file_holds_what_would_have_been_printed(
    rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(rules), "--format", "json"]) == 1
    printed = capsys.readouterr().out
    target = tmp_path / "problems.json"
    assert run(["check", str(rules), "--format", "json", "--output", str(target)]) == 1
    assert target.read_text("utf-8") == printed
    assert json.loads(printed)["errors"] >= 1


def test_on_a_terminal_the_text_is_coloured_and_otherwise_the_same(
    rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["check", str(rules)])
    plain = capsys.readouterr().out
    monkeypatch.setattr(check, "is_colourful", lambda _: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    run(["check", str(rules), "--no-colour"])
    assert capsys.readouterr().out == plain
    run(["check", str(rules)])
    assert capsys.readouterr().out == plain  # typer takes the codes out again: this is no terminal


def test_a_file_that_cannot_be_written_is_no_error_of_ours(rules: Path) -> None:
    assert run(["check", str(rules), "--output", str(rules / "no" / "folder")]) == 74
