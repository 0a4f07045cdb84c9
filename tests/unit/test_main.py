"""Whatever happens, an operator sees one line and an exit code, never a traceback."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from adapters.cli import main as command_line
from adapters.cli.main import COMMANDS, Command, build, run


def fail_with(error: BaseException) -> typer.Typer:
    app = typer.Typer(name="fail", help="Fail.")

    @app.callback(invoke_without_command=True)
    def _fail() -> None:
        raise error

    return app


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(command_line, "COMMANDS", (Command("fail", __name__, "FAILING", "Fail."),))
    monkeypatch.delenv("THERMIQ_DEBUG", raising=False)
    return monkeypatch


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_of_the_table_exists_and_explains_itself(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert getattr(importlib.import_module(command.module), command.function)
    assert run([command.name, "--help"]) == 0
    assert "Usage: thermiq" in capsys.readouterr().out
    assert command.summary.endswith(".")


def test_help_lists_every_command_without_importing_any(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {command.name} " in shown for command in COMMANDS)
    code = "import sys, adapters.cli.main as m; m.run(['--help']); print(sorted(sys.modules))"
    finished = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert "'engine.language" not in finished.stdout.splitlines()[-1]
    assert "'rich'" not in finished.stdout.splitlines()[-1]


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("thermiq")


def test_an_error_of_ours_is_one_line(
    failing: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing.setattr(sys.modules[__name__], "FAILING", fail_with(ValueError("a\nb")), raising=False)
    assert run(["fail"]) == 70
    assert capsys.readouterr().err == (
        "thermiq: internal error, please report it: ValueError: a b (THERMIQ_DEBUG=1 shows where)\n"
    )


def test_where_it_happened_is_shown_on_demand(
    failing: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing.setattr(sys.modules[__name__], "FAILING", fail_with(ValueError("a")), raising=False)
    failing.setenv("THERMIQ_DEBUG", "1")
    assert run(["fail"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_what_the_system_refuses_is_told_and_an_interruption_is_not(
    failing: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    me = sys.modules[__name__]
    failing.setattr(me, "FAILING", fail_with(OSError(28, "No space left")), raising=False)
    assert run(["fail"]) == 74
    assert capsys.readouterr().err == "thermiq: No space left\n"
    told = IsADirectoryError(21, "Is a directory", "there")
    failing.setattr(me, "FAILING", fail_with(told), raising=False)
    assert run(["fail"]) == 74
    assert capsys.readouterr().err == "thermiq: there: Is a directory\n"
    failing.setattr(me, "FAILING", fail_with(KeyboardInterrupt()), raising=False)
    assert run(["fail"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_function_and_an_application_can_both_be_commands() -> None:
    assert build("check").registered_commands
    assert not build(None).registered_commands


def test_a_reader_that_goes_away_hears_no_complaint(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("rulez: 1\n" * 2000, "utf-8")
    shell = f"{sys.executable} -m adapters.cli.main check {tmp_path} | head -c 1"
    finished = subprocess.run(["/bin/sh", "-c", shell], check=False, capture_output=True, text=True)
    assert finished.stderr == ""
