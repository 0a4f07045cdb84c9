"""What stands under `acts_on` of an output."""

import pytest

from engine.language.load import load
from engine.language.plant import Effect

PLANT = """facts:
  load: {{unit: W, range: [0, 9 kW]}}
  top: {{unit: °C, range: [0, 99]}}
  soc: {{unit: "%", range: [0, 100]}}
  open: {{type: bool}}
  torn: {{unit: parsec}}
outputs:
  pump: {{type: bool, default: off, failsafe: off, acts_on: {}}}
"""


def effects(written: str) -> tuple[list[tuple[str, float]], list[str]]:
    loaded = load({"plant.yaml": PLANT.format(written).encode()})
    told = [f"{p.code}: {p.message}" for p in loaded.problems if p.code != "unknown-unit"]
    found: tuple[Effect, ...] = next((o.acts_on for o in loaded.rulebook.plant.outputs), ())
    return [(each.point, each.amount) for each in found], told


def test_amounts_are_kept_in_base_units() -> None:
    written = "{load: 1.5 kW, top: -2 K, soc: 5 %}"
    assert effects(written) == ([("load", 1500.0), ("top", -2.0), ("soc", 0.05)], [])


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{laod: 1 W}", "unknown-fact: nothing here is called `laod`"),
        ("{load: 1 kWh}", "wrong-dimension"),
        ("{top: 3 °C}", "wrong-dimension"),
        ("{load: 0 W}", "value-outside-range: `acts_on` says that `load` is not moved at all"),
        ("{open: 1 W}", "wrong-type: `open` is no number, so nothing moves it by an amount"),
        ("{load: up}", "wrong-type: `up` is not a number"),
        ("{load: [1 W]}", "wrong-shape"),
        ("load", "wrong-shape"),
    ],
)
def test_what_is_wrong_is_said_and_the_output_left_out(written: str, told: str) -> None:
    found, problems = effects(written)
    assert found == []
    assert [each.startswith(told) for each in problems] == [True], problems


def test_a_fact_that_has_a_problem_of_its_own_is_not_reported_again() -> None:
    assert effects("{torn: 1 W, load: 1 W}") == ([("load", 1.0)], [])
