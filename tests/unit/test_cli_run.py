"""`thermiq run` as a process: started, stopped, killed, doubled, refused."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.cli.main import build
from adapters.recordings.recording import Recording
from tests.making.daemons import PLANT

PURE_SITE = "scan_period: 20 ms\nrecorder: {commit_every: 1 s, free: 1 kB}\n"
RULES = """\
ruleset: pump
rules:
  - id: always
    when: pump.run or not pump.run
    then: {pump.run: on}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plant.yaml").write_text(PLANT, "utf-8")
    (tmp_path / "pump.yaml").write_text(RULES, "utf-8")
    (tmp_path / "site.yaml").write_text(PURE_SITE, "utf-8")
    return tmp_path


class Running:
    """`thermiq run` with a fake systemd that hears what it is told."""

    def __init__(self, folder: Path) -> None:
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.listening.bind(str(folder / "notify"))
        self.listening.settimeout(30.0)
        command = [sys.executable, "-m", "adapters.cli.main", "run", "--site"]
        self.process = subprocess.Popen(
            [*command, str(folder / "site.yaml")],
            env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")},
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_for(self, word: str) -> None:
        while word not in self.listening.recv(1000).decode():
            pass

    def end(self, number: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(number)
        _, told = self.process.communicate(timeout=30)
        return self.process.returncode, told

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.listening.close()


@pytest.fixture
def running(folder: Path) -> Iterator[Running]:
    started = Running(folder)
    yield started
    started.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_order(running: Running, folder: Path, number: signal.Signals) -> None:
    running.wait_for("READY=1")
    running.wait_for("WATCHDOG=1")
    assert running.end(number)[0] == 0
    running.wait_for("STOPPING=1")
    (path,) = (folder / "state" / "recordings").iterdir()
    with Recording.open(path) as recording:
        assert recording.segments()


def test_a_daemon_that_was_killed_starts_again(running: Running, folder: Path) -> None:
    running.wait_for("READY=1")
    ran = CliRunner().invoke(build("run"), ["run", "--site", str(folder / "site.yaml"), "--once"])
    assert ran.exit_code == 3
    assert "another daemon" in ran.output
    running.end(signal.SIGKILL)
    ran = CliRunner().invoke(build("run"), ["run", "--site", str(folder / "site.yaml"), "--once"])
    assert ran.exit_code == 0, ran.output


def test_rules_that_are_wrong_keep_it_from_starting(folder: Path) -> None:
    (folder / "pump.yaml").write_text(RULES.replace("pump.run or", "pump.rnu or"), "utf-8")
    ran = CliRunner().invoke(build("run"), ["run", "--site", str(folder / "site.yaml")])
    assert ran.exit_code == 1
    assert "did you mean `pump.run`?" in ran.output
    assert not (folder / "state").exists()


def test_recorder_settings_that_are_wrong_are_told(folder: Path) -> None:
    (folder / "site.yaml").write_text("recorder: {limit: lots}\n", "utf-8")
    ran = CliRunner().invoke(build("run"), ["run", "--site", str(folder / "site.yaml"), "--once"])
    assert ran.exit_code == 1
    assert "`lots` is not a size" in ran.output


def test_it_ends_after_the_time_that_was_asked_for(folder: Path) -> None:
    command = ["run", "--site", str(folder / "site.yaml"), "--for"]
    ran = CliRunner().invoke(build("run"), [*command, "50 ms", "--shadow"])
    assert ran.exit_code == 0, ran.output
    assert CliRunner().invoke(build("run"), [*command, "soon"]).exit_code == 2
