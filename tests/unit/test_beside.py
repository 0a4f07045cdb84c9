"""Work beside ours: in a copy of the process where that can be, else here; never twice told."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from adapters import beside
from adapters.beside import Beside
from tests.making.proving import PLANT

_PROGRAM = """
import os
from adapters import beside
from adapters.beside import Beside

beside.os.sched_getaffinity = lambda _: set(range({cores}))
here = os.getpid()
where = Beside(os.getpid)
fails = Beside(lambda: "told here" if os.getpid() == here else 1 // 0)
dies = Beside(lambda: "told here" if os.getpid() == here else os._exit(3))
odd = Beside(lambda: "told here" if os.getpid() == here else (lambda: 1))
print(where.outcome() == here, fails.outcome(), dies.outcome(), odd.outcome(), sep=", ")
"""
"""In a process of its own: the one that runs the tests has threads."""


@pytest.mark.parametrize(("cores", "is_here"), [(1, True), (2, False)])
def test_what_a_copy_cannot_do_is_done_here(cores: int, is_here: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(cores=cores)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"{is_here}, told here, told here, told here\n"
    assert "Traceback" not in done.stderr


def test_a_process_with_threads_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside.os, "sched_getaffinity", lambda _: {0, 1})
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        here = threading.get_ident()
        assert Beside(threading.get_ident).outcome() == here
    finally:
        done.set()
        thread.join()


def test_where_no_process_can_be_made_the_work_is_done_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(beside, "_can_be_copied", lambda: True)
    monkeypatch.setattr(beside.os, "fork", refused)
    assert Beside(lambda: 17).outcome() == 17


def test_what_the_work_raises_is_raised_to_who_asks() -> None:
    missing = Beside(lambda: Path("nowhere").stat())
    with pytest.raises(FileNotFoundError):
        missing.outcome()


_COMMAND = """
import os
from adapters import beside
from adapters.cli.main import run

beside.os.sched_getaffinity = lambda _: set(range({cores}))
raise SystemExit(run({words}))
"""
CHASE = """
rules:
  - {id: on_if_off, when: not lamp, then: {lamp: on}, because: It chases itself.}
"""
_SCENARIO = "  - name: number {number}\n    expect: [{{at: 0 s, lamp: {lamp}}}]\n"


@pytest.mark.parametrize("words", [["prove", "--format", "json"], ["test", "--format", "tap"]])
def test_a_command_tells_the_same_with_one_core_and_with_two(
    words: list[str], tmp_path: Path
) -> None:
    (tmp_path / "plant.yaml").write_text(PLANT, "utf-8")
    (tmp_path / "rules.yaml").write_text(f"ruleset: chase{CHASE}", "utf-8")
    scenarios = (_SCENARIO.format(number=n, lamp="on" if n % 5 else "off") for n in range(31))
    (tmp_path / "rules.test.yaml").write_text(f"scenarios:\n{''.join(scenarios)}", "utf-8")
    told = [
        subprocess.run(
            [sys.executable, "-c", _COMMAND.format(cores=cores, words=[*words, str(tmp_path)])],
            check=False,
            capture_output=True,
            text=True,
        )
        for cores in (1, 2)
    ]
    one, two = told
    assert (one.returncode, one.stderr) == (1, "")  # something is refuted, some scenarios fail
    assert (two.returncode, two.stdout, two.stderr) == (1, one.stdout, "")
