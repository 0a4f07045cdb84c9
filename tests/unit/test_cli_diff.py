"""`thermiq diff`: text, page, JSON, exit codes; and that its claims hold in two dry-runs."""

import gc
import json
import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from adapters.cli import diff as command
from adapters.cli import diff_page, diff_text
from adapters.cli.dry_run import dry_run
from adapters.cli.simulate import simulate
from adapters.compared import process, runner, together
from adapters.recordings.data import PointInfo, RecordingError
from adapters.recordings.recording import Recording
from engine.values.fact import Quality
from tests.simulation.small_rules import WEATHER, files
from tests.unit.test_cli_summary import Terminal, terminal

__all__ = ["terminal"]

STEP = ("--step", "60 s")
TARGET = "miner1.power_target"


def run(*words: str | Path) -> Result:
    app = typer.Typer(rich_markup_mode=None)
    app.command("diff")(command.diff)
    app.command("dry-run")(dry_run)
    app.command("simulate")(simulate)
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(word) for word in words])


def lay(folder: Path, *edits: tuple[bytes, bytes]) -> Path:
    folder.mkdir()
    for name, content in files().items():
        edited = content
        for old, new in edits:
            edited = edited.replace(old, new)
        (folder / name).write_bytes(edited)
    return folder


MORNING = ("--to", "2024-03-25T08:00")
"""Hours in which the miners of `old` run on the cheap night, those of `new` do not."""

EDIT = ((b"until: surplus < 1 kW", b"until: surplus < 1.5 kW"), (b"< 8 ct", b"< 6 ct"))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with `old`, `new` and a recording of a day of `old`."""
    folder = tmp_path_factory.mktemp("house")
    lay(folder / "old")
    lay(folder / "new", *EDIT)
    words = ("--weather", WEATHER, "--days", "1", *STEP, "--out", folder / "a.rec")
    assert run("simulate", folder / "old", *words).exit_code == 0
    return folder


def compare(house: Path, *words: str | Path, old: str = "old", new: str = "new") -> Result:
    return run("diff", house / old, house / new, "--facts", house / "a.rec", *STEP, *words)


@pytest.fixture(scope="module")
def whole(house: Path) -> dict[str, Any]:
    """Return everything that differs, as JSON has it."""
    return plain(compare(house, "--json"))


def plain(done: Result) -> dict[str, Any]:
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_rules_beside_themselves_differ_in_nothing(house: Path) -> None:
    done = compare(house, "--fail-on", "any", new="old")
    assert done.exit_code == 0, done.output
    assert "No decision differs." in done.stdout
    assert "First difference" not in done.stdout
    whole = plain(compare(house, "--json", *MORNING, new="old"))
    assert (whole["spans"], whole["rules"], whole["old"]) == ([], [], whole["new"])


def test_the_text_tells_the_edit_the_first_difference_and_both_reasons(house: Path) -> None:
    done = compare(house, "--limit", "3", "--comfort", "hotwater.top >= 45 °C")
    assert done.exit_code == 0, done.output
    text = done.stdout
    assert "  changed condition sunny\n    - when: " in text
    assert "until surplus < 1.5 kW" in text
    assert "First difference: 2" in text
    assert "    old  " in text
    assert "    new  " in text
    assert "--limit shows them, --json and --html have them" in text
    assert "cheap_night does not fire: " in text or "nearest is cheap_night: " in text
    assert "Recorded facts do not answer to decisions" in text


def test_every_span_holds_when_both_versions_are_run_alone(
    house: Path, whole: dict[str, Any], tmp_path: Path
) -> None:
    """The recordings of two dry-runs say the same as the spans, at every scan of the day."""
    values: dict[str, list[dict[str, object]]] = {}
    for side in ("old", "new"):
        out = tmp_path / f"{side}.rec"
        facts = ("--facts", house / "a.rec", *STEP)
        alone = plain(run("dry-run", house / side, *facts, "--json", "--out", out))
        assert {key: alone[key] for key in whole[side]} == whole[side]
        values[side] = list(_decided(out))
    assert len(values["old"]) == len(values["new"]) == 1440
    differing = 0
    for old, new in zip(values["old"], values["new"], strict=True):
        at_ms = old["at_ms"]
        now = [s for s in whole["spans"] if s["start_ms"] <= at_ms < s["end_ms"]]
        assert {span["output"] for span in now} == {name for name in old if old[name] != new[name]}
        differing += len(now)
        for span in now:
            for told, seen in ((span["old"], old), (span["new"], new)):
                value = seen[span["output"]]
                assert told["value"] == value or told["low"] <= value <= told["high"]
    assert differing > 100


def _decided(path: Path) -> Iterator[dict[str, object]]:
    with Recording.open(path) as recording:
        rows = list(recording.decisions())
        (segment,) = recording.segments()
    state: dict[str, object] = {}
    place = 0
    for at_ms in range(segment.start_ms, segment.end_ms, 60_000):
        while place < len(rows) and rows[place].at_ms <= at_ms:
            state[rows[place].output] = rows[place].value
            place += 1
        yield {"at_ms": at_ms, **state}


def test_two_processes_say_the_same_as_one(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("--json", "--comfort", "buffer.top > 40 °C", *MORNING)
    alone = compare(house, *words).stdout
    monkeypatch.setattr(command, "_WORTH_A_PROCESS", 0)
    monkeypatch.setattr(command.os, "sched_getaffinity", lambda _: {0, 1})
    beside = compare(house, *words).stdout
    assert json.loads(alone)["count"] >= 3
    assert beside == alone
    assert not multiprocessing.active_children()


def test_garbage_is_looked_for_as_before_when_a_run_is_over() -> None:
    before = gc.get_threshold()
    with runner.rare_collections():
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count()
    assert gc.get_threshold() == before
    assert not gc.get_freeze_count()


def test_a_gap_is_told_with_its_start_and_so_is_the_end() -> None:
    scans = [(at_ms, at_ms) for at_ms in (0, 10, 20, 100, 110)]
    found = list(runner._with_pauses(scans, 10, 10))  # type: ignore[arg-type] # any scan will do
    assert [at_ms for at_ms, scan in found if scan is None] == [30, 120]
    assert [pair for pair in found if pair[1] is not None] == scans
    wider = runner._with_pauses(scans, 10, 80)  # type: ignore[arg-type] # same
    assert [at_ms for at_ms, scan in wider if scan is None] == [120]
    assert list(runner._with_pauses([], 10, 10)) == []


def test_what_goes_wrong_in_the_other_process_is_told(tmp_path: Path) -> None:
    span = runner.Span(0, 60_000)
    gone = runner.Played(tmp_path / "gone.rec", (span,), as_recorded=False, rules="")
    work = runner.Work(files(), (), (0,), (1.0,), gone, 10_000)
    remote = process.RemoteRunner(work)
    try:
        remote.begin()
        with pytest.raises(RecordingError, match=r"gone\.rec"):
            remote.end()
    finally:
        remote.close()
    remote = process.RemoteRunner(work)
    try:
        remote.begin()
        remote._process.join()
        with pytest.raises(RecordingError, match=r"gone\.rec"):
            remote.begin()  # the answer to the first lies there unread
    finally:
        remote.close()
    remote = process.RemoteRunner(work)
    remote._process.terminate()
    remote._process.join()
    try:
        with pytest.raises(process.LostError, match="ended with"):
            remote.outcome()
    finally:
        remote.close()


def test_reasons_are_given_for_each_kind_even_when_many_spans_have_theirs(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "MOST_TOLD", 1)
    whole = plain(compare(house, "--json"))
    told = [span for span in whole["spans"] if span["old"]["why"]]
    deciders = [
        (s["output"], *(s[side][key] for side in ("old", "new") for key in ("cause", "by")))
        for s in whole["spans"]
    ]
    assert len(told) == len(set(deciders)) < len(whole["spans"])
    text = compare(house, "--limit", "50").stdout
    sides = [line.split("  ")[-1] for line in text.splitlines() if line.startswith("    new  ")]
    assert "default" in sides, "without reasons the decider stands alone"


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("any", 3),
        (f"any:{TARGET}", 3),
        ("any:p5.run_target", 0),
        ("starts > 1000", 0),
        ("alarms", 0),
        ("comfort > 1 min", 0),
    ],
)
def test_the_exit_code_is_for_ci(house: Path, limit: str, code: int) -> None:
    done = compare(house, "--fail-on", limit, "--comfort", "buffer.top > 20 °C", *MORNING)
    assert done.exit_code == code, done.output
    assert (f"--fail-on {limit}: " in done.stderr) == bool(code)


def test_a_cost_that_rises_fails(house: Path) -> None:
    dearer = compare(house, "--fail-on", "cost > 1 %", *MORNING, old="new", new="old")
    cheaper = compare(house, "--fail-on", "cost", *MORNING)
    assert {dearer.exit_code, cheaper.exit_code} == {0, 3}


def test_in_closed_loop_both_sides_drive_a_house_of_their_own(house: Path) -> None:
    words = (
        "--simulate",
        "--json",
        "--comfort",
        "buffer.bottom > 40 °C",
        "--from",
        "2024-03-25T12:00",
    )
    whole = plain(compare(house, *words))
    assert whole["old"]["basis"] == whole["new"]["basis"] == "measured"
    (comfort,) = whole["comfort"]
    assert comfort["old"]["outside_s"] != comfort["new"]["outside_s"]
    weather = ("--simulate", "--weather", WEATHER, *STEP, "--to", "2024-03-25T05:00")
    done = run("diff", house / "old", house / "old", *weather)
    assert done.exit_code == 0, done.output
    assert "240 scans every 60 s, simulated" in done.stdout


def test_the_page_holds_charts_and_every_reason(
    house: Path, whole: dict[str, Any], tmp_path: Path
) -> None:
    page = tmp_path / "diff.html"
    done = compare(house, "--html", page, "--fail-on", "any", "--comfort", "buffer.top > 40 °C")
    assert done.exit_code == 3
    text = page.read_text()
    assert text.startswith("<!doctype html>")
    assert 'src="http' not in text, "it works without a network"
    assert text.count("<td class='when'>") == 3 * len(whole["spans"])
    assert "differs" in text
    assert "--fail-on any: decisions differ" in text
    done = compare(house, "--html", page, *MORNING, new="old")
    assert done.exit_code == 0
    assert "Over time" not in page.read_text()


def test_a_page_stays_small_enough_for_a_browser(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diff_page, "MOST_SPANS", 1)
    assert compare(house, "--html", tmp_path / "a.html", *MORNING).exit_code == 0
    text = (tmp_path / "a.html").read_text()
    assert text.count("<td class='when'>") == 3
    assert "more; --json has them" in text


def test_what_the_recording_lacks_is_named_once_for_the_side_that_reads_it(tmp_path: Path) -> None:
    lay(tmp_path / "old")
    edit = (b"when: outside.temperature < 15 \xc2\xb0C", b"when: battery.soc < 15 %")
    lay(tmp_path / "new", edit)
    path = tmp_path / "few.rec"
    with Recording.create(path, [PointInfo("pv.power", unit="kW")]) as writer:
        writer.add_samples([(t * 60_000, "pv.power", 4.0 + t, Quality.GOOD) for t in range(3)])
    done = run("diff", tmp_path / "old", tmp_path / "new", "--facts", path)
    assert done.exit_code == 0, done.output
    warnings = done.stderr.splitlines()
    assert f"{path}: `battery.soc` is not in the recording: unknown to the rules" in warnings
    (only_old,) = [line for line in warnings if "outside.temperature" in line]
    assert only_old.endswith("(read by the old rules only)")
    assert len(warnings) == len(set(warnings))
    done = run("diff", tmp_path / "old", tmp_path / "new", "--facts", path, "--simulate")
    assert done.exit_code == 1
    assert "never says `house.load`, which the simulated house needs" in done.stderr


def test_plants_may_differ_and_outputs_of_one_side_are_listed(house: Path, tmp_path: Path) -> None:
    new = lay(
        tmp_path / "new",
        (b"miner2.power_target: 0 W", b"miner1.power_target: 0 W"),
        (b"  miner2.power_target:", b"  miner3.power_target:"),
    )
    interlocks = (new / "interlocks.yaml").read_bytes()
    two = b"{miner1.power_target: 0 W, miner1.power_target: 0 W}"
    (new / "interlocks.yaml").write_bytes(interlocks.replace(two, b"{miner1.power_target: 0 W}"))
    done = run("diff", house / "old", new, "--facts", house / "a.rec", *STEP, *MORNING, "--json")
    assert done.exit_code == 0, done.output
    whole = plain(done)
    assert (whole["only_old"], whole["only_new"]) == (
        ["miner2.power_target"], ["miner3.power_target"],
    )  # fmt: skip
    facts = ("--facts", house / "a.rec", *STEP, *MORNING)
    done = run("diff", house / "old", new, *facts, "--fail-on", "any")
    assert done.exit_code == 3
    assert "miner3.power_target" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--fail-on", "costs"], "did you mean `cost`?"),
        (["--fail-on", "comfort"], "`comfort` needs a `--comfort`"),
        (["--comfort", "bufer.top > 40 °C"], "does not fit the rules of"),
        (["--html", "nowhere/a.html"], "does not exist"),
        (["--weather", str(WEATHER)], "is for `--simulate`"),
        (["--simulate", "--weather", str(WEATHER)], "not beside `--facts`"),
        (["--limit", "-1"], "--limit"),
        (["--from", "yesterday"], "`yesterday` is not a time"),
        (["--comfort", "true"] * 21, "20 at most"),
    ],
)
def test_wrong_usage_exits_with_two(house: Path, words: list[str], message: str) -> None:
    done = compare(house, *words)
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.split())


def test_without_facts_it_says_what_to_name(house: Path) -> None:
    done = run("diff", house / "old", house / "new", "--simulate")
    assert done.exit_code == 2
    assert "name a recording, or `--weather` with `--simulate`" in done.stderr


def test_what_cannot_be_used_exits_with_one(house: Path, tmp_path: Path) -> None:
    broken = lay(tmp_path / "broken", (b"buffer.top < 70", b"bufer.top < 70"))
    done = run("diff", house / "old", broken, "--facts", house / "a.rec")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "bufer.top" in done.stderr
    done = run("diff", house / "old", "nowhere", "--facts", house / "a.rec")
    assert done.exit_code == 1
    assert "`nowhere` does not exist" in done.stderr
    done = run("diff", house / "old", house / "new", "--facts", house / "old/plant.yaml")
    assert done.exit_code == 1
    assert "is not a recording" in done.stderr
    done = compare(house, "--from", "2030-01-01")
    assert done.exit_code == 1
    assert "holds nothing of that time; it reaches from" in done.stderr
    done = compare(house, "--from", "2030-01-01", "--simulate")
    assert done.exit_code == 1
    assert "holds no weather of that time" in done.stderr


def test_on_a_terminal_the_sides_have_colours(
    house: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[str, str]] = [("first", "bold"), ("    old  x", "red")]
    monkeypatch.setattr("sys.stdout", terminal)
    diff_text._print(shown, colour=True)
    assert "\x1b[31m    old  x" in terminal.getvalue()
    terminal.truncate(0)
    diff_text._print(shown, colour=False)
    assert "\x1b[" not in terminal.getvalue()
    assert house.exists()
