"""`thermiq test --coverage` and its like: one account of all folders, for people and programs."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.cli.coverage import CoverageSink, CoverageWishes, coverage_wishes
from adapters.cli.main import run
from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.inference.image import empty_image
from engine.language.checked import check_files
from engine.values.moment import Moment
from engine.workshop.rule_coverage import Coverage
from tests.making.scenarios import CALM, PLANT, RULES
from tests.reasons.house import HERE
from tests.reasons.recorded import record

GOOD = "scenarios:\n  - name: calm\n    expect: [{at: 0 s, miner.power_target: 0 W}]\n"


def folder(path: Path) -> Path:
    path.mkdir()
    (path / "plant.yaml").write_text(PLANT, "utf-8")
    (path / "rules.yaml").write_text(RULES, "utf-8")
    (path / "calm.test.yaml").write_text(CALM + GOOD, "utf-8")
    return path


@pytest.mark.parametrize(
    ("wishes", "wanted"),
    [
        (coverage_wishes(False, None, None), False),
        (coverage_wishes(True, None, None), True),
        (coverage_wishes(False, None, 0.0), True),
        (CoverageWishes(page=Path("page")), True),
    ],
)
def test_nothing_is_collected_that_nobody_asks_for(wishes: CoverageWishes, wanted: bool) -> None:
    assert wishes.wanted is wanted


def test_two_folders_make_one_account_and_one_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two, page = folder(tmp_path / "one"), folder(tmp_path / "two"), tmp_path / "page"
    totals = []
    for folders in ([one], [one, two]):
        words = ["test", *map(str, folders), "--format", "json", "--coverage-html", str(page)]
        assert run(words) == 0
        told = json.loads(capsys.readouterr().out)["coverage"]
        totals.append((told["total"], told["scans"]))
    assert totals[1] == (2 * totals[0][0], 2 * totals[0][1])
    text = (page / "index.html").read_text("utf-8")
    assert "one/rules.yaml</h2>" in text
    assert "two/rules.yaml</h2>" in text


def test_json_without_coverage_says_nothing_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test", str(folder(tmp_path / "one")), "--format", "json"]) == 0
    assert "coverage" not in json.loads(capsys.readouterr().out)


def test_too_little_seen_fails_although_all_passed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = str(folder(tmp_path / "one"))
    assert run(["test", rules, "--threshold", "1"]) == 0
    assert run(["test", rules, "--threshold", "100", "--format", "tap"]) == 1
    out, told = capsys.readouterr()
    assert "below the 100 % asked for" in told
    assert "Not seen" not in out


def test_a_recording_is_told_by_local_days() -> None:
    files = {"plant.yaml": PLANT.encode(), "rules.yaml": RULES.encode()}
    program = compile_program(check_files(files).rulebook)
    sink = CoverageSink(coverage := Coverage(program), ZoneInfo("Asia/Kolkata"))
    state = initial(program)
    at_ms = int(datetime(2026, 3, 1, 18, 20, tzinfo=UTC).timestamp()) * 1000
    for _ in range(4):
        moment = Moment(at_ms / 1000, at_ms / 1000)
        done = scan(program, state, empty_image(program.rulebook.plant), moment)
        sink.add(at_ms, done)
        state, at_ms = done.retained, at_ms + 300_000
    sink.pause(at_ms)
    assert coverage.report().runs == (("2026-03-01", 2), ("2026-03-02", 2))


def test_a_dry_run_tells_what_a_recording_never_reached(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts, page = record(tmp_path / "facts.sqlite"), tmp_path / "page"
    rules = tmp_path / "rules"
    rules.mkdir()
    for name in ("plant.yaml", "rules.yaml"):
        (rules / name).write_bytes((HERE / name).read_bytes())
    words = ["dry-run", str(rules), "--facts", str(facts), "--coverage-html", str(page)]
    assert run([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["coverage"]["runs"] == [{"name": "2024-06-12", "scans": told["scans"]}]
    assert 0 < told["coverage"]["percent"] < 100
    assert "rules.yaml</h2>" in (page / "index.html").read_text("utf-8")
    assert run([*words, "--coverage", "--no-colour"]) == 0
    assert "(days: 1, scans: " in capsys.readouterr().out
