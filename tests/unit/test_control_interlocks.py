import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.control.decision import Cause
from engine.control.interlocks import Interlocks, limited
from engine.control.program import compile_program
from engine.control.scan import Scan, initial, scan
from engine.language.load import load
from engine.language.plant import Output
from engine.language.rulebook import Bound, Rulebook
from engine.language.types import NumberType
from engine.values.fact import Value
from engine.values.moment import Moment
from engine.values.units import NUMBER, Unit
from tests.unit.engine_rig import PLANT, image, rulebook

OUTPUT = Output("o", NumberType(), 0.0, 7.0, NUMBER, -1_000.0, 1_000.0)


@pytest.mark.parametrize(
    ("bound", "border", "value", "found"),
    [
        (Bound.AT_MOST, 300.0, 500.0, 300.0),
        (Bound.AT_MOST, 320.0, 500.0, 300.0),
        (Bound.AT_MOST, 320.0, 310.0, 310.0),
        (Bound.AT_MOST, 99.0, 500.0, 0.0),
        (Bound.AT_MOST, -20.0, 500.0, -100.0),
        (Bound.AT_MOST, -2_000.0, 500.0, -1_000.0),
        (Bound.AT_MOST, None, 500.0, 7.0),
        (Bound.AT_LEAST, 20.0, 0.0, 100.0),
        (Bound.AT_LEAST, 320.0, 0.0, 320.0),
        (Bound.AT_LEAST, 2_000.0, 0.0, 1_000.0),
        (Bound.AT_LEAST, -20.0, -500.0, 0.0),
        (Bound.AT_LEAST, -320.0, -500.0, -300.0),
        (Bound.AT_LEAST, None, 500.0, 7.0),
    ],
)
def test_a_limit_keeps_range_step_and_off_gap(
    bound: Bound, border: float | None, value: float, found: float
) -> None:
    output = replace(OUTPUT, off_below=100.0, step=50.0)
    assert limited(output, bound, border, value) == found


def one_scan(book: Rulebook, facts: dict[str, Value]) -> Scan:
    program = compile_program(book)
    return scan(program, initial(program), image(book, facts), Moment(0.0, 0.0))


def unchecked(locks: str) -> Rulebook:
    """Return a rulebook whose interlocks `check` would refuse: the engine has to bear them."""
    rules = """
rules:
  - {id: r, when: a, then: {m: 2 kW, n: 2 kW, p: on}, because: x}
interlocks:
"""
    text = rules + "\n".join(f"  - {lock}" for lock in locks.splitlines())
    loaded = load({"plant.yaml": PLANT.encode(), "rules.yaml": text.encode()})
    assert loaded.ok, loaded.problems
    return loaded.rulebook


def test_two_that_force_apart_leave_the_failsafe_and_an_alarm() -> None:
    book = unchecked(
        "{id: k, while: a, force: {m: 1 kW}, because: x}\n"
        "{id: l, while: a, force: {m: 2 kW}, because: x}"
    )
    result = one_scan(book, {"a": True})
    assert result.decisions[0][1:4] == (0.0, Cause.INTERLOCK, "l")
    (alarm,) = result.trace.alarms
    assert alarm[1:] == ("k, l", "force m apart: failsafe")


def test_who_forced_first_is_named_although_nothing_moved() -> None:
    book = unchecked(
        "{id: k, while: a, force: {m: 2 kW}, because: x}\n"
        "{id: l, while: a, force: {m: 1 kW}, because: x}"
    )
    result = one_scan(book, {"a": True})
    assert result.decisions[0][1:4] == (0.0, Cause.INTERLOCK, "l")
    (alarm,) = result.trace.alarms
    assert alarm[1:] == ("k, l", "force m apart: failsafe")


def test_limits_that_never_rest_leave_the_failsafe_and_an_alarm() -> None:
    book = unchecked(
        "{id: k, while: a, limit: {m: {at_most: 1 kW}}, because: x}\n"
        "{id: l, while: a, limit: {m: {at_least: 2 kW}}, because: x}"
    )
    result = one_scan(book, {"a": True})
    assert result.decisions[0][1:4] == (0.0, Cause.INTERLOCK, "l")
    (alarm,) = result.trace.alarms
    assert alarm[1:] == ("l", "do not settle: failsafe")


def test_all_that_never_rest_are_named_and_all_that_they_move_fails_safe() -> None:
    """Also what is only forced, by an interlock that was at rest."""
    book = unchecked(
        "{id: k, while: m > 0.5 kW, limit: {n: {at_most: 1 kW}, m: {at_most: 0 W}}, because: x}\n"
        "{id: l, while: m < 0.5 kW, limit: {m: {at_least: 2 kW}}, because: x}\n"
        "{id: o, while: a, force: {p: on}, because: x}\n"
        "{id: q, while: not a, force: {p: off}, because: x}"
    )
    result = one_scan(book, {"a": True})
    (alarm,) = result.trace.alarms
    assert alarm[1:] == ("k, l", "do not settle: failsafe")
    assert [decision.value for decision in result.decisions] == [0.0, 0.0, False]
    assert {decision.by for decision in result.decisions} == {"k"}


@pytest.mark.parametrize(
    "locks",
    [
        "{id: k, while: a, force: {m: 0 W, p: on}, because: x}",
        "{id: k, while: a, limit: {m: {at_most: 0 W}, n: {at_most: 3 kW}}, because: x}",
    ],
)
def test_what_moved_first_counts_although_what_comes_after_stands(locks: str) -> None:
    book = unchecked(f"{{id: j, while: m < 1 kW, force: {{n: 0 kW}}, because: x}}\n{locks}")
    result = one_scan(book, {"a": True})
    assert [decision.value for decision in result.decisions] == [0.0, 0.0, True]
    assert result.decisions[1].by == "j"


def test_what_cannot_be_evaluated_holds_and_says_so() -> None:
    book = unchecked("{id: k, while: b, force: {m: 0 W}, because: x}")
    result = one_scan(book, {"a": True})
    assert result.decisions[0][1:4] == (0.0, Cause.INTERLOCK, "k")
    assert [each[1:] for each in result.trace.alarms] == [("k", "cannot be evaluated, so it holds")]


def test_what_failed_safe_is_moved_by_nobody_any_more() -> None:
    book = unchecked(
        "{id: u, never: [m > 100 W, p, b], else: {m: 1 kW}, because: x}\n"
        "{id: z, while: a, limit: {m: {at_least: 1 kW}}, because: x}"
    )
    result = one_scan(book, {"a": True})
    assert [each.value for each in result.decisions] == [0.0, 2.0, False]
    assert [each.by for each in result.decisions] == ["u", "r", "u"]
    assert [each[1:] for each in result.trace.alarms] == [
        ("u", "still violated: its outputs go to failsafe")
    ]


def test_what_fails_safe_is_looked_at_by_the_other_interlocks() -> None:
    """The failsafe of one output may be what another interlock is about."""
    book = unchecked(
        "{id: k, while: not p, force: {n: 0 kW}, because: x}\n"
        "{id: u, never: [m > 100 W, p, b], else: {m: 1 kW}, because: x}"
    )
    result = one_scan(book, {"a": True})
    assert [each.value for each in result.decisions] == [0.0, 0.0, False]
    texts = [each.text for each in result.trace.alarms]
    assert texts == ["still violated: its outputs go to failsafe"]


def test_without_interlocks_nothing_is_looked_at() -> None:
    rules = "rules:\n  - {id: r, when: a, then: {m: 2 kW}, because: x}\n"
    program = compile_program(rulebook(rules))
    assert isinstance(program.interlocks, Interlocks)
    assert program.interlocks.entries == ()


TWO = (
    "{id: k, while: a, limit: {m: {at_most: 1 kW}}, because: x}\n"
    "{id: u, never: [n > 100 W, p], else: {n: 0 kW}, because: x}"
)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda locks: replace(locks, reads=()),
        lambda locks: replace(locks, network=replace(locks.network, limits=())),
        lambda locks: replace(locks, network=replace(locks.network, limits=((), ()))),
        lambda locks: replace(
            locks, network=replace(locks.network, deciding=locks.network.deciding[:-1])
        ),
    ],
    ids=["what they read", "the limits", "a limit's slot", "what is being decided"],
)
def test_a_table_of_which_a_part_is_missing_leaves_no_interlock_out(
    wrong: Callable[[Interlocks], Interlocks],
) -> None:
    program = compile_program(unchecked(TWO))
    assert isinstance(program.interlocks, Interlocks)
    broken = replace(program, interlocks=wrong(program.interlocks))
    seen = image(program.rulebook, {"a": True})
    with pytest.raises(ValueError, match="zip"):
        scan(broken, initial(broken), seen, Moment(0.0, 0.0))


@pytest.mark.parametrize("holds", [False, True])
def test_interlocks_that_are_all_satisfied_are_looked_at_once(holds: bool) -> None:
    program = compile_program(unchecked(TWO))
    assert isinstance(program.interlocks, Interlocks)
    truly, seen = program.interlocks.pick, list[object]()

    def pick(slots: Any) -> Any:
        seen.append(truly(slots))
        return seen[-1]

    watched = replace(program, interlocks=replace(program.interlocks, pick=pick))
    scan(watched, initial(watched), image(program.rulebook, {"a": holds}), Moment(0.0, 0.0))
    assert seen[0] == (holds, holds)
    assert (len(seen) > 1) is holds


KW = Output(
    "k", NumberType(), 0.5, 1.5, Unit("kW", (), 1000.0), -3.0, 3.0, off_below=1.0, step=0.25
)
FREE = replace(KW, unit=None, off_below=0.0, step=0.0, low=None, high=None)
MOST, LEAST = Bound.AT_MOST, Bound.AT_LEAST


@pytest.mark.parametrize(
    ("output", "bound", "limit", "value", "held"),
    [
        (KW, MOST, 2000.0, 2.0, 2.0), (KW, MOST, 2000.0, 2.25, 2.0), (KW, MOST, 2100.0, 2.25, 2.0),
        (KW, MOST, 2000.0, -3.0, -3.0), (KW, MOST, 1000.0, 1.25, 1.0), (KW, MOST, 999.0, 1.25, 0.0),
        (KW, MOST, 0.0, 1.25, 0.0), (KW, MOST, -500.0, 1.25, -1.0), (KW, MOST, -2000.0, 0.0, -2.0),
        (KW, MOST, -9000.0, 0.0, -3.0), (KW, LEAST, 2000.0, 2.0, 2.0),
        (KW, LEAST, 2000.0, 1.75, 2.0),
        (KW, LEAST, 500.0, 0.0, 1.0), (KW, LEAST, 9000.0, 0.0, 3.0),
        (KW, LEAST, -2000.0, -2.25, -2.0),
        (KW, LEAST, -500.0, -1.25, 0.0), (KW, LEAST, 0.0, -1.25, 0.0),
        (KW, LEAST, -2000.0, 3.0, 3.0),
        (KW, MOST, None, 2.0, 1.5), (KW, LEAST, True, 2.0, 1.5), (KW, MOST, "low", 2.0, 1.5),
        (KW, MOST, 2000.0, True, 1.5), (KW, MOST, 2000.0, "low", 1.5),
        (FREE, MOST, 0.3, 0.4, 0.3), (FREE, MOST, -0.3, 0.4, -0.3), (FREE, LEAST, 0.3, 0.2, 0.3),
        (FREE, LEAST, -0.3, -0.4, -0.3), (FREE, MOST, 1e9, 2e9, 1e9), (FREE, LEAST, 1e9, 0.0, 1e9),
        # What stands within the limit is left alone, also off the step; a factor is rounded away.
        (KW, MOST, 2100.0, 2.1, 2.1), (KW, LEAST, -2100.0, -2.1, -2.1),
        (FREE, MOST, 0.12345678949, 1.0, 0.12345678949),
        (replace(FREE, unit=KW.unit), MOST, 1234.56789012345, 2.0, 1.23456789),
        (replace(KW, off_below=0.0), LEAST, 100.0, 0.0, 0.1),
    ],
)  # fmt: skip
def test_a_limit_leaves_the_nearest_value_that_the_output_can_have(
    output: Output, bound: Bound, limit: Value | None, value: Value, held: Value
) -> None:
    found = limited(output, bound, limit, value)
    assert found == held
    assert math.copysign(1.0, float(found)) == math.copysign(1.0, float(held))
