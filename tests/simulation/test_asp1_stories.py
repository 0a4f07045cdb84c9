"""asp1 as its scenarios tell it: they pass, they see nearly everything, and they can fail."""

import re
import shutil
from pathlib import Path

import pytest

from adapters.cli.main import run
from adapters.scenarios import Place, play_bench, prepare
from engine.workshop.english import ENGLISH

ASP1 = Path(__file__).parents[2] / "rules/asp1"

EDITS = [
    ("energy", "battery.soc > 90 %", "battery.soc > 85 %"),
    ("energy", "< price.worth_mining - 0.5 ct/kWh", "< price.worth_mining"),
    ("miners", "[sunny, battery_served, sun.for_miner2 > 2.0 kW], for: 15 min",
     "[sunny, battery_served, sun.for_miner2 > 2.0 kW], for: 5 min"),
    ("hydraulics", "hold: 10 min, rest: 10 min", "hold: 10 min"),
    ("hotwater", "between 11:00 and 17:00", "between 11:00 and 16:00"),
    ("heatpump", "not lock_spent, ", ""),
    ("seasons", "for: 6 h, hold: 12 h", "for: 6 h"),
    ("watch", "abs(rv1.position_target - rv1.position) > 10 %", "abs(rv1.position) > 10 %"),
    ("interlocks", "latch: on_true\n    force: {miner1.power_target: 0 W}",
     "latch: false\n    force: {miner1.power_target: 0 W}"),
    ("interlocks", "never: [p5.run_target is on, hotwater.top > 68 °C]",
     "never: [p5.run_target is on, hotwater.top > 70 °C]"),
    ("interlocks", "p3.running for 150 s", "p3.running for 120 s"),
    ("interlocks", "rv1.position_target < 95 %", "rv1.position_target < 80 %"),
]  # fmt: skip
"""One edit a line: in which file, what, and what a tired operator might write instead."""


def test_asp1_passes_its_scenarios_and_they_see_95_percent_of_it() -> None:
    assert run(["test", str(ASP1), "--threshold", "95"]) == 0


def test_every_topic_of_asp1_has_its_scenarios() -> None:
    topics = {
        path.stem
        for path in ASP1.glob("*.yaml")
        if re.search("^ruleset:", path.read_text("utf-8"), re.MULTILINE)
    }
    assert topics == {path.name.removesuffix(".test.yaml") for path in ASP1.glob("*.test.yaml")} - {
        "common"
    }


@pytest.mark.parametrize(("topic", "old", "new"), EDITS)
def test_an_edit_that_changes_a_rule_fails_a_scenario_of_its_topic(
    tmp_path: Path, topic: str, old: str, new: str
) -> None:
    rules = tmp_path / "asp1"
    shutil.copytree(ASP1, rules, ignore=shutil.ignore_patterns("recordings"))
    file = rules / f"{topic}.yaml"
    text = file.read_text("utf-8")
    assert old in text, "the rules say it otherwise by now"
    file.write_text(text.replace(old, new, 1), "utf-8")
    bench = prepare(Place(rules, (rules / f"{topic}.test.yaml",)))
    assert bench.program is not None
    assert any(case.findings for case in play_bench(bench, ENGLISH))
