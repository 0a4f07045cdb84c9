"""A round that knows the last one decides as one that does not."""

from random import Random

import pytest

from engine.control.decision import AlarmKind, Cause, Restriction, RestrictionKind
from engine.control.program import Program
from engine.control.state import without_memory
from engine.inference.image import Override
from engine.values.fact import Value
from tests.unit.round_rig import FACTS, RULES, Run, settled, unchecked


@pytest.fixture(scope="module")
def program() -> Program:
    return unchecked(RULES)  # u and v may disagree


LATER = """
  - {id: late, while: y > 1 kW for 3 s, force: {p: off}, because: x}
  - {id: bound, while: a, limit: {q: {at_most: y}}, because: x}
"""
"""Interlocks that speak up while no output wants anything new."""


@pytest.mark.parametrize("more", ["", LATER], ids=["", "later"])
@pytest.mark.parametrize("seed", range(3))
def test_who_remembers_the_last_round_decides_as_who_does_not(seed: int, more: str) -> None:
    run = Run(unchecked(RULES.replace("permissives:", f"{more}permissives:")))
    random = Random(seed)  # noqa: S311 - the same walk each time
    causes = set()
    standing: tuple[Override, ...] = ()
    for _ in range(500):
        facts = {
            name: random.choice((*values, None) if random.random() < 0.1 else values)
            for name, values in FACTS.items()
            if random.random() < 0.15
        }
        if random.random() < 0.05:
            standing = (Override("o", random.choice("mn"), 900.0, "anna", run.now_s + 4.0),)
        before = run.state
        done = run.go(*standing, resets=("t",) if random.random() < 0.1 else (), **facts)
        alone = run.scan(without_memory(before))
        assert done.decisions == alone.decisions
        assert done.trace.alarms == alone.trace.alarms
        assert without_memory(done.retained) == without_memory(alone.retained)
        causes |= {decision.cause for decision in done.decisions}
    assert causes == set(Cause), "everything came about"


def test_a_round_in_which_nothing_stirs_is_taken_over_whole(program: Program) -> None:
    run = settled(program, x=800.0, y=500.0, a=True, b=False, c=True, d=False)
    before = run.round()
    run.go()
    assert run.round() is before
    run.go(y=600.0)
    assert run.round() is not before, "k reads y"
    assert run.round().wishes is before.wishes, "nobody else does"


def test_an_interlock_is_heard_when_its_time_has_come() -> None:
    late = "  - {id: late, while: x > 1 kW for 8 s, force: {p: off}, because: x}\n"
    run = Run(unchecked(RULES.replace("permissives:", f"{late}permissives:")))
    facts: dict[str, Value | None] = {"a": False, "b": False, "c": True, "d": False}
    done = [run.go(x=1500.0, y=500.0, **facts).decisions[2] for _ in range(8)]
    assert [each.value for each in done] == [True] * 8
    wishes = run.round().wishes
    assert run.go().decisions[2][1:4] == (False, Cause.INTERLOCK, "late")
    assert run.round().wishes is wishes


def test_a_limit_that_moves_is_heard_while_all_is_quiet() -> None:
    bound = "  - {id: bound, while: a, limit: {q: {at_most: y}}, because: x}\n"
    run = Run(unchecked(RULES.replace("permissives:", f"{bound}permissives:")))
    for _ in range(4):
        run.go(x=800.0, y=2500.0, a=True, b=False, c=True, d=False)
    assert [run.go(y=y).decisions[3].value for y in (900.0, 900.0, 1500.0)] == [0.9, 0.9, 1.0]


def test_two_rules_that_disagree_leave_the_failsafe_and_an_alarm(program: Program) -> None:
    run = Run(program)
    done = run.go(x=1500.0, y=500.0, a=False, b=True, c=True, d=False)
    decision = done.decisions[3]
    assert decision[1:7] == (2.0, Cause.CONFLICT, "u, v", 2.0, "", ("w",))
    told = (AlarmKind.CONFLICT, "q", "u, v disagree: failsafe")
    assert done.trace.alarms == (told,)
    assert [run.go().trace.alarms for _ in range(5)] == [(told,)] * 5, "as long as it lasts"
    run.go(d=True, c=False)
    assert [alarm.kind for alarm in run.go(d=False).trace.alarms] == [
        AlarmKind.LATCHED, AlarmKind.CONFLICT,
    ]  # fmt: skip


def test_a_trip_without_a_force_brings_every_output_to_failsafe(program: Program) -> None:
    run = Run(program)
    run.go(x=1500.0, y=500.0, a=False, b=False, c=True, d=False)
    done = run.go(d=True)
    assert [each.value for each in done.decisions] == [0.0, 0.0, False, 2.0]
    assert done.decisions[3][2:4] == (Cause.TRIP, "all")


def test_what_two_trips_force_apart_is_at_its_failsafe() -> None:
    warm = "  - {id: warm, when: a, latch: false, force: {q: 3 kW}, because: x}\n"
    cool = "  - {id: cool, when: b, latch: false, force: {q: 0 kW}, because: x}\n"
    run = Run(unchecked(RULES.replace("interlocks:", f"{warm}{cool}interlocks:")))
    done = run.go(x=800.0, y=500.0, a=True, b=False, c=True, d=False)
    assert done.decisions[3][1:4] == (3.0, Cause.TRIP, "warm")
    assert run.go(b=True).decisions[3][1:4] == (2.0, Cause.TRIP, "warm")


def test_what_waits_for_a_new_demand_is_told(program: Program) -> None:
    run = Run(program)
    run.go(x=800.0, y=500.0, a=True, b=False, c=True, d=True)
    run.go(d=False)
    done = run.go(resets=("t",))
    waiting = Restriction(RestrictionKind.NEW_DEMAND, "r", 0.0)
    assert done.decisions[0].restrictions[0] == waiting
    assert done.decisions[0][1:6] == (0.0, Cause.DEFAULT, "", 0.0, "")
    run.go(a=False)
    run.go()
    assert run.go(a=True).decisions[0][1:4] == (800.0, Cause.RULE, "r")


def test_two_trips_that_are_reset_at_once_both_start_nothing() -> None:
    second = "  - {id: second, when: d, latch: on_true, force: {n: 0 W}, because: x}\n"
    run = Run(unchecked(RULES.replace("interlocks:", f"{second}interlocks:")))
    run.go(x=800.0, y=500.0, a=True, b=True, c=True, d=True)
    run.go(d=False)
    done = run.go(resets=("t", "second"))
    waiting = [each.restrictions[0].kind for each in done.decisions[:2]]
    assert waiting == [RestrictionKind.NEW_DEMAND] * 2
