"""The laws of DESIGN §5, each a property of random rulebooks. `docs/laws.md` lists them.

Law 12 stands in `test_soundness.py`, for it is about files.
"""

import os
import subprocess
import sys
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given

from engine.control import retained
from engine.control.decision import AlarmKind, Cause, RestrictionKind
from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.control.state import without_memory
from engine.language.expression import Boolean, Name, NameKind, Not, Timed
from engine.language.plant import Output
from engine.language.position import NOWHERE
from engine.language.rulebook import Bound, Latch, Proposal, Rule, Rulebook
from engine.language.strata import NegationCycleError
from engine.language.types import BOOL
from engine.values.fact import Value
from tests.making.plants import Style, make_plant
from tests.making.series import without_facts
from tests.making.trees import Trees
from tests.oracle.decide import Oracle
from tests.strategies import Case, cases, lawful, run

FORCED = (Cause.TRIP, Cause.LATCH, Cause.INTERLOCK)
EPSILON = 1e-6


@lawful
@given(cases(Style(distinct_salience=True)))
def test_law_01_deterministic(case: Case) -> None:
    rules = list(case.book.rules)
    case.random.shuffle(rules)
    shuffled = compile_program(replace(case.book, rules=tuple(rules)))
    state = initial(shuffled)
    for one, other in zip(run(case), run(case), strict=True):
        assert one.result == other.result
        result = scan(shuffled, state, one.step.image, one.step.moment)
        assert result.decisions == one.result.decisions
        state = result.retained


def test_law_01_deterministic_whatever_the_hash_seed() -> None:
    lines = {
        subprocess.run(
            [sys.executable, "-m", "tests.making.digest", "0", "25"],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1", "31337")
    }
    assert len(lines) == 1


@lawful
@given(cases(Style(knows=False)))
def test_law_02_unknown_is_not_false(case: Case) -> None:
    """The less is known, the less is decided by rules: no truth turns into its opposite."""
    state = initial(case.program)
    for step in case.steps:
        full = scan(case.program, state, step.image, step.moment)
        image = without_facts(case.random, case.book.plant, step.image)
        less = scan(case.program, state, image, step.moment)
        for truth, known in zip(less.trace.rule_truths, full.trace.rule_truths, strict=True):
            assert truth is None or truth is known
        state = full.retained


@lawful
@given(cases(Style()))
def test_law_03_nothing_said_means_rest(case: Case) -> None:
    for seen in run(case):
        truths = seen.truths(case)
        for output in case.book.plant.outputs:
            decision = seen.decisions[output.name]
            asking = {
                rule.id
                for rule in case.book.rules
                for proposal in rule.proposals
                if proposal.output == output.name and truths[rule.id] is True
            } | {override.id for override in seen.step.image.overrides}
            if not asking:
                assert (decision.wanted, decision.asked_by) == (output.default, "")
            if decision.cause is Cause.DEFAULT:
                assert decision.wanted == output.default


@lawful
@given(cases(Style(trips=0, interlocks=1, never_cured=True)))
def test_law_04_interlocks_come_last(case: Case) -> None:
    """Whatever rules and overrides ask; what cannot be evaluated counts as violated."""
    oracle = Oracle(case.book)
    for seen in run(case):
        oracle.scan(seen.step.image, seen.step.moment)
        values = {name: decision.value for name, decision in seen.decisions.items()}
        for lock in case.book.interlocks:
            assert oracle.truths.value(lock.condition, values) is False


@lawful
@given(cases(Style(trips=0, interlocks=1)))
def test_law_04_a_limit_holds_up_to_the_end_of_the_range(case: Case) -> None:
    oracle = Oracle(case.book)
    for seen in run(case):
        oracle.scan(seen.step.image, seen.step.moment)
        values = {name: decision.value for name, decision in seen.decisions.items()}
        settled = all("settle" not in alarm.text for alarm in seen.result.trace.alarms)
        for lock in case.book.interlocks:
            holds = oracle.truths.value(lock.condition, values) is not False
            for limit in lock.limits if holds and settled else ():
                output = next(o for o in case.book.plant.outputs if o.name == limit.output)
                border = oracle.truths.value(limit.value, values)
                value = float(values[output.name])
                if border is None:
                    assert value == output.failsafe
                    continue
                assert output.unit is not None
                border /= output.unit.factor
                if limit.bound is Bound.AT_MOST:
                    assert value <= border + EPSILON or value == output.low
                else:
                    assert value >= border - EPSILON or value == output.high


@lawful
@given(cases(Style(trips=3)))
def test_law_05_a_trip_acts_in_the_scan_that_sees_it(case: Case) -> None:
    for seen in run(case):
        slots, decisions = seen.result.trace.slots, seen.decisions
        forced: dict[str, set[Value]] = {}
        for trip, slot in zip(case.book.trips, case.program.network.trips, strict=True):
            if slots[slot] is not False:
                for name, value in trip.force:
                    forced.setdefault(name, set()).add(value)
        for output in case.book.plant.outputs:
            decision = decisions[output.name]
            if output.name in forced:
                assert decision.cause in (Cause.TRIP, Cause.LATCH)
                assert decision.value in forced[output.name] | {output.failsafe}


@lawful
@given(cases(Style(trips=3), scans=20))
def test_law_06_a_latched_trip_stays(case: Case) -> None:
    """Through restart, power cut and reload, until its cause is gone and a person resets it."""
    state = initial(case.program)
    latched: set[str] = set()
    kept_rules = tuple(rule for rule in case.book.rules if rule.asserts)
    edited = replace(case.book, rules=kept_rules, permissives=())
    programs = (case.program, compile_program(edited))
    program = case.program
    for step in case.steps:
        following = case.random.choice(programs)
        data = retained.save(program, state)
        way = case.random.randrange(3)
        if way == 0:
            state = retained.carry_over(program, state, following).retained
        elif way == 1:
            state = retained.resume(following, data).retained
        else:
            state = retained.restore(following, data, step.moment).retained
        program = following
        result = scan(program, state, step.image, step.moment)
        state = result.retained
        resets = {reset.trip for reset in step.image.resets}
        for trip, slot, kept in zip(
            case.book.trips, program.network.trips, state.trips, strict=True
        ):
            truth = result.trace.slots[slot]
            if trip.id in latched and not (truth is False and trip.id in resets):
                assert kept.latched
            if truth is True and trip.latch is not Latch.NO:
                assert kept.latched
        latched = {t.id for t, s in zip(case.book.trips, state.trips, strict=True) if s.latched}


@lawful
@given(cases(Style(trips=3, interlocks=0), scans=25))
def test_law_07_a_reset_starts_nothing(case: Case) -> None:
    """Neither in its scan nor in the next may a demand that stood at the reset start anything."""
    stood: dict[str, set[str]] = {}
    for seen in run(case):
        before = set() if seen.before is None else seen.before.latched(case)
        released = before - seen.latched(case)
        just_now = {n for t in case.book.trips if t.id in released for n, _ in t.force}
        standing = {rule for rule, truth in seen.truths(case).items() if truth is not False}
        standing |= {override.id for override in seen.step.image.overrides}
        stood = {name: stood.get(name, set()) & standing for name in stood}
        stood.update(dict.fromkeys(just_now, standing))
        for output in case.book.plant.outputs:
            decision = seen.decisions[output.name]
            started = output.is_on(decision.value) and not output.is_on(seen.value_before(output))
            if started and decision.cause in (Cause.RULE, Cause.OVERRIDE):
                assert decision.by not in stood.get(output.name, set())


def is_jump(output: Output, value: float) -> bool:
    """Tell whether a value lies at an edge of the off gap, which no ramp enters."""
    return bool(output.off_below) and abs(value) in (0.0, output.off_below)


@lawful
@given(cases(Style(), scans=30))
def test_law_08_every_output_stays_within_its_limits(case: Case) -> None:
    """Its range always; ramp, minimum times and starts unless trips or interlocks force it."""
    switched: dict[str, float] = {}
    starts: dict[str, list[float]] = {output.name: [] for output in case.book.plant.outputs}
    for seen in run(case):
        now_s = seen.step.moment.monotonic_s
        for output in case.book.plant.outputs:
            decision = seen.decisions[output.name]
            value, last = decision.value, seen.value_before(output)
            assert output.holds(value)
            was_on, on = output.is_on(last), output.is_on(value)
            since_s = now_s - switched.get(output.name, -1e18)
            free = decision.cause in FORCED
            if on and not was_on and not free:
                assert since_s >= output.min_off_s - EPSILON
                rate = output.max_starts
                if rate is not None:
                    recent = [t for t in starts[output.name] if now_s < t + rate.per_s]
                    assert len(recent) < rate.count
            if was_on and not on and not free:
                assert since_s >= output.min_on_s - EPSILON
            if output.ramp_per_s and not free and not is_jump(output, float(value)):
                elapsed_s = (
                    0.0 if seen.before is None else now_s - seen.before.step.moment.monotonic_s
                )
                reach = output.ramp_per_s * elapsed_s if elapsed_s < 3_600 else 0.0
                assert abs(float(value) - float(last)) <= reach + EPSILON
            if on != was_on:
                switched[output.name] = now_s
                starts[output.name] += [now_s] if on else []


@lawful
@given(cases(Style()))
def test_law_09_chaining_ends_and_does_not_depend_on_rule_order(case: Case) -> None:
    rules = list(case.book.rules)
    case.random.shuffle(rules)
    shuffled = case.under(replace(case.book, rules=tuple(rules)))
    state = initial(shuffled.program)
    for seen in run(case):
        result = scan(shuffled.program, state, seen.step.image, seen.step.moment)
        truths = zip((rule.id for rule in rules), result.trace.rule_truths, strict=True)
        if all(d.cause is not Cause.CONFLICT for d in seen.decisions.values()):
            assert dict(truths) == seen.truths(case)
        # Equal salience with equal values is decided by the first in the file, so go on from there.
        state = retained.carry_over(case.program, seen.result.retained, shuffled.program).retained


def test_law_09_a_cycle_through_a_negation_is_refused() -> None:
    def rule(name: str, reads: str, asserts: str, *, negated: bool) -> Rule:
        fact = Name(reads, NOWHERE, NameKind.DERIVED, BOOL)
        when = Not(fact, NOWHERE, BOOL) if negated else fact
        return Rule(name, when, (), (asserts,), 0, "", "made")

    cycle = (rule("a", "x", "y", negated=False), rule("b", "y", "x", negated=True))
    with pytest.raises(NegationCycleError, match="x, y"):
        compile_program(Rulebook(make_plant(Random(1)), rules=cycle))  # noqa: S311


@lawful
@given(cases(Style(trips=1, interlocks=1)))
def test_law_10_conflicts_are_decided_by_the_file(case: Case) -> None:
    output = case.random.choice(case.book.plant.outputs)
    trees = Trees(case.random, list(case.book.plant.points), list(case.book.plant.outputs))
    asked = [trees.literal(output.type) for _ in range(2)]
    pair = tuple(
        Rule(
            f"equal{n}",
            Boolean(True, NOWHERE, BOOL),
            (Proposal(output.name, value),),
            (),
            99,
            "",
            "",
        )
        for n, value in enumerate(asked)
    )
    book = replace(case.book, rules=(*case.book.rules, *pair))
    for seen in run(case.under(book)):
        decision = seen.decisions[output.name]
        alarms = {a.subject for a in seen.result.trace.alarms if a.kind is AlarmKind.CONFLICT}
        if asked[0] == asked[1] or decision.restrictions or decision.cause is Cause.OVERRIDE:
            continue
        assert decision.wanted == output.failsafe
        if decision.cause not in FORCED:
            assert (decision.cause, decision.by) == (Cause.CONFLICT, "equal0, equal1")
            assert output.name in alarms


@lawful
@given(cases(Style(distinct_salience=True)))
def test_law_11_every_decision_carries_its_reasons(case: Case) -> None:
    salience = {rule.id: rule.salience for rule in case.book.rules}
    for seen in run(case):
        truths = seen.truths(case)
        overrides = {override.id for override in seen.step.image.overrides}
        for decision in seen.decisions.values():
            asked = decision.asked_by
            assert not asked or asked in overrides or truths[asked] is True
            assert all(truths[rule] is True for rule in decision.overruled)
            if asked in salience:
                assert all(salience[rule] < salience[asked] for rule in decision.overruled)
            effective = [
                r for r in decision.restrictions if r.kind is not RestrictionKind.NEW_DEMAND
            ]
            if effective:
                assert effective[-1].value == decision.value
            else:
                assert decision.value == decision.wanted
            if decision.cause in FORCED:
                assert (effective[-1].kind.value, effective[-1].by) == (
                    decision.cause.value, decision.by,
                )  # fmt: skip


@lawful
@given(cases(Style()))
def test_law_13_time_state_survives(case: Case) -> None:
    """Saved and read back at every scan, or thrown down to what is retained: the same decisions."""
    state = bare = initial(case.program)
    for seen in run(case):
        data = retained.save(case.program, state)
        again = retained.resume(case.program, data)
        assert retained.save(case.program, again.retained) == data
        assert again.notes == ()
        result = scan(case.program, again.retained, seen.step.image, seen.step.moment)
        fresh = scan(case.program, without_memory(bare), seen.step.image, seen.step.moment)
        assert result.decisions == fresh.decisions == seen.result.decisions
        state, bare = result.retained, fresh.retained


@lawful
@given(cases(Style()))
def test_law_13_an_edited_condition_resets_only_itself(case: Case) -> None:
    timers = [step.timed for step in case.program.network.conditions.timers]
    inner = {timed.when for timed in timers} | {timed.until for timed in timers}
    at_rule = [r for r in case.book.rules if isinstance(r.when, Timed) and r.when not in inner]
    *_, last = run(case)
    state = last.result.retained
    if not at_rule:
        edited, key = case.book, ""
    else:
        rule = at_rule[0]
        assert isinstance(rule.when, Timed)
        key = rule.when.key
        when = replace(rule.when, key=f"{key}x", for_s=rule.when.for_s + 1.0)
        rules = tuple(replace(r, when=when) if r is rule else r for r in case.book.rules)
        edited = replace(case.book, rules=rules)
    program = compile_program(edited)
    carried = retained.carry_over(case.program, state, program)
    before = {t.key: s for t, s in zip(timers, state.timers, strict=True)}
    for step, kept in zip(program.network.conditions.timers, carried.retained.timers, strict=True):
        if step.timed.key in before:
            assert kept == before[step.timed.key]
        else:
            assert f"condition `{step.timed.key}` starts anew" in carried.notes
    assert carried.retained.trips == state.trips
    assert carried.retained.outputs == state.outputs
    expected = [f"condition `{key}x` starts anew", f"condition `{key}` is gone"] if key else []
    assert list(carried.notes) == expected
