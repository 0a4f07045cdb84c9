"""The table of power control, and what holds whatever the miner and the controller do."""

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codec.miner_power import (
    TABLE,
    Act,
    Aim,
    Demand,
    Memory,
    Outcome,
    Phase,
    Seen,
    Standing,
    Step,
    Strays,
    carry,
    decide,
    reconnected,
    remember,
)
from adapters.codec.miner_target import Limits, PowerRules, allowed_w, free_at_s, target_w

LIMITS = Limits(954, 6435)
RULES = PowerRules(cap_w=3300)
AIMS = {
    Demand.NONE: {Aim.ANY},
    Demand.OFF: {Aim.TOLD, Aim.UNTOLD},
    Demand.ON: {Aim.UNREAD, Aim.FITS, Aim.DIFFERS, Aim.BELOW, Aim.ABOVE},
}


def seen(
    standing: Standing = Standing.MINING, stored_w: float | None = 2000, **rest: object
) -> Seen:
    return replace(Seen(standing, LIMITS, stored_w), **rest)  # type: ignore[arg-type]


def test_the_table_has_a_row_for_every_case_and_no_other() -> None:
    cases = {
        (demand, standing, aim)
        for demand, standing in itertools.product(Demand, Standing)
        for aim in AIMS[demand]
    }
    assert set(TABLE) == cases


def test_without_a_demand_nothing_is_ever_done() -> None:
    assert {act for key, (act, _) in TABLE.items() if key[0] is Demand.NONE} == {Act.LEAVE}


def test_off_ends_only_in_a_pause_that_was_told_and_is_seen() -> None:
    left = [key for key, (act, _) in TABLE.items() if key[0] is Demand.OFF and act is Act.LEAVE]
    assert left == [(Demand.OFF, Standing.PAUSED, Aim.TOLD)]


def test_only_a_paused_miner_is_resumed_and_never_at_a_target_that_is_too_high() -> None:
    resumed = {key for key, (act, _) in TABLE.items() if act is Act.RESUME}
    assert {standing for _, standing, _ in resumed} == {Standing.PAUSED}
    assert {aim for *_, aim in resumed} == {Aim.FITS, Aim.BELOW}


def test_a_suspended_a_starting_and_an_unknown_miner_is_told_nothing_but_a_pause() -> None:
    quiet = {Standing.SUSPENDED, Standing.DOWN, Standing.UNKNOWN}
    acts = {act for (_, standing, _), (act, _) in TABLE.items() if standing in quiet}
    assert acts == {Act.LEAVE, Act.PAUSE}


@pytest.mark.parametrize(
    ("wanted_w", "expected"),
    [(0, 0), (-5, 0), (953.9, 0), (954, 954), (2000, 2000), (9000, 3300)],
)
def test_what_is_allowed_lies_between_minimum_and_cap_or_is_off(
    wanted_w: float, expected: float
) -> None:
    assert allowed_w(wanted_w, LIMITS, RULES) == expected


def test_a_cap_below_the_minimum_is_always_off() -> None:
    assert allowed_w(3000, LIMITS, PowerRules(cap_w=900)) == 0


@pytest.mark.parametrize(("allowed", "expected"), [(954, 954), (1080, 1000), (3300, 3300)])
def test_targets_are_whole_steps_and_never_below_the_minimum(allowed: float, expected: int) -> None:
    assert target_w(allowed, LIMITS, RULES) == expected


def test_the_last_changes_of_an_hour_are_kept_for_lowering() -> None:
    changes = tuple(float(100 * number) for number in range(10))
    assert free_at_s(changes, RULES, lowers=True) == 960
    assert free_at_s(changes, RULES, lowers=False) == 3600
    assert free_at_s((), RULES, lowers=False) == -math.inf


def pauses(outcome: Outcome, standing: Standing = Standing.MINING) -> list[int]:
    """Return in which of twelve seconds a pause is told, to a miner that never shows it."""
    memory, told = Memory(), []
    for second in range(12):
        memory = carry(memory, 0, seen(standing), RULES)
        step = decide(0, seen(standing), memory, RULES, second)
        if step.act is Act.PAUSE:
            told.append(second)
            memory = remember(memory, step, outcome, second)
    return told


def test_a_pause_that_was_taken_is_repeated_only_after_a_while_and_then_for_ever() -> None:
    assert pauses(Outcome.DONE) == [0, 5, 10]


@pytest.mark.parametrize("outcome", [Outcome.LOST, Outcome.NOT_NOW, Outcome.REFUSED])
def test_a_pause_that_nobody_took_is_told_again_every_second(outcome: Outcome) -> None:
    assert pauses(outcome) == list(range(12))
    assert pauses(outcome, Standing.PAUSED) == list(range(12))


def test_a_miner_that_was_off_and_is_resumed_by_hand_is_paused_at_once() -> None:
    memory = remember(Memory(), Step(Act.PAUSE, Phase.PAUSING), Outcome.DONE, 0)
    memory = carry(memory, 0, seen(Standing.PAUSED), RULES)
    assert decide(0, seen(Standing.PAUSED), memory, RULES, 1) == Step(Act.LEAVE, Phase.OFF)
    memory = carry(memory, 0, seen(Standing.MINING), RULES)
    assert decide(0, seen(Standing.MINING), memory, RULES, 2) == Step(Act.PAUSE, Phase.PAUSING)


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("between", [1000.0, 1800.0, 3000.0])
def test_a_new_stop_is_told_at_once_whatever_was_told_before(
    standing: Standing, between: float
) -> None:
    stored = seen(standing, stored_w=2000)
    memory = remember(Memory(), Step(Act.PAUSE, Phase.PAUSING), Outcome.DONE, 0)
    memory = carry(memory, between, stored, RULES)
    memory = carry(memory, 0, stored, RULES)
    assert decide(0, stored, memory, RULES, 0.5) == Step(Act.PAUSE, Phase.PAUSING)


def test_a_new_connection_forgets_the_pause_and_keeps_the_count_of_writes() -> None:
    before = Memory(told_off=True, changes_at_s=(1.0, 2.0), asks=3, refused_w=2000)
    assert reconnected(before) == Memory(changes_at_s=(1.0, 2.0))


def test_a_change_within_a_step_is_no_change() -> None:
    assert decide(2099, seen(), Memory(), RULES, 0).phase is Phase.RUNNING
    assert decide(2100, seen(), Memory(), RULES, 0) == Step(Act.SET_TARGET, Phase.APPLYING, 2100)


def test_a_stored_target_above_the_cap_is_lowered_however_near_it_is() -> None:
    step = decide(3300, seen(stored_w=3350), Memory(), RULES, 0)
    assert (step.act, step.target_w) == (Act.SET_TARGET, 3300)


def test_a_miner_is_not_resumed_at_a_target_that_is_too_high() -> None:
    memory = Memory(changes_at_s=(0.0,))
    step = decide(1500, seen(Standing.PAUSED, 3000), memory, RULES, 10)
    assert step == Step(Act.LEAVE, Phase.HELD, again_at_s=60)


def test_a_miner_that_is_held_back_below_is_resumed_meanwhile() -> None:
    memory = Memory(changes_at_s=(0.0,))
    assert decide(3000, seen(Standing.PAUSED, 1500), memory, RULES, 10).act is Act.RESUME


def test_a_miner_that_takes_no_target_while_paused_is_resumed_only_below_the_cap() -> None:
    memory = Memory(only_while_mining=True)
    assert decide(1500, seen(Standing.PAUSED, 3000), memory, RULES, 0).act is Act.RESUME
    assert decide(1500, seen(Standing.PAUSED, 4000), memory, RULES, 0).phase is Phase.HELD


def test_a_miner_given_up_is_paused_until_it_is_switched_off() -> None:
    high = seen(strays=Strays.HIGH)
    memory = carry(Memory(asked_w=2000, asks=4), 2000, high, RULES)
    assert memory.given_up
    assert decide(2000, high, memory, RULES, 0) == Step(Act.PAUSE, Phase.GIVEN_UP)
    assert carry(memory, 2000, seen(strays=Strays.NOT), RULES).given_up
    assert not carry(memory, 0, high, RULES).given_up


def test_a_target_that_is_not_followed_is_sent_again_with_its_own_value() -> None:
    step = decide(2050, seen(strays=Strays.LOW), Memory(asked_w=2000, asks=1), RULES, 100)
    assert (step.act, step.target_w) == (Act.SET_TARGET, 2000)
    spent = Memory(asked_w=2000, asks=4)
    assert decide(2050, seen(strays=Strays.LOW), spent, RULES, 100).act is Act.LEAVE


def test_being_followed_forgives_what_was_asked_for_that_target_only() -> None:
    fine = seen(strays=Strays.NOT)
    assert carry(Memory(asked_w=2000, asks=3), 2000, fine, RULES).asks == 0
    assert carry(Memory(asked_w=2500, asks=3), 2000, fine, RULES).asks == 3


events = st.lists(
    st.tuples(
        st.floats(0, 400),
        st.one_of(st.none(), st.floats(0, 8000)),
        st.sampled_from(Standing),
        st.one_of(st.none(), st.floats(0, 7000)),
        st.sampled_from([None, *Strays]),
        st.sampled_from(Outcome),
        st.booleans(),
    ),
    max_size=60,
)


@given(events=events)
def test_whatever_happens_targets_stay_in_range_and_in_budget_and_off_is_told(
    events: list[tuple[float, float | None, Standing, float | None, Strays | None, Outcome, bool]],
) -> None:
    memory, now_s, written = Memory(), 0.0, []
    for pause_s, wanted_w, standing, stored_w, strays, outcome, new in events:
        now_s += pause_s
        if new:
            memory = reconnected(memory)
        view = seen(standing, stored_w, strays=strays)
        memory = carry(memory, wanted_w, view, RULES)
        step = decide(wanted_w, view, memory, RULES, now_s)
        assert wanted_w is not None or step.act is Act.LEAVE
        if step.act is Act.SET_TARGET:
            assert LIMITS.min_w <= step.target_w <= RULES.cap_w
            assert wanted_w is not None
            assert wanted_w >= LIMITS.min_w
            if outcome in {Outcome.DONE, Outcome.LOST}:
                written.append(now_s)
        if wanted_w is not None and wanted_w < LIMITS.min_w:
            told = memory.last_act is Act.PAUSE and now_s < memory.last_act_at_s + RULES.retry_s
            settled = memory.told_off and standing is Standing.PAUSED
            assert step.act is Act.PAUSE or told or settled
        memory = remember(memory, step, outcome, now_s)
    for start_s in written:
        assert sum(start_s <= each < start_s + 3600 for each in written) <= 12
