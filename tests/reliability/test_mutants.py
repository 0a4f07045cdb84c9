"""The run of mutants looks at every file that matters, and counts what mutmut left behind."""

import argparse
import json
import tomllib
from pathlib import Path

import pytest

from tests.house.source import ROOT
from tests.reliability import mutants
from tests.reliability.mutants import PARTS, Part, arguments, run
from tests.reliability.outcome import Outcome

DATA = {"__init__.py", "decision.py", "program.py", "state.py"}
"""Files of control that hold data and no decision."""


def test_every_file_and_every_test_is_there() -> None:
    for part in PARTS.values():
        assert all((ROOT / each).is_file() for each in (*part.files, *part.tests)), part
        for each in part.without:
            path, name = each.split("::")
            assert path in part.tests
            assert f"def {name}(" in (ROOT / path).read_text("utf-8")


def test_every_file_of_control_that_decides_is_changed() -> None:
    files = {each.name for each in (ROOT / "engine" / "control").glob("*.py")} - DATA
    changed = {Path(each).name for part in PARTS.values() for each in part.files}
    assert files <= changed


def test_settings_are_those_of_the_project_and_of_one_part() -> None:
    found = tomllib.loads(mutants._settings(PARTS["latch"]))
    assert found["project"]["name"] == "thermiq"
    assert tuple(found["tool"]["mutmut"]["only_mutate"]) == PARTS["latch"].files


@pytest.mark.parametrize(
    ("codes", "kept", "told"),
    [
        ({"a": 1, "b": 1}, True, "2 of 2 killed, 100.0%"),
        ({**dict.fromkeys(map(str, range(95)), 1), **dict.fromkeys("abcde", 0)}, True, "95 of 100"),
        (
            {**dict.fromkeys(map(str, range(94)), 1), **dict.fromkeys("abcdef", 0)},
            False,
            "94 of 100",
        ),
        ({"a": 1, "b": 33}, False, "1 of 2 killed, 50.0%"),
        ({"a": 5, "b": -9}, False, "0 of 2 killed, 0.0%"),
        ({"a": 3, "b": -24}, True, "2 of 2 killed, 100.0%"),
        ({"a": 1, "b": None}, False, "mutmut did not end: no more"),
        ({}, False, "mutmut did not end"),
    ],
)
def test_what_is_left_behind_is_counted(
    codes: dict[str, int | None],
    kept: bool,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mutants, "_COPIED", ())  # a script that changes nothing needs no copy
    script = tmp_path / "mutmut"
    document = json.dumps({"exit_code_by_key": codes})
    script.write_text(
        f"#!/bin/sh\nmkdir -p mutants/engine\necho '{document}' > mutants/engine/x.py.meta\n"
        "echo no more\n",
        "utf-8",
    )
    script.chmod(0o755)
    options = argparse.Namespace(part=["latch"], mutmut=str(script), children=1, show=True)
    (outcome,) = run(options)
    assert outcome.kept is kept
    assert told in outcome.figure


def test_without_mutmut_it_says_what_to_do(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    arguments(parser)
    options = parser.parse_args(["--mutmut", str(tmp_path / "none")])
    with pytest.raises(SystemExit, match="make setup"):
        run(options)


LATCHES = "adapters/runtime/latches.py"


def mutated(monkeypatch: pytest.MonkeyPatch, *tests: str) -> Outcome:
    """Really change the file that says what is latched, and let these tests notice."""
    monkeypatch.setitem(PARTS, "latch", Part((LATCHES,), tests))
    parser = argparse.ArgumentParser()
    arguments(parser)
    (outcome,) = run(parser.parse_args(["--part", "latch", "--children", "1"]))
    return outcome


def test_p16_mutants_of_what_is_latched_are_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = mutated(monkeypatch, "tests/unit/test_runtime_latches.py")
    assert outcome.kept, outcome.figure
    assert " of " in outcome.figure


def test_p16_sabotage_without_their_tests_mutants_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """One comes by, and asks about something else."""
    store = "tests/unit/test_runtime_store_thread.py"
    test = "test_the_thread_saves_the_newest_and_ends_when_it_is_done"
    outcome = mutated(monkeypatch, f"{store}::{test}")
    assert not outcome.kept, outcome.figure
    assert "killed" in outcome.figure, "it ran to the end"
