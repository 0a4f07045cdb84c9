"""P16: mutants of what must not be wrong, killed by the tests that stand beside it.

mutmut changes one thing at a time in a copy of the repository (a border, a word, an operator) and
runs the tests that come by. What survives is listed with `--show`; docs/mutants.md says why each is
left alive. CI does it with one small file (test_mutants.py); a whole part takes minutes.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.house.source import ROOT
from tests.reliability.outcome import Outcome

LEAST = 0.95
"""So many of a hundred must be killed."""
_COPIED = ("engine", "adapters", "tests", "rules", "docs", "protos", "pyproject.toml", "README.md",
           "CHANGELOG.md")  # fmt: skip
_CONTROL = "tests/unit/test_control_"
_EVERY_CALL = "test_whichever_call_fails_nothing_is_raised_and_no_acknowledged_latch_is_lost"
_STORE, _KEPT = "tests/unit/test_runtime_store.py", "tests/unit/test_runtime_kept.py"


class Part(NamedTuple):
    """Files that are changed, and the tests that must notice."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    without: tuple[str, ...] = ()
    """Tests of these that are left out: seconds each, and they kill nothing that no other kills."""


PARTS: dict[str, Part] = {
    "latch": Part(
        ("engine/control/trips.py", "adapters/runtime/latches.py", "adapters/runtime/reset.py"),
        (
            f"{_CONTROL}trips.py", f"{_CONTROL}invariants.py", "tests/unit/test_runtime_latches.py",
            "tests/unit/test_reset.py", "tests/unit/test_operations.py",
        ),
    ),
    "interlocks": Part(
        ("engine/control/interlocks.py",),
        (f"{_CONTROL}interlocks.py", "tests/test_cases_engine.py"),
    ),
    "shaping": Part(
        ("engine/control/shaping.py", "engine/control/arbiter.py"),
        (f"{_CONTROL}shaping.py", f"{_CONTROL}arbiter.py", "tests/test_cases_engine.py"),
    ),
    "scan": Part(
        (
            "engine/control/wishes.py", "engine/control/round.py", "engine/control/scan.py",
            "engine/control/retained.py",
        ),
        (
            f"{_CONTROL}scan.py", f"{_CONTROL}round.py", f"{_CONTROL}wishes.py",
            f"{_CONTROL}retained.py",
            "tests/test_cases_engine.py",
        ),
    ),
    "invariants": Part(
        (
            "engine/control/invariants.py", "engine/control/invariant_plan.py",
            "engine/control/recount.py",
        ),
        (
            f"{_CONTROL}invariants.py", f"{_CONTROL}invariants_near.py",
            f"{_CONTROL}invariant_parts.py", f"{_CONTROL}invariant_values.py",
            f"{_CONTROL}recount.py",
        ),
    ),
    "store": Part(
        ("adapters/runtime/slots.py", "adapters/runtime/store.py", "adapters/runtime/kept.py"),
        (
            "tests/unit/test_runtime_slots.py", _STORE, _KEPT,
            "tests/unit/test_runtime_store_lock.py", "tests/unit/test_runtime_store_thread.py",
        ),
        (
            f"{_STORE}::test_f79_bytes_that_flip_never_lose_a_latch",
            f"{_STORE}::{_EVERY_CALL}",
            f"{_KEPT}::test_a_source_that_chatters_gets_a_burst_and_then_a_save_a_minute",
        ),
    ),
}  # fmt: skip


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add which parts, and where mutmut is."""
    parser.add_argument("--part", choices=tuple(PARTS), action="append", help="all if not given")
    beside = str(Path(sys.executable).with_name("mutmut"))
    parser.add_argument("--mutmut", default=beside, help="the program")
    parser.add_argument("--children", type=int, default=2, help="processes at a time")
    parser.add_argument("--show", action="store_true", help="show every mutant that survived")


def run(options: argparse.Namespace) -> list[Outcome]:
    """Return one outcome for each part."""
    if shutil.which(options.mutmut) is None:
        sys.exit(f"{options.mutmut} is not there: `make setup`, or say where with --mutmut")
    return [_part(name, options) for name in options.part or PARTS]


def _part(name: str, options: argparse.Namespace) -> Outcome:
    promise = f"P16 mutants of {name}"
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for each in _COPIED:
            copy = shutil.copytree if (ROOT / each).is_dir() else shutil.copy
            copy(ROOT / each, tree / each)
        (tree / "pyproject.toml").write_text(_settings(PARTS[name]), "utf-8")
        command = [options.mutmut, "run", "--max-children", str(options.children)]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
        found = _results(tree)
        if not found or None in found.values():
            last = (done.stdout + done.stderr).strip().splitlines()[-1:]
            return Outcome(promise, f"mutmut did not end: {' '.join(last)}", kept=False)
        if options.show:
            for mutant, code in sorted(found.items()):
                if code not in _KILLED:
                    _show(options.mutmut, tree, mutant)
    counted = Counter(code in _KILLED for code in found.values())
    share = counted[True] / len(found)
    figure = f"{counted[True]} of {len(found)} killed, {share:.1%}"
    return Outcome(promise, figure, kept=share >= LEAST)


def _settings(part: Part) -> str:
    """Return the project's own settings, with mutmut's below them."""
    lines = [
        (ROOT / "pyproject.toml").read_text("utf-8"),
        "[tool.mutmut]",
        'source_paths = ["engine", "adapters"]',
        f"only_mutate = {json.dumps(part.files)}",
        f"pytest_add_cli_args_test_selection = {json.dumps(part.tests)}",
        f"pytest_add_cli_args = {json.dumps([f'--deselect={each}' for each in part.without])}",
        f"also_copy = {json.dumps(_COPIED)}",
    ]
    return "\n".join(lines) + "\n"


_KILLED = (1, 3, 24, -24, 36, 152, 255)
"""Codes of mutmut: a test failed, pytest itself did, or it took fifteen times as long. Whatever
else came of a mutant (no test comes by, the process died) counts as survived."""


def _results(tree: Path) -> dict[str, int | None]:
    """Return the exit code of every mutant by name; None: it was not tried."""
    found: dict[str, int | None] = {}
    for path in (tree / "mutants").rglob("*.meta"):
        found |= json.loads(path.read_text("utf-8"))["exit_code_by_key"]
    return found


def _show(mutmut: str, tree: Path, mutant: str) -> None:
    command = [mutmut, "show", mutant]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    sys.stderr.write(f"{done.stdout}\n")
