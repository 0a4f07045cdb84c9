"""install.sh: releases side by side, one that counts, the way back, rules that are refused."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.source import ROOT

PYTHON = """\
#!/bin/bash
# Stands for Python: its venv has a pip that notes what it is asked for, and a thermiq.
case "$*" in
    "-m venv "*)
        mkdir -p "$3/bin"
        cp "$0" "$3/bin/python"
        cp "$(dirname "$0")/thermiq" "$3/bin/"
        ;;
    "-m pip "*) echo "$*" >>"{notes}" ;;
    *) exit 0 ;;
esac
"""
THERMIQ = """\
#!/bin/bash
[ "$1" != check ] || ! grep -rq nonsense "$2"
"""
PARTS = ("README.md", "CHANGELOG.md", "pyproject.toml", "requirements.lock", "deploy")


class Machine:
    """A folder that stands for a machine, and a copy of the source that can be edited."""

    def __init__(self, folder: Path) -> None:
        self.root, self.notes = folder / "root", folder / "notes"
        self.source = folder / "source"
        self.source.mkdir()
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, self.source / part)
        for package in ("adapters", "engine"):
            (self.source / package).mkdir()
        self.python = folder / "python3"
        self.python.write_text(PYTHON.format(notes=self.notes), "utf-8")
        (folder / "thermiq").write_text(THERMIQ, "utf-8")
        for each in (self.python, folder / "thermiq"):
            each.chmod(0o755)
        self.rules = self.root / "etc" / "thermiq"
        self.rules.mkdir(parents=True)
        (self.rules / "site.yaml").write_text("devices: {}\n")

    def install(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.source / "deploy" / "install.sh"), "--root", str(self.root), *words],
            env={**os.environ, "PYTHON": str(self.python)},
            capture_output=True,
            text=True,
            check=False,
        )

    def current(self) -> str:
        return (self.root / "opt/thermiq/current").readlink().name

    def edit(self) -> None:
        (self.source / "engine" / "edited.py").write_text("EDITED = True\n")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_first_install_lays_everything_down_with_pinned_packages(machine: Machine) -> None:
    ran = machine.install("--lan", "192.0.2.0/24")
    assert ran.returncode == 0, ran.stderr
    assert machine.current().startswith("0.1.0-")
    pips = machine.notes.read_text("utf-8").splitlines()
    assert all("--require-hashes" in line for line in pips[:2])
    assert "deploy/requirements.lock" in pips[1]
    assert "--no-deps" in pips[2]
    system = machine.root / "etc/systemd/system"
    assert (system / "thermiq.service").exists()
    drop_in = (system / "thermiq.service.d" / "plant-lan.conf").read_text("utf-8")
    assert "IPAddressAllow=192.0.2.0/24" in drop_in
    assert os.access(machine.root / "opt/thermiq/libexec/outputs-zero", os.X_OK)


def test_f105_an_update_stands_beside_and_there_is_a_way_back_and_forth(machine: Machine) -> None:
    machine.install()
    first = machine.current()
    assert "already" in machine.install().stdout
    machine.edit()
    assert machine.install().returncode == 0
    second = machine.current()
    assert second != first
    assert machine.install("--back").returncode == 0
    assert machine.current() == first
    assert machine.install("--back").returncode == 0
    assert machine.current() == second


def test_rules_that_the_new_release_refuses_leave_the_old_one(machine: Machine) -> None:
    machine.install()
    first = machine.current()
    machine.edit()
    (machine.rules / "miners.yaml").write_text("nonsense\n")
    ran = machine.install()
    assert ran.returncode == 1
    assert "nothing has changed" in ran.stderr
    assert machine.current() == first


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--back"], "no release before"), (["--lan"], "needs a value"), (["x"], "unknown: x")],
)
def test_what_cannot_be_done_is_said(machine: Machine, words: list[str], told: str) -> None:
    ran = machine.install(*words)
    assert ran.returncode == 1
    assert told in ran.stderr


def test_what_the_plc_installs_is_pinned_as_everywhere() -> None:
    def pins(path: Path) -> set[str]:
        lines = path.read_text("utf-8").splitlines()
        return {line.split(" ")[0] for line in lines if line and line[0] not in " #"}

    small, whole = pins(ROOT / "deploy/requirements.lock"), pins(ROOT / "requirements.lock")
    assert small < whole
    assert {"durable-rules", "grpcio"} <= {each.partition("==")[0] for each in small}
