"""Set-up says precisely what a machine lacks, before it touches anything."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.source import ROOT

FAKE_PYTHON = """\
#!/bin/sh
case "$*" in
    *version_info*) exit {too_old} ;;
    *sysconfig*) echo {include} ;;
    *ensurepip*) exit {no_venv} ;;
    --version) echo Python {version} ;;
    *) echo "set-up went on: $*"; exit 3 ;;
esac
"""


class Machine:
    """A folder with a copy of `.ci/setup` and a Python that answers as told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "python3"
        self.include = folder / "include"
        self.include.mkdir()
        (self.include / "Python.h").touch()
        (folder / ".ci").mkdir()
        shutil.copy(ROOT / ".ci" / "setup", folder / ".ci" / "setup")
        self.has_python("3.11.2")

    def has_python(self, version: str, *, too_old: bool = False, venv: bool = True) -> None:
        answers = {"too_old": int(too_old), "no_venv": int(not venv), "include": self.include}
        self.python.write_text(FAKE_PYTHON.format(version=version, **answers))
        self.python.chmod(0o755)

    def set_up(self, compiler: str = "true") -> subprocess.CompletedProcess[str]:
        """Run set-up; `true` is a compiler that is content with everything."""
        environment = {"PATH": "/usr/bin:/bin", "PYTHON": str(self.python), "CC": compiler}
        command = ["/bin/bash", str(self.folder / ".ci" / "setup")]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_python_that_is_too_old_is_named_with_its_version(machine: Machine) -> None:
    machine.has_python("3.9.2", too_old=True)
    ran = machine.set_up()
    assert ran.returncode == 1
    assert "needs Python 3.11 or newer" in ran.stderr
    assert "Python 3.9.2" in ran.stderr
    assert "sudo apt-get install python3 python3-venv python3-dev" in ran.stderr


def test_everything_that_is_missing_is_named_in_one_line_to_copy(machine: Machine) -> None:
    machine.has_python("3.11.2", venv=False)
    (machine.include / "Python.h").unlink()
    ran = machine.set_up(compiler="no-such-compiler")
    assert ran.returncode == 1
    assert "apt-get install python3-venv python3-dev gcc libc6-dev\n" in ran.stderr


def test_a_compiler_without_the_headers_of_c_is_not_taken_for_one(machine: Machine) -> None:
    ran = machine.set_up(compiler="false")
    assert ran.returncode == 1
    assert "apt-get install libc6-dev\n" in ran.stderr


def test_what_is_missing_is_said_before_anything_is_made(machine: Machine) -> None:
    machine.set_up(compiler="no-such-compiler")
    assert not (machine.folder / ".venv").exists()


def test_a_machine_that_lacks_nothing_goes_on_to_make_the_environment(machine: Machine) -> None:
    ran = machine.set_up()
    assert "Setting up .venv with Python 3.11.2" in ran.stdout
    assert "set-up went on: -m venv --clear .venv" in ran.stdout
