"""What scans show of rules: every kind of mark, seen when it should be and not before."""

import math
from collections.abc import Sequence

import pytest

from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.inference.image import Override, Reset
from engine.values.fact import Value
from engine.values.moment import Moment
from engine.workshop import coverage_outcomes, coverage_timers
from engine.workshop.coverage_ledger import Ledger
from engine.workshop.coverage_plan import plan_of
from engine.workshop.coverage_report import Branch, CoverageReport, Outcome, Role
from engine.workshop.rule_coverage import Coverage
from tests.unit.engine_rig import image, rulebook

Given = tuple[dict[str, Value], tuple[Override, ...], tuple[Reset, ...]]


def given(
    overrides: tuple[Override, ...] = (), resets: tuple[Reset, ...] = (), **facts: Value
) -> Given:
    return facts, overrides, resets


def covered(rules: str, *runs: Sequence[Given]) -> CoverageReport:
    """Return what runs show, `run 1` and so on, of scans one second apart."""
    program = compile_program(rulebook(rules))
    coverage = Coverage(program)
    for number, steps in enumerate(runs, 1):
        state = initial(program)
        for second, (facts, overrides, resets) in enumerate(steps):
            seen = image(program.rulebook, facts, float(second))
            seen = seen._replace(overrides=overrides, resets=resets)
            done = scan(program, state, seen, Moment(float(second), float(second)))
            coverage.see(done.trace, f"run {number}")
            state = done.retained
    return coverage.report()


def branch(report: CoverageReport, entry: str, role: Role, text: str = "") -> Branch:
    """Return the first branch of an entry with that role, or the one of that text."""
    return next(
        each
        for found in report.entries
        for each in found.branches
        if found.name == entry and each.role is role and text in ("", each.text)
    )


def scans(found: Branch) -> dict[str, int]:
    return {mark.outcome.value: mark.scans for mark in found.marks if mark.seen}


RULE = "rules:\n  - {id: r, when: 'WHEN', then: {p: on}, because: x}\n"


@pytest.mark.parametrize(
    ("when", "text", "expected"),
    [
        ("x > 1 kW and a", "", {"true": 1, "false": 2, "unknown": 1}),
        ("x > 1 kW and a", "x > 1 kW", {"true": 2, "false": 1, "unknown": 1}),
        ("x > 1 kW and a", "a", {"true": 3, "false": 1}),
        ("not (x > 1 kW)", "x > 1 kW", {"true": 2, "false": 1, "unknown": 1}),
        ("not (x > 1 kW)", "", {"true": 1, "false": 2, "unknown": 1}),
        ("x is known or b", "x is known", {"true": 3, "false": 1}),
        ("0 W < x < 1500 W", "x < 1500 W", {"true": 2, "false": 1, "unknown": 1}),
    ],
)
def test_every_part_of_a_condition_is_seen_by_itself(
    when: str, text: str, expected: dict[str, int]
) -> None:
    steps = [
        given(x=2000.0, a=True, b=False),
        given(x=2000.0, a=False, b=False) if "a" in when else given(x=2000.0, a=True, b=False),
        given(x=500.0, a=True, b=False),
        given(a=True, b=False),
    ]
    if "1500" in when:
        steps[1] = given(x=1000.0)
    found = branch(covered(RULE.replace("WHEN", when), steps), "r", Role.TRUTH, text)
    assert scans(found) == expected


def test_scans_are_counted_by_run_and_only_where_they_were() -> None:
    report = covered(
        RULE.replace("WHEN", "a"), [given(a=True)] * 3, [given(a=False), given(a=True)]
    )
    true, false, unknown = branch(report, "r", Role.TRUTH).marks
    assert true.seen_in == (("run 1", 3), ("run 2", 1))
    assert false.seen_in == (("run 2", 1),)
    assert not unknown.seen
    assert report.runs == (("run 1", 3), ("run 2", 2))
    assert report.scans == 5


def test_a_report_in_between_counts_no_scan_twice() -> None:
    program = compile_program(rulebook(RULE.replace("WHEN", "a")))
    coverage, state = Coverage(program), initial(program)
    for second in range(4):
        seen = image(program.rulebook, {"a": True}, float(second))
        done = scan(program, state, seen, Moment(float(second), float(second)))
        coverage.see(done.trace, "all")
        state = done.retained
        assert scans(branch(coverage.report(), "r", Role.TRUTH)) == {"true": second + 1}
    assert coverage.report().runs == (("all", 4),)


SALIENCE = """
rules:
  - {id: low, when: a, then: {m: 'min(x, 1 kW)'}, because: x}
  - {id: high, when: b, then: {m: 2 kW}, salience: 9, because: x}
"""


def test_a_proposal_is_decided_or_overruled() -> None:
    report = covered(
        SALIENCE, [given(x=500.0, a=True, b=False), given(x=500.0, a=True, b=True), given(a=False)]
    )
    assert scans(branch(report, "low", Role.PROPOSAL)) == {"decided": 1, "overruled": 1}
    assert scans(branch(report, "high", Role.PROPOSAL)) == {"decided": 1}


def test_an_override_overrules_and_is_no_rule() -> None:
    hand = Override("by_hand", "m", 700.0, "someone", 60.0)
    report = covered(SALIENCE, [given((hand,), b=True, a=False)])
    assert scans(branch(report, "high", Role.PROPOSAL)) == {"overruled": 1}


def test_the_arms_of_a_proposal_count_while_its_rule_is_true() -> None:
    report = covered(
        SALIENCE, [given(x=500.0, a=False), given(x=400.0, a=True), given(x=3000.0, a=False)]
    )
    arms = [each for each in report.entries[0].branches if each.role is Role.ARM]
    assert [(each.text, scans(each)) for each in arms] == [
        ("x in min(x, 1 kW)", {"chosen": 1}),
        ("1 kW in min(x, 1 kW)", {}),
    ]


@pytest.mark.parametrize(
    ("x", "arm"),
    [(500.0, "x"), (-500.0, "0 W"), (5000.0, "y"), (0.0, "x"), (1000.0, "x")],
)
def test_clamp_takes_the_value_or_one_of_its_ends(x: float, arm: str) -> None:
    rules = "let: {s: 'clamp(x, 0 W, y)'}\n" + RULE.replace("WHEN", "s > 1 W")
    report = covered(rules, [given(x=x, y=1.0)])
    seen = [each.text for each in report.entries[0].branches if scans(each)]
    assert seen == [f"{arm} in clamp(x, 0 W, y)"]


TIMED = """
conditions:
  c: {when: x > 2 kW, until: x < 1 kW, for: 2 s, hold: 3 s, rest: 4 s}
""" + RULE.replace("WHEN", "c")


def test_the_memory_of_a_condition_is_seen_at_work() -> None:
    values = [3000, 3000, 3000, 1500, 500, 500, 500, 500, 3000, 3000]
    report = covered(TIMED, [given(x=float(value)) for value in values])
    assert scans(branch(report, "c", Role.TIMES)) == {
        "waiting": 3,
        "kept": 1,
        "held": 1,
        "released": 1,
        "resting": 1,
    }
    assert scans(branch(report, "c", Role.TRUTH)) == {"true": 3, "false": 7}
    assert scans(branch(report, "c", Role.TRUTH, "x < 1 kW")) == {"true": 4, "false": 6}


def test_a_timer_that_was_retained_is_followed_from_its_truth_on() -> None:
    program = compile_program(rulebook(TIMED))
    coverage, state = Coverage(program), initial(program)
    for second in range(6):
        seen = image(program.rulebook, {"x": 3000.0 if second < 5 else 500.0}, float(second))
        done = scan(program, state, seen, Moment(float(second), float(second)))
        coverage.see(done.trace, "before" if second < 3 else "after")
        state = done.retained
    times = branch(coverage.report(), "c", Role.TIMES)
    told = {mark.outcome: dict(mark.seen_in) for mark in times.marks}
    assert told[Outcome.WAITING] == {"before": 2}
    assert told[Outcome.RELEASED] == {"after": 1}


def test_what_a_retained_timer_holds_on_is_seen_as_held() -> None:
    held = "conditions: {c: {when: x > 2 kW, hold: 30 s}}\n" + RULE.replace("WHEN", "c")
    program = compile_program(rulebook(held))
    coverage, state = Coverage(program), initial(program)
    for second in range(4):
        seen = image(program.rulebook, {"x": 500.0 if second else 3000.0}, float(second))
        done = scan(program, state, seen, Moment(float(second), float(second)))
        if second:  # the run begins when the condition is on already
            coverage.see(done.trace, "a")
        state = done.retained
    assert scans(branch(coverage.report(), "c", Role.TIMES)) == {"held": 3}


LAST_WORD = """
rules:
  - {id: r, when: b, then: {m: 2 kW, p: on}, because: x}
trips:
  - {id: t, when: not a, latch: true, force: {m: 0 W}, because: x}
interlocks:
  - {id: limited, while: x > 1 kW, limit: {m: {at_most: 'max(1 kW, y)'}}, because: x}
  - {id: together, never: [m > 1500 W, p], else: {p: off}, because: x}
permissives:
  - {id: ready, output: p, needs: x is known, because: x}
"""
GO = {"a": True, "b": True, "x": 500.0, "y": 1.2}


def test_a_trip_latches_until_it_is_reset() -> None:
    reset = (Reset("t", "someone"),)
    steps = [given(**GO), given(**GO | {"a": False}), given(**GO), given(**GO)]
    report = covered(LAST_WORD, [*steps, given(resets=reset, **GO), given(**GO)])
    assert scans(branch(report, "t", Role.TRUTH)) == {"true": 1, "false": 5}
    assert scans(branch(report, "t", Role.LATCH)) == {"latched": 2, "reset": 1}


def test_a_reset_that_is_refused_resets_nothing() -> None:
    reset = (Reset("t", "someone"),)
    report = covered(LAST_WORD, [given(**GO), given(resets=reset, **GO | {"a": False})])
    assert scans(branch(report, "t", Role.LATCH)) == {}


STARTS = RULE.replace("WHEN", "a") + (
    "permissives:\n  - {id: ready, output: p, needs: x > 1 kW, because: x}\n"
)


def test_a_permissive_refuses_and_grants_starts() -> None:
    steps = [given(a=True), given(a=True, x=1.0), given(a=True, x=2000.0), given(a=True, x=2000.0)]
    report = covered(STARTS, steps)
    assert scans(branch(report, "ready", Role.START)) == {"refused": 2, "granted": 1}


def test_an_output_that_runs_on_is_granted_nothing() -> None:
    report = covered(STARTS, [given(a=True, x=2000.0), given(a=True, x=1.0), given(a=True)])
    assert scans(branch(report, "ready", Role.START)) == {"granted": 1}


def test_a_trip_that_turns_an_output_on_asks_no_permissive() -> None:
    trip = "trips:\n  - {id: t, when: b, latch: false, force: {p: on}, because: x}\n"
    report = covered(STARTS + trip, [given(b=False, x=2000.0), given(b=True, x=2000.0)])
    assert scans(branch(report, "ready", Role.START)) == {}


def test_an_interlock_is_seen_as_it_met_the_decisions() -> None:
    """Its own force makes it FALSE again, so the end of a scan alone shows nothing."""
    report = covered(LAST_WORD, [given(**GO)])
    assert scans(branch(report, "together", Role.TRUTH)) == {"true": 1, "false": 1}
    assert scans(branch(report, "together", Role.TRUTH, "p")) == {"true": 1, "false": 1}
    assert scans(branch(report, "together", Role.FORCE)) == {"held back": 1}


def test_a_limit_that_moves_a_value_holds_back_and_shows_its_arm() -> None:
    report = covered(LAST_WORD, [given(**GO), given(**GO | {"x": 1500.0}), given(a=True, b=False)])
    assert scans(branch(report, "limited", Role.TRUTH)) == {"true": 1, "false": 1, "unknown": 1}
    assert scans(branch(report, "limited", Role.LIMIT)) == {"held back": 1}
    assert scans(branch(report, "limited", Role.ARM, "y in max(1 kW, y)")) == {"chosen": 1}
    assert scans(branch(report, "limited", Role.ARM, "1 kW in max(1 kW, y)")) == {}


def test_a_limit_is_compared_with_what_it_met_and_not_with_what_was_wanted() -> None:
    rules = """
rules:
  - {id: r, when: a, then: {m: 2 kW}, because: x}
interlocks:
  - {id: least, while: a, limit: {m: {at_least: 1 kW, at_most: 2.5 kW}}, because: x}
permissives:
  - {id: ready, output: m, needs: b, because: x}
"""
    report = covered(rules, [given(a=True, b=False)])
    assert scans(branch(report, "ready", Role.START)) == {"refused": 1}
    assert scans(branch(report, "least", Role.LIMIT, "m at_least: 1 kW")) == {"held back": 1}
    assert scans(branch(report, "least", Role.LIMIT, "m at_most: 2.5 kW")) == {}


def test_a_rulebook_without_anything_to_see_is_covered() -> None:
    report = covered("let: {s: x + 1 W}\n", [given(a=True)])
    assert report.share.percent == 100
    assert report.entries == ()


@pytest.mark.parametrize(
    ("wanted", "given_value", "bound"),
    [(3.0, 1.0, "at_most"), (1.0, 3.0, "at_least"), (True, False, ""), ("a", "b", "")],
)
def test_a_limit_is_known_by_the_way_it_moved_the_value(
    wanted: Value, given_value: Value, bound: str
) -> None:
    assert coverage_outcomes.bound_between(wanted, given_value) == bound


def test_a_rulebook_without_timers_waits_for_nothing() -> None:
    watch = coverage_timers.TimersWatch((), {}, Ledger(0))
    watch.look([], 0.0, 0)
    assert watch._due_s == math.inf


def test_every_timer_is_planned_by_its_key() -> None:
    program = compile_program(rulebook(TIMED))
    steps = program.network.conditions.timers
    assert set(plan_of(program).timers) == {step.timed.key for step in steps}
