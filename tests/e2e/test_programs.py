"""The programs themselves: a house in one process, the daemon in another, and the live demo."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from adapters.cli.live_demo import live_demo
from adapters.cli.live_story import MINER
from adapters.cli.simulate_house import simulate_house

ROOT = Path(__file__).resolve().parents[2]
ASP1 = ROOT / "rules" / "asp1"
PATIENCE_S = 90
FAST = 300.0


def thermiq(*words: str) -> list[str]:
    return [sys.executable, "-m", "adapters.cli.main", *words]


def test_a_daemon_runs_against_a_house_in_another_process(tmp_path: Path) -> None:
    command = thermiq("simulate-house", "--folder", str(tmp_path), "--fault", "miner2.frozen")
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as house:
        try:
            assert house.stdout is not None
            lines = [house.stdout.readline() for _ in range(3)]
            site = tmp_path / "site.yaml"
            assert str(site) in lines[1]
            run = thermiq("run", "--site", str(site), "--for", "3 s")
            daemon = subprocess.run(
                run, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False
            )
            assert daemon.returncode == 0, daemon.stderr
            assert "miner1: connected" in daemon.stderr
            assert list((tmp_path / "state" / "recordings").glob("*.rec"))
        finally:
            house.send_signal(signal.SIGINT)
            house.communicate(timeout=PATIENCE_S)
        assert house.returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--fault", "miner1.frosen"], 2, "did you mean `miner1.frozen`?"),
        (["--faults"], 0, "broker.stopped"),
    ],
)
def test_an_unknown_fault_is_refused_and_the_known_are_listed(
    tmp_path: Path, words: list[str], code: int, told: str
) -> None:
    app = typer.Typer()
    app.command()(simulate_house)
    where = ["--folder", str(tmp_path), "--rules", str(ASP1)]
    done = CliRunner().invoke(app, [*where, *words])
    assert done.exit_code == code
    assert told in done.output


def test_the_live_demo_comes_to_its_end_and_its_recording_decides_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert live_demo(ASP1, tmp_path, FAST) == 0
    shown = capsys.readouterr().out
    assert f"{MINER} is 0 W because trip safety_relay forces it" in " ".join(shown.split())
    assert shown.endswith("decides the same in every scan\n")
