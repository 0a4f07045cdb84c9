"""`thermiq test --coverage` and its like: one account of all folders, for people and programs."""

import json
from pathlib import Path

import pytest

from adapters.cli.coverage import CoverageWishes, coverage_wishes
from adapters.cli.main import run
from tests.making.scenarios import CALM, PLANT, RULES

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
