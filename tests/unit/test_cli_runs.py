"""`thermiq dry-run`, `simulate` and `demo`: text, figures, files and exit codes."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from adapters.cli import demo as demo_command
from adapters.cli.dry_run import dry_run
from adapters.cli.simulate import simulate
from adapters.recordings.data import PointInfo
from adapters.recordings.recording import Recording
from engine.values.fact import Quality
from tests.simulation.small_rules import ROOT, WEATHER, files

STEP = ("--step", "60 s")


def run(*words: str | Path) -> Result:
    app = typer.Typer(rich_markup_mode=None)
    app.command("dry-run")(dry_run)
    app.command("simulate")(simulate)
    app.command("demo")(demo_command.demo)
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules")
    for name, content in files().items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def recording(rules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recording") / "a.sqlite"
    done = run("simulate", rules, "--weather", WEATHER, "--days", "0.5", *STEP, "--out", path)
    assert done.exit_code == 0, done.output
    return path


def test_simulate_sums_a_night_up(rules: Path, tmp_path: Path) -> None:
    done = run("simulate", rules, "--weather", WEATHER, "--days", "0.25", *STEP)
    assert done.exit_code == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "25 March 2024 01:00 to 25 March 2024 07:00 (Europe/Berlin): 6.0 h, 360 scans every 60 s"
    )
    assert "Decisions" in lines
    assert any(line.startswith("  miner1.power_target ") for line in lines)
    assert list(tmp_path.iterdir()) == []


def test_the_same_seed_writes_the_same_recording(rules: Path, tmp_path: Path) -> None:
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        words = ("--weather", WEATHER, "--days", "0.3", *STEP, "--seed", seed)
        assert run("simulate", rules, *words, "--out", tmp_path / name).exit_code == 0
    content = {name: (tmp_path / name).read_bytes() for name in "abc"}
    assert content["a"] == content["b"] != content["c"]


def test_a_dry_run_of_a_simulation_keeps_its_decisions(
    rules: Path, recording: Path, tmp_path: Path
) -> None:
    out = tmp_path / "decisions.sqlite"
    done = run("dry-run", rules, "--facts", recording, *STEP, "--out", out)
    assert done.exit_code == 0
    assert done.stderr == ""
    with Recording.open(recording) as simulated, Recording.open(out) as replayed:
        decided = list(replayed.decisions())
        assert decided == list(simulated.decisions())
        assert {info.kind for info in replayed.points()} == {"output"}
        assert replayed.meta["created_by"] == "thermiq dry-run"
    assert {row.output for row in decided} >= {"miner1.power_target", "p4.run_target"}


def test_decisions_are_the_same_bytes_whatever_the_hash_seed(
    rules: Path, recording: Path, tmp_path: Path
) -> None:
    digests = set()
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.sqlite"
        words = ["dry-run", rules, "--facts", recording, *STEP, "--json", "--out", out]
        printed = subprocess.run(
            [sys.executable, "-m", "adapters.cli.main", *map(str, words)],
            check=True, capture_output=True, cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout  # fmt: skip
        digests.add(hashlib.sha256(printed + out.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_json_is_for_programs(rules: Path, recording: Path) -> None:
    words = ("--from", "2024-03-25T06:00", "--to", "2024-03-25T12:00", "--json")
    done = run("dry-run", rules, "--facts", recording, *STEP, *words)
    plain = json.loads(done.stdout)
    assert plain["schema"] == "thermiq.report/1"
    assert (plain["scans"], plain["seconds"], plain["step_s"]) == (360, 21_600.0, 60.0)
    assert plain["basis"] == "decided"
    assert plain["warnings"] == []


def test_what_the_recording_lacks_is_named_point_by_point(rules: Path, tmp_path: Path) -> None:
    path = tmp_path / "few.sqlite"
    with Recording.create(path, [PointInfo("pv.power", unit="kW")]) as writer:
        writer.add_samples(
            [(0, "pv.power", 4.0, Quality.GOOD), (60_000, "pv.power", 5.0, Quality.GOOD)]
        )
    done = run("dry-run", rules, "--facts", path)
    assert done.exit_code == 0
    warnings = done.stderr.splitlines()
    assert f"{path}: `house.load` is not in the recording: unknown to the rules" in warnings
    assert len(warnings) == len(set(warnings))
    assert "Facts that were unknown" in done.stdout
    assert "Rules that could not be evaluated" in done.stdout
    assert "safety_relay" in done.stdout


def test_a_time_that_was_not_recorded_is_said(rules: Path, recording: Path) -> None:
    done = run("dry-run", rules, "--facts", recording, "--from", "2030-01-01")
    assert done.exit_code == 1
    assert "holds nothing of that time; it reaches from 2024-03-25T01:00:00+01:00" in done.stderr
    done = run("simulate", rules, "--weather", WEATHER, "--from", "2030-01-01")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "holds no weather of that time" in done.stderr


def test_what_is_read_is_never_written_over(rules: Path, recording: Path, tmp_path: Path) -> None:
    before = recording.read_bytes()
    (tmp_path / "link").symlink_to(recording)
    for out in (recording, tmp_path / "link"):
        done = run("dry-run", rules, "--facts", recording, "--out", out, "--overwrite")
        assert (done.exit_code, "is what is read" in done.stderr) == (1, True)
    weather = tmp_path / "weather.csv"
    weather.write_bytes(WEATHER.read_bytes())
    done = run("simulate", rules, "--weather", weather, "--out", weather, "--overwrite")
    assert (done.exit_code, "is what is read" in done.stderr) == (1, True)
    assert (recording.read_bytes(), weather.read_bytes()) == (before, WEATHER.read_bytes())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--from", "yesterday"], "`yesterday` is not a time"),
        (["--from", "2024-03-25T06:00", "--to", "2024-03-25T05:00"], "is not after the start"),
        (["--step", "often"], "`often` is not a duration"),
        (["--plot", "chart.pdf"], "ends in none of .png, .svg, .html"),
        (["--plot", "nowhere/chart.png"], "does not exist"),
    ],
)
def test_wrong_usage_exits_with_two(
    rules: Path, recording: Path, words: list[str], message: str
) -> None:
    done = run("dry-run", rules, "--facts", recording, *words)
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.replace("│", " ").split())


def test_what_is_no_recording_exits_with_one(rules: Path, recording: Path, tmp_path: Path) -> None:
    done = run("dry-run", rules, "--facts", rules / "plant.yaml")
    assert done.exit_code == 1
    assert "is not a recording" in done.stderr
    (tmp_path / "there").touch()
    done = run("dry-run", rules, "--facts", recording, "--out", tmp_path / "there")
    assert done.exit_code == 1
    assert "exists already" in done.stderr


def test_wrong_rules_are_shown_and_nothing_runs(recording: Path, tmp_path: Path) -> None:
    for name, content in files().items():
        (tmp_path / name).write_bytes(content.replace(b"buffer.top < 70", b"bufer.top < 70"))
    for done in (
        run("dry-run", tmp_path, "--facts", recording),
        run("simulate", tmp_path, "--weather", WEATHER),
    ):
        assert done.exit_code == 1
        assert "bufer.top" in done.stderr
        assert done.stdout == ""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n", "lacks the column `time_utc`"),
        ("\udcff\udcfe", "is not text in UTF-8"),
        ("", "holds no weather"),
        (
            "time_utc,pv_w,house_load_w,t_out_c,ghi_wm2,price_ct_kwh\nnoon,1,1,1,1,1\n",
            "time_utc is `noon`",
        ),
        (
            "time_utc,pv_w,house_load_w,t_out_c,ghi_wm2,price_ct_kwh\n2024-03-25T00Z,1,nan,1,1,1\n",
            "house_load_w is `nan`, not a number",
        ),
        (
            "time_utc,pv_w,house_load_w,t_out_c,ghi_wm2,price_ct_kwh\n2024-03-25T00Z,1,1,2 K,1,1\n",
            "t_out_c is `2 K`, not a number",
        ),
    ],
)
def test_weather_that_cannot_be_used_is_said(
    rules: Path, tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "weather.csv"
    path.write_text(content, errors="surrogateescape")
    done = run("simulate", rules, "--weather", path)
    assert done.exit_code == 1
    assert f"{path}: {message}" in done.stderr


def test_weather_may_be_compressed(rules: Path, tmp_path: Path) -> None:
    path = tmp_path / "weather.csv.gz"
    path.write_bytes(gzip.compress(WEATHER.read_bytes()))
    done = run("simulate", rules, "--weather", path, "--days", "0.05", *STEP, "--json")
    assert json.loads(done.stdout)["scans"] == 72


def test_another_plant_is_not_simulated(tmp_path: Path) -> None:
    plant = "facts:\n  pv.power: {unit: kW, range: [0, 20 kW], max_age: 60 s}\noutputs: {}\n"
    (tmp_path / "plant.yaml").write_text(plant)
    done = run("simulate", tmp_path, "--weather", WEATHER)
    assert done.exit_code == 1
    assert "the simulated house has `pv.power` in W, the plant declares `kW`" in done.stderr


@pytest.mark.parametrize("ending", ["png", "svg", "html"])
def test_charts_are_drawn(rules: Path, recording: Path, tmp_path: Path, ending: str) -> None:
    chart = tmp_path / f"chart.{ending}"
    done = run("dry-run", rules, "--facts", recording, "--step", "5 min", "--plot", chart)
    assert done.exit_code == 0, done.output
    start = {"png": b"\x89PNG", "svg": b"<?xml", "html": b"<!doctype html>"}[ending]
    assert chart.read_bytes().startswith(start)


def test_the_demo_sums_up_compares_draws_and_explains(tmp_path: Path) -> None:
    done = run("demo", "--out", tmp_path / "out", "--days", "0.6", "--step", "2 min")
    assert done.exit_code == 0, done.output
    assert "The same house and rules without the miners" in done.stdout
    assert "$ thermiq why miner" in done.stdout
    assert (tmp_path / "out/demo.png").stat().st_size > 10_000
    with Recording.open(tmp_path / "out/asp1.sqlite") as written:
        assert written.meta["created_by"] == "thermiq demo"
