"""`thermiq test`: which folders and files it plays, and that it plays them again on a change."""

import asyncio
from pathlib import Path

import pytest

from adapters.cli.main import run
from adapters.cli.test import POLL_S, whenever_changed
from adapters.scenarios import Place, example, files_of, places_of, prepare, watched
from tests.adapters.manual_clock import ManualClock
from tests.making.scenarios import CALM, PLANT, RULES

GOOD = "scenarios:\n  - name: calm\n    expect: [{at: 0 s, miner.power_target: 0 W}]\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Return a folder of rules with one test."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "plant.yaml").write_text(PLANT, "utf-8")
    (folder / "rules.yaml").write_text(RULES, "utf-8")
    (folder / "calm.test.yaml").write_text(CALM + GOOD, "utf-8")
    return folder


def test_a_folder_is_all_its_tests_and_a_file_is_itself_and_the_common_one(rules: Path) -> None:
    common, own = rules / "common.test.yaml", rules / "calm.test.yaml"
    common.write_text("every: 5 s\n", "utf-8")
    assert files_of(Place(rules)) == (own, common)
    assert places_of([own], None) == (Place(rules, (own,)),)
    assert files_of(Place(rules, (own,))) == (common, own)
    assert prepare(Place(rules, (own,))).scenarios[0].every_ms == 5000
    assert places_of([own, rules, own], None) == (Place(rules),)


def test_a_test_that_lies_elsewhere_runs_on_the_rules_that_are_named(
    rules: Path, tmp_path: Path
) -> None:
    found = tmp_path / "found.test.yaml"
    found.write_text(CALM + GOOD.replace("0 W}]", "3 kW}]"), "utf-8")
    assert places_of([found], rules) == (Place(rules, (found,)),)
    assert run(["test", str(found), "--rules", str(rules)]) == 1
    assert run(["test", str(rules)]) == 0


def test_the_example_for_rules_without_a_test_passes(rules: Path) -> None:
    (rules / "calm.test.yaml").unlink()
    text = example(prepare(Place(rules)))
    assert run(["test", str(rules)]) == 1
    (rules / "first.test.yaml").write_text(text, "utf-8")
    assert run(["test", str(rules)]) == 0


def test_watching_sees_rules_and_tests_change(rules: Path) -> None:
    before = watched([Place(rules)])
    assert [Path(name).name for name, _, _ in before] == [
        "calm.test.yaml", "plant.yaml", "rules.yaml",
    ]  # fmt: skip
    (rules / "rules.yaml").write_text(RULES + "\n", "utf-8")
    assert watched([Place(rules)]) != before


def test_what_is_watched_is_played_at_once_and_after_each_change_only() -> None:
    clock, state, played = ManualClock(), [1], list[int]()

    async def story() -> None:
        task = asyncio.create_task(
            whenever_changed(clock, lambda: state[0], lambda: played.append(state[0]))
        )
        for value in (1, 2, 2, 3):
            state[0] = value
            for _ in range(3):
                await asyncio.sleep(0)
            clock.advance(POLL_S)
        for _ in range(3):
            await asyncio.sleep(0)
        task.cancel()

    asyncio.run(story())
    assert played == [1, 2, 3]
