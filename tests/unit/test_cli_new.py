"""A new site checks clean, passes its tests, and takes nobody's place."""

from pathlib import Path

import pytest

from adapters.cli.main import run
from adapters.files import read_rules
from adapters.library.choice import known_topics
from adapters.runtime.site import load_site
from engine.language.load import load


@pytest.mark.parametrize("topics", [[], ["frost", "exercise"]], ids="-".join)
def test_a_new_site_checks_clean_and_its_tests_pass(
    tmp_path: Path, topics: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "My House"
    chosen = [word for topic in topics for word in ("--with", topic)]
    assert run(["new", "site", str(folder), *chosen]) == 0
    assert f"thermiq check {folder}" in capsys.readouterr().out
    assert run(["check", "--strict", str(folder)]) == 0
    assert run(["fmt", "--check", str(folder)]) == 0
    assert run(["test", str(folder)]) == 0
    assert load(read_rules(folder).files).rulebook.plant.site.name == "My-House"
    _, problems = load_site("site.yaml", (folder / "site.yaml").read_text("utf-8"))
    assert not problems


def test_all_is_every_topic_by_name(tmp_path: Path) -> None:
    """`tests/test_library.py` checks and plays these files."""
    named = [word for topic in known_topics() for word in ("--with", topic)]
    assert run(["new", "site", str(tmp_path / "a/house"), "--with", "all"]) == 0
    assert run(["new", "site", str(tmp_path / "b/house"), *named]) == 0
    one, other = (
        {each.name: each.read_bytes() for each in (tmp_path / side / "house").iterdir()}
        for side in "ab"
    )
    assert one == other
    _, problems = load_site("site.yaml", one["site.yaml"].decode())
    assert not problems


def test_a_site_without_rules_has_no_topic(tmp_path: Path) -> None:
    assert run(["new", "site", str(tmp_path), "--with", "none"]) == 0
    names = {each.name for each in tmp_path.iterdir()}
    assert names == {"plant.yaml", "site.yaml", "interlocks.yaml"}
    assert load(read_rules(tmp_path).files).rulebook.interlocks
    assert run(["check", str(tmp_path)]) == 0


def test_unless_told_a_site_begins_with_the_surplus_and_what_that_builds_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", "site", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "brought along, for the others build on it: buffer, miners\n" in told
    assert "without_battery.yaml stands in for the topic battery\n" in told
    names = {each.name for each in tmp_path.iterdir()}
    assert {"surplus.yaml", "surplus.test.yaml", "without_battery.yaml", "site.yaml"} <= names


def test_none_goes_with_no_other_topic(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "site", str(tmp_path), "--with", "none", "--with", "frost"]) == 2
    assert "`none` goes with no other topic" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("there", ["folder", "file"])
def test_nothing_is_overwritten(
    tmp_path: Path, there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "house"
    kept = folder / "plant.yaml" if there == "folder" else folder
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("mine")
    assert run(["new", "site", str(folder)]) == 1
    assert "is not overwritten" in capsys.readouterr().err
    assert kept.read_text() == "mine"
    assert len(list(tmp_path.rglob("*.yaml"))) == (there == "folder")


def test_a_topic_that_is_not_there_is_named_with_those_that_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", "site", str(tmp_path / "a"), "--with", "sauna"]) == 2
    told = capsys.readouterr().err
    assert "`sauna`" in told
    assert "surplus" in told
    assert not (tmp_path / "a").exists()
