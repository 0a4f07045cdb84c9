"""Two versions of rules on what a daemon recorded: at its own scans, from what it remembered."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.cli.main import build
from adapters.runtime.recorder import Recorder
from tests.adapters.test_daemon_recording import SETTINGS, Life

SEED = 1
"""In this life what was remembered changes what is decided next."""


def told(command: str, *words: Path | str) -> dict[str, Any]:
    ran = CliRunner().invoke(build(command), [command, *map(str, words), "--json"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def lived(tmp_path: Path) -> tuple[Life, Path]:
    """Return a daemon with a past, and a recording that begins in the middle of its life."""
    life = Life(tmp_path, seed=SEED)
    life.step(100)
    life.recorder.close()
    life.folder.rename(tmp_path / "lost")
    life.recorder = Recorder(life.folder, SETTINGS)
    life.restart(50.0)
    life.scans.clear()
    life.step(150)
    (path,) = life.files()
    return life, path


def edited(life: Life, folder: Path, old: str, new: str) -> Path:
    shutil.copytree(life.site.folder, folder)
    text = (folder / "heat.yaml").read_text("utf-8")
    assert old in text
    (folder / "heat.yaml").write_text(text.replace(old, new), "utf-8")
    return folder


def test_both_versions_begin_with_what_the_daemon_remembered(
    lived: tuple[Life, Path], tmp_path: Path
) -> None:
    life, path = lived
    alone = told("dry-run", life.site.folder, "--facts", path)
    same = ("ruleset: heat\n", "# Another digest.\nruleset: heat\n")
    other = edited(life, tmp_path / "other", *same)
    for old, new in ((life.site.folder, other), (other, life.site.folder), (other, other)):
        whole = told("diff", old, new, "--facts", path)
        assert (whole["count"], whole["rules"]) == (0, [])
        if life.site.folder in (old, new):
            assert whole["old"] == {key: alone[key] for key in whole["old"]}
            assert whole["old"]["scans"] == len(life.scans)
    anew = told("dry-run", other, "--facts", path)
    assert anew["outputs"] != alone["outputs"], "what it remembered made a difference"


def test_an_edit_shows_at_the_daemons_own_scans(lived: tuple[Life, Path], tmp_path: Path) -> None:
    life, path = lived
    other = edited(life, tmp_path / "other", "50 °C", "30 °C")
    whole = told("diff", life.site.folder, other, "--facts", path)
    assert whole["count"] > 0
    scanned = {round(scan.trace.moment.wall_s * 1000) for scan in life.scans}
    assert {span["start_ms"] for span in whole["spans"]} <= scanned
    by_moment = {round(s.trace.moment.wall_s * 1000): s.decisions for s in life.scans}
    for span in whole["spans"]:
        (was,) = [d for d in by_moment[span["start_ms"]] if d.output == span["output"]]
        assert (was.value, was.cause.value, was.by) == (
            span["old"]["value"], span["old"]["cause"], span["old"]["by"],
        )  # fmt: skip
