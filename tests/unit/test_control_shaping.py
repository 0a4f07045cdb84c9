import math
from dataclasses import replace

import pytest

from engine.control.decision import RestrictionKind
from engine.control.shaping import OutputState, at_rest, lowest_on, record, shape, step_down
from engine.language.plant import Output, Rate
from engine.language.types import BoolType, NumberType
from engine.values.units import NUMBER

FREE = Output("o", NumberType(), 0.0, 0.0, NUMBER, -1_000.0, 1_000.0)
RUNNING = OutputState(500.0, 500.0, switched_at_s=0.0, changed_at_s=0.0)


def kinds(output: Output, state: OutputState, wanted: float, now_s: float = 1.0) -> list[str]:
    return [each.kind.value for each in shape(output, state, wanted, "", now_s, 1.0).restrictions]


@pytest.mark.parametrize(
    ("value", "step", "found"),
    [
        (2_400.0000001, 100.0, 2_400.0),
        (2_399.9999999, 100.0, 2_400.0),
        (-250.0, 100.0, -200.0),
        (99.0, 100.0, 0.0),
        (-99.0, 100.0, 0.0),
        (7.3, 0.0, 7.3),
        (0.3, 0.1, 0.3),
    ],
)
def test_a_step_leads_towards_zero_and_forgives_rounding(
    value: float, step: float, found: float
) -> None:
    stepped = step_down(replace(FREE, step=step), value)
    assert stepped == pytest.approx(found)
    assert math.copysign(1.0, stepped) == math.copysign(1.0, found)


def test_the_lowest_that_is_on_lies_on_the_step() -> None:
    assert lowest_on(replace(FREE, off_below=170.0, step=50.0)) == 200.0
    assert lowest_on(replace(FREE, off_below=150.0, step=50.0)) == 150.0
    assert lowest_on(replace(FREE, off_below=170.0)) == 170.0


def test_an_off_gap_around_which_zero_is_out_of_range_is_left_upwards() -> None:
    output = replace(FREE, low=100.0, default=200.0, failsafe=200.0, off_below=150.0)
    assert shape(output, at_rest(output), 120.0, "", 0.0, 0.0).value == 150.0


def test_a_stop_too_early_keeps_the_sign() -> None:
    output = replace(FREE, off_below=100.0, min_on_s=60.0)
    charging = OutputState(-500.0, -500.0, switched_at_s=0.0)
    assert shape(output, charging, 0.0, "", 1.0, 1.0).value == -100.0


@pytest.mark.parametrize("target", [400.0, -400.0])
def test_a_ramp_smaller_than_the_off_gap_starts_on_either_side(target: float) -> None:
    output = replace(FREE, off_below=100.0, ramp_per_s=1.0)
    found = shape(output, at_rest(output), target, "", 1.0, 1.0)
    assert found.value == math.copysign(100.0, target)


def test_the_first_row_that_objects_is_the_reason() -> None:
    limits = replace(FREE, min_off_s=5.0, max_starts=Rate(1, 100.0), max_changes=Rate(1, 100.0))
    off = OutputState(0.0, 0.0, 0.0, 0.0, starts_s=(0.0,), changes_s=(0.0,))
    assert kinds(limits, off, 500.0) == ["min_off"]
    assert kinds(replace(limits, min_off_s=0.0), off, 500.0) == ["max_starts"]
    assert kinds(replace(FREE, max_changes=Rate(1, 100.0)), off, 500.0) == ["max_changes"]
    found = shape(FREE, off, 500.0, "needs", 1.0, 1.0)
    assert found.restrictions[0][:2] == (RestrictionKind.PERMISSIVE, "needs")


def test_an_accepted_start_that_the_ramp_has_not_moved_yet_is_not_a_second_change() -> None:
    output = replace(FREE, ramp_per_s=10.0, max_changes=Rate(1, 100.0))
    first = shape(output, at_rest(output), 500.0, "", 0.0, 0.0)
    state = record(output, at_rest(output), first, first.value, (), 0.0)
    assert (state.value, state.target, state.changes_s) == (0.0, 500.0, (0.0,))
    assert shape(output, state, 500.0, "", 1.0, 1.0).value == 10.0


def test_what_is_forced_is_its_own_target_and_counts() -> None:
    output = replace(FREE, max_starts=Rate(2, 100.0), max_changes=Rate(1, 100.0))
    wish = shape(output, RUNNING, 800.0, "", 5.0, 1.0)
    forced = record(output, RUNNING, wish, 0.0, ("r",), 5.0)
    assert forced == OutputState(0.0, 0.0, 5.0, 5.0, (), (5.0,), ("r",))
    assert record(output, RUNNING, wish, wish.value, (), 5.0).switched_at_s == 0.0


def test_what_changed_nothing_is_the_same_state() -> None:
    wish = shape(FREE, RUNNING, 500.0, "", 5.0, 1.0)
    assert record(FREE, RUNNING, wish, wish.value, (), 5.0) is RUNNING
    assert record(FREE, RUNNING, wish, wish.value, ("r",), 5.0).blocked == ("r",)


def test_what_is_no_number_knows_no_ramp() -> None:
    switch = Output("s", BoolType(), False, False, ramp_per_s=1.0)
    assert shape(switch, at_rest(switch), True, "", 1.0, 1.0).value is True
