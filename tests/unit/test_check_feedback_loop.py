"""Loops through the plant, by the cases in `tests/cases/loops`."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.language.checked import check_files
from engine.language.problem import Problem, Severity
from tests.house.source import ROOT

CASES = Path(__file__).parents[1] / "cases" / "loops"
PLANT = (CASES / "plant" / "plant.yaml").read_bytes()


def cases() -> list[Any]:
    read = YAML(typ="safe", pure=True)
    return [
        pytest.param(case, id=case["case"])
        for file in sorted(CASES.glob("*.yaml"))
        for case in read.load(file.read_text("utf-8"))
    ]


def loops(rules: str, plant: bytes = PLANT) -> list[Problem]:
    checked = check_files({"plant.yaml": plant, "rules.yaml": rules.encode()})
    assert checked.ok, checked.problems
    return [problem for problem in checked.problems if problem.code == "feedback-loop"]


@pytest.mark.parametrize("case", cases())
def test_loops_are_found_as_the_cases_say(case: dict[str, Any]) -> None:
    found = [(f"{p.position.line}:{p.position.column}", p) for p in loops(case["rules"])]
    assert [place for place, _ in found] == [each["at"] for each in case["loops"]]
    for (_, problem), each in zip(found, case["loops"], strict=True):
        assert problem.message == each["says"]
        assert problem.help == each["help"]
        assert problem.severity is Severity.WARNING
        assert [str(related.position.file) for related in problem.related] == ["plant.yaml"]


def test_without_acts_on_nothing_is_said() -> None:
    bare = PLANT.replace(b"acts_on: {heater.power: 3 kW, house.load: 3 kW, grid.power: 3 kW}", b"")
    rules = "rules:\n  - {id: a, when: grid.power < 1 W, then: {heater.power_target: 3 kW}}\n"
    assert loops(rules)
    assert loops(rules, bare) == []


def test_asp1_says_what_its_outputs_draw_and_has_no_loop() -> None:
    folder = ROOT / "rules" / "asp1"
    files = {path.name: path.read_bytes() for path in folder.glob("*.yaml")}
    plant = files["plant.yaml"]
    assert plant.count(b"acts_on") > 2
    assert "feedback-loop" not in [problem.code for problem in check_files(files).problems]
    # Without the miner's own draw counted back in there is one.
    files["energy.yaml"] = files["energy.yaml"].replace(
        b" + miner1.power + miner2.power, 5", b", 5"
    )
    messages = [p.message for p in check_files(files).problems if p.code == "feedback-loop"]
    assert any("miner1.power_target → house.load → surplus" in each for each in messages)
