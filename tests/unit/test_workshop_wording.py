"""What is told about decisions and rules, by the cases in `tests/cases/reasons`."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.inference.image import Override, Reset
from engine.workshop.explain import explain
from engine.workshop.languages import LANGUAGES
from engine.workshop.outline import Line, outline_why, outline_why_not
from engine.workshop.why_not import why_not, why_not_value
from engine.workshop.wording import soften, tell_why, tell_why_not, tell_why_not_value
from tests.reasons.house import NOON_S, Step, program, run

FOLDER = Path(__file__).parents[1] / "cases" / "reasons"


def _cases() -> list[Any]:
    read = YAML(typ="safe", pure=True)
    return [
        pytest.param(case, id=f"{file.stem}: {case['says']}")
        for file in sorted(FOLDER.glob("*.yaml"))
        for case in read.load(file.read_text("utf-8"))
    ]


def _step(step: dict[str, Any]) -> Step:
    return Step(
        after_s=step.get("after_s", 10.0),
        facts={
            name: float(value) if type(value) is int else value
            for name, value in step.get("facts", {}).items()
        },
        times=step.get("times", 1),
        overrides=tuple(
            Override(
                each["id"], each["output"], each["value"], each["by"], NOON_S + each["until_s"]
            )
            for each in step.get("overrides", ())
        ),
        resets=tuple(Reset(**each) for each in step.get("resets", ())),
    )


def _texts(line: Line) -> list[str]:
    return [line.text, *(text for below in line.below for text in _texts(below))]


@pytest.mark.parametrize("case", _cases())
def test_reasons_are_told_as_the_cases_say(case: dict[str, Any]) -> None:
    words = LANGUAGES[case.get("language", "en")]
    running = program(case.get("rules", ""), unchecked=case.get("unchecked", False))
    steps = [_step(step) for step in case["steps"]]
    done = run(running, steps, start_s=NOON_S + 3600 * (case.get("hour", 12) - 12))
    for output, sentence in case.get("why", {}).items():
        assert tell_why(words, explain(running, done, output)) == sentence
    for rule, sentence in case.get("why_not", {}).items():
        assert tell_why_not(words, why_not(running, done, rule)) == sentence
    for output, wish in case.get("why_not_value", {}).items():
        seen = why_not_value(running, done, output, wish["value"])
        assert tell_why_not_value(words, seen) == wish["told"]
    for output, lines in case.get("why_tree", {}).items():
        told = _texts(outline_why(words, explain(running, done, output)))
        assert [line for line in lines if line not in told] == []
    for rule, lines in case.get("why_not_tree", {}).items():
        told = _texts(outline_why_not(words, why_not(running, done, rule)))
        assert [line for line in lines if line not in told] == []


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("The sun gives more.", "the sun gives more"),
        ("A full battery heats.", "a full battery heats"),
        ("PV gives more.", "PV gives more"),
        ("A1 is on.", "A1 is on"),
    ],
)
def test_a_reason_becomes_part_of_a_sentence_and_a_name_stays_a_name(
    reason: str, told: str
) -> None:
    assert soften(LANGUAGES["en"], reason) == told
