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
  pump: {{{}, failsafe: off, acts_on: {}}}
"""


SWITCH = "type: bool, default: off"
STATES = "values: [off, low, high], default: off"


def effects(written: str, kind: str = SWITCH) -> tuple[list[tuple[str, float]], list[str]]:
    found, told = moved(written, kind)
    return [(each.point, each.amount) for each in found], told


def moved(written: str, kind: str) -> tuple[tuple[Effect, ...], list[str]]:
    loaded = load({"plant.yaml": PLANT.format(kind, written).encode()})
    told = [f"{p.code}: {p.message}" for p in loaded.problems if p.code != "unknown-unit"]
    found: tuple[Effect, ...] = next((o.acts_on for o in loaded.rulebook.plant.outputs), ())
    return found, told


def test_each_state_moves_a_fact_by_its_own_amount() -> None:
    (load,), told = moved("{load: {low: 1 kW, high: -3 kW}}", STATES)
    assert (load.amount, told) == (-3000.0, [])
    assert [load.in_state(each, on=True) for each in ("off", "low", "high")] == [0, 1000, -3000]
    (load,), _ = moved("{load: 2 kW}", STATES)
    assert (load.in_state("low", on=True), load.in_state("off", on=False)) == (2000, 0)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{load: {hihg: 1 W}}", "unknown-state: there is no state `hihg`"),
        ("{load: {high: 0 W}}", "value-outside-range"),
        ("{load: {high: 1 kWh}}", "wrong-dimension"),
        ("{load: {high: {low: 1 W}}}", "wrong-shape"),
    ],
)
def test_what_is_wrong_with_a_state_is_said(written: str, told: str) -> None:
    found, problems = moved(written, STATES)
    assert found == ()
    assert [each.startswith(told) for each in problems] == [True], problems


def test_what_has_no_states_moves_by_one_amount() -> None:
    message = "wrong-type: what `load` is moved by is one amount: the output has no states"
    assert effects("{load: {on: 1 W}}") == ([], [message])


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
