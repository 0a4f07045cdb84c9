import math
from dataclasses import replace

import pytest

from engine.control.decision import Restriction
from engine.control.decision import RestrictionKind as Kind
from engine.control.shaping import (
    OutputState,
    as_if_switched,
    at_rest,
    lowest_on,
    record,
    shape,
    step_down,
)
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
    assert found.restrictions[0][:2] == (Kind.PERMISSIVE, "needs")


def test_an_accepted_start_that_the_ramp_has_not_moved_yet_is_not_a_second_change() -> None:
    output = replace(FREE, ramp_per_s=10.0, max_changes=Rate(1, 100.0))
    first = shape(output, at_rest(output), 500.0, "", 0.0, 0.0)
    state = record(output, at_rest(output), first, first.value, (), 0.0)
    assert (state.value, state.target, state.changes_s) == (0.0, 500.0, (0.0,))
    further = shape(output, state, 500.0, "", 1.0, 1.0)
    assert further.value == 10.0
    moved = record(output, state, further, 10.0, (), 1.0)
    assert moved == OutputState(10.0, 500.0, 1.0, 0.0, (), (0.0,)), "the target has not changed"


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


LIMITS = replace(
    FREE, min_on_s=60.0, min_off_s=5.0, settle_s=30.0, off_below=100.0,
    max_starts=Rate(1, 100.0), max_changes=Rate(2, 200.0),
)  # fmt: skip
OFF = OutputState(0.0, 0.0, 10.0, 10.0, (0.0,), (0.0, 10.0))
ON = OutputState(500.0, 600.0, 10.0, 10.0, (10.0,), (0.0, 10.0))
RAMP = replace(FREE, ramp_per_s=50.0, off_below=100.0)


@pytest.mark.parametrize(
    ("output", "state", "wanted", "forbidden", "now_s", "value", "restrictions"),
    [
        (FREE, RUNNING, 800.0, "", 1.0, 800.0, ()),
        (FREE, RUNNING, 2000.0, "", 1.0, 1000.0, (Restriction(Kind.RANGE, "", 1000.0),)),
        (FREE, RUNNING, -2000.0, "", 1.0, -1000.0, (Restriction(Kind.RANGE, "", -1000.0),)),
        (LIMITS, OFF, 500.0, "q", 14.9, 0.0, (Restriction(Kind.MIN_OFF, "", 0.0, 15.0),)),
        (LIMITS, OFF, 500.0, "q", 99.9, 0.0, (Restriction(Kind.MAX_STARTS, "", 0.0, 100.0),)),
        (LIMITS, OFF, 500.0, "q", 100.0, 0.0, (Restriction(Kind.PERMISSIVE, "q", 0.0),)),
        (LIMITS, OFF, 500.0, "", 100.0, 0.0, (Restriction(Kind.MAX_CHANGES, "", 0.0, 200.0),)),
        (LIMITS, OFF, 500.0, "", 200.0, 500.0, ()),
        (LIMITS, ON, 0.0, "q", 69.9, 600.0, (
            Restriction(Kind.MIN_ON, "", 100.0, 70.0),
            Restriction(Kind.MAX_CHANGES, "", 600.0, 200.0),
        )),
        (LIMITS, ON, 0.0, "q", 70.0, 0.0, ()),
        (LIMITS, ON, 800.0, "q", 39.9, 600.0, (Restriction(Kind.SETTLE, "", 600.0, 40.0),)),
        (LIMITS, ON, 800.0, "q", 40.0, 600.0, (Restriction(Kind.MAX_CHANGES, "", 600.0, 200.0),)),
        # A permissive and what limits starts ask nothing of what runs.
        (LIMITS, ON, 800.0, "q", 200.0, 800.0, ()),
        (RAMP, RUNNING, 800.0, "", 1.0, 550.0, (Restriction(Kind.RAMP, "", 550.0),)),
        (replace(FREE, step=100.0), RUNNING, 850.0, "", 1.0, 800.0, (
            Restriction(Kind.STEP, "", 800.0),
        )),
        (LIMITS, OFF, 99.0, "", 200.0, 0.0, (Restriction(Kind.OFF_BELOW, "", 0.0),)),
        (LIMITS, OFF, 100.0, "", 200.0, 100.0, ()),
        # A start that was accepted and has not moved yet needs its permissive all the same.
        (FREE, OutputState(0.0, 500.0), 500.0, "q", 1.0, 0.0, (
            Restriction(Kind.PERMISSIVE, "q", 0.0),
        )),
        # The border of the off gap is on, also on the way down.
        (RAMP, OutputState(150.0, 0.0), 0.0, "", 1.0, 100.0, (Restriction(Kind.RAMP, "", 100.0),)),
        (RAMP, OutputState(140.0, 0.0), 0.0, "", 1.0, 0.0, ()),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_is_told_whole(
    output: Output,
    state: OutputState,
    wanted: float,
    forbidden: str,
    now_s: float,
    value: float,
    restrictions: tuple[Restriction, ...],
) -> None:
    found = shape(output, state, wanted, forbidden, now_s, 1.0)
    assert (found.value, found.restrictions) == (value, restrictions)


def test_an_off_gap_below_one_is_left_upwards_too() -> None:
    output = replace(FREE, low=0.5, default=2.0, failsafe=2.0, off_below=0.8)
    assert at_rest(output) == OutputState(2.0, 2.0)
    assert shape(output, at_rest(output), 0.6, "", 0.0, 0.0).value == 0.8
    below = replace(FREE, high=-0.5, default=-2.0, failsafe=-2.0, off_below=0.8)
    assert shape(below, at_rest(below), -0.6, "", 0.0, 0.0).value == -0.8


def test_a_stop_too_early_of_what_has_no_off_gap_keeps_its_target() -> None:
    output = replace(FREE, min_on_s=60.0)
    found = shape(output, OutputState(500.0, 600.0, 10.0), 0.0, "", 20.0, 1.0)
    assert found.restrictions == (Restriction(Kind.MIN_ON, "", 600.0, 70.0),)
    assert found.value == 600.0


def test_what_may_have_switched_keeps_its_times_and_has_used_up_one_start() -> None:
    hourly = Rate(2, 3600.0)
    output = replace(FREE, min_off_s=60.0, max_starts=hourly, max_changes=hourly)
    before = RUNNING._replace(starts_s=(50.0,), blocked=("mine",))
    state = as_if_switched(output, before, 100.0)
    off = output.failsafe
    assert state == OutputState(off, off, 100.0, 100.0, (50.0, 100.0), (100.0,), ("mine",))
    assert kinds(output, state, 500.0, 159.0) == ["min_off"]
    assert kinds(output, state, 500.0, 161.0) == ["max_starts"]
