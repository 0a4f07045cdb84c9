"""The plant of the house at Walda, and plants that are wrong."""

from pathlib import Path

import pytest

from engine.language.load import load
from engine.language.problem import Severity

ASP1 = Path(__file__).parents[2] / "rules" / "asp1" / "plant.yaml"


def test_the_plant_of_asp1_is_read() -> None:
    loaded = load({"plant.yaml": ASP1.read_bytes()})
    assert not [p for p in loaded.problems if p.severity is Severity.ERROR]
    plant = loaded.rulebook.plant
    assert plant.site.time_zone == "Europe/Berlin"
    assert plant.site.latitude == pytest.approx(51.27)
    by_name = {point.name: point for point in plant.points}
    assert by_name["buffer.top"].max_rate_per_s == 2
    assert by_name["price.buy"].max_age_s == 7200
    assert {output.name for output in plant.outputs} >= {"miner1.power_target", "heatpump.sg_ready"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("site: here\n", "wrong-shape"),
        ("site: {time_zone: Europe Berlin}\n", "syntax"),
        ("site: {latitude: 51 W}\n", "value-outside-range"),
        ("site: {longitude: east}\n", "wrong-type"),
        ("site: {lattitude: 51}\n", "unknown-key"),
        ("facts: [a]\n", "wrong-shape"),
        ("facts:\n  a b: {type: bool}\n", "bad-name"),
        ("facts:\n  a: {type: bool, max_age: 0 s}\n", "value-outside-range"),
        ("facts:\n  a: {type: bool, max_rate: 1 K/s}\n", "syntax"),
        ("facts:\n  a: {unit: W, max_rate: -1 W/s}\n", "value-outside-range"),
        ("rules: []\n", "unknown-key"),
        ("outputs:\n  a: on\n", "wrong-shape"),
    ],
)
def test_what_is_wrong_is_reported(text: str, code: str) -> None:
    assert [problem.code for problem in load({"plant.yaml": text.encode()}).problems] == [code]


def test_what_reads_a_broken_point_is_not_reported_too() -> None:
    plant = b"facts:\n  a: {unit: X}\noutputs:\n  b: {type: bool, default: off}\n"
    rules = b"rules:\n  - {id: r, when: a > 3 W, then: {b: on}, because: c}\n"
    loaded = load({"plant.yaml": plant, "rules.yaml": rules})
    assert [problem.code for problem in loaded.problems] == ["unknown-unit", "missing-failsafe"]
