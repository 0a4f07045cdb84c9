"""The example to avoid, on a check's page, is one that the check finds."""

import re
from pathlib import Path

import pytest

from engine.language.checked import check_files

PAGES = Path(__file__).parents[2] / "docs" / "checks"
PLANT = """
facts:
  buffer.top: {unit: °C, range: [-20, 120], max_age: 60 s}
  outside.temperature: {unit: °C, range: [-40, 50], max_age: 60 s}
  pv.power: {unit: W, range: [0, 20 kW], max_age: 60 s}
  house.load: {unit: W, range: [0, 20 kW], max_age: 60 s}
  battery.soc: {unit: "%", range: [0, 100], max_age: 60 s}
  miner1.power: {unit: W, range: [0, 5 kW], max_age: 60 s}
  safety.channel_a: {type: bool, max_age: 2 s}
"""
OUTPUTS = """outputs:
  miner1.power_target: {unit: W, range: [0, 3.3 kW], default: 0 W, failsafe: 0 W}
  p3.run_target: {type: bool, default: off, failsafe: on}
  p4.run_target: {type: bool, default: off, failsafe: off}
  rv1.position_target: {unit: "%", range: [0, 100], default: 100 %, failsafe: 100 %}
  rv2.position_target: {unit: "%", range: [0, 100], default: 0 %, failsafe: 0 %}
"""


def found_in(example: str) -> set[str]:
    """Return the codes that an example provokes, with a plant around it."""
    if example.startswith("- "):
        example = "rules:\n" + example
    sections = re.split(r"^(?=[a-z])", example, flags=re.MULTILINE)
    outputs = "".join(each for each in sections if each.startswith("outputs:")) or OUTPUTS
    others = "".join(each for each in sections if not each.startswith("outputs:"))
    rules = f"ruleset: example\nlet:\n  surplus: pv.power - house.load\n{others}"
    files = {"plant.yaml": (PLANT + outputs).encode(), "example.yaml": rules.encode()}
    return {problem.code for problem in check_files(files).problems}


@pytest.mark.parametrize(
    "code",
    [
        *("conflicting-salience", "contradicting-interlocks", "contradicting-times"),
        *("duplicate-rule", "fact-never-read", "feedback-loop"),
        *("hysteresis-without-gap", "negation-cycle"),
        *("output-never-set", "rule-never-fires", "rule-shadowed", "trip-not-failsafe"),
    ],
)
def test_the_first_example_of_the_page_is_found(code: str) -> None:
    page = (PAGES / f"{code}.md").read_text("utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    assert code in found_in(example)


def test_the_preferred_example_of_a_cycle_a_gap_and_a_loop_is_fine() -> None:
    for code in ("negation-cycle", "hysteresis-without-gap", "feedback-loop"):
        page = (PAGES / f"{code}.md").read_text("utf-8")
        preferred = page.split("```yaml\n")[2].partition("```")[0]
        assert code not in found_in(preferred)
