"""`thermiq fmt` as a command: standard input, and what it leaves alone."""

import io
import sys
from pathlib import Path

import pytest

from adapters.cli.fmt import fmt
from adapters.cli.main import COMMANDS, run


class _Input(io.TextIOWrapper):
    """Standard input with a text in it."""


def _standard_input(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", _Input(io.BytesIO(content)))


def test_standard_input_goes_formatted_to_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _standard_input(monkeypatch, b"let:\n    a:   b+c\n")
    assert run(["fmt", "-"]) == 0
    assert capsys.readouterr().out == "let:\n  a: b + c\n"


def test_standard_input_that_does_not_parse_comes_out_as_it_was(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _standard_input(monkeypatch, b"let: [\n")
    assert run(["fmt", "-", "--name", "mine.yaml"]) == 1
    told = capsys.readouterr()
    assert told.out == "let: [\n"
    assert "mine.yaml:" in told.err


@pytest.mark.parametrize(("option", "code"), [("--check", 1), ("--diff", 0)])
def test_nothing_is_written_when_only_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, code: int
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("let:\n    a: b\n")
    (tmp_path / ".hidden.yaml").write_text("let:\n    a: b\n")
    assert run(["fmt", str(tmp_path), option]) == code
    assert file.read_text() == "let:\n    a: b\n"
    assert ".hidden" not in capsys.readouterr().out


def test_a_site_file_and_scenarios_are_formatted_too(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("devices:\n    a: {driver: sun,serial: 3-4}\n")
    (tmp_path / "a.test.yaml").write_text("scenarios:\n- name: x-y\n  facts: {a: 20x6 +0.5x20}\n")
    assert run(["fmt", str(tmp_path)]) == 0
    assert (tmp_path / "site.yaml").read_text() == "devices:\n  a: {driver: sun, serial: 3-4}\n"
    said = (tmp_path / "a.test.yaml").read_text()
    assert said == "scenarios:\n  - name: x-y\n    facts: {a: 20x6 +0.5x20}\n"


def test_the_command_is_in_the_table() -> None:
    assert [each for each in COMMANDS if each.name == "fmt" and each.function == fmt.__name__]
