"""Proofs of small rulebooks: what holds is proved, and every sabotage is found and confirmed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import z3

from engine.workshop.prove_formats import as_json, as_junit, headline, rows, told
from engine.workshop.prove_properties import properties
from engine.workshop.prove_property import Hope, Kind, Property, Seen, Verdict
from engine.workshop.prove_run import Limits, Proof, points_read, prove, prover
from engine.workshop.prove_scenario import as_scenarios
from engine.workshop.prove_steady import chases, reads_outputs
from engine.workshop.scenario_file import load_scenarios
from engine.workshop.scenario_run import run
from tests.making.proving import claims_of, moment_at, proof_of, rulebook_of

HEAT = """
rules:
  - {id: heat, when: sun > 1 kW, then: {heater: sun}, because: Sun.}
"""
FLOW = """
interlocks:
  - {id: flow, never: [heater > 0 W, not flows], else: {heater: 0 W}, because: No flow.}
"""
DRY = "never: [{id: dry, when: [heater > 0 W, flows is off]}]"


def fails_as_a_scenario(proof: Proof) -> bool:
    """Tell whether the written counterexample is sound, and `thermiq test` fails on it."""
    assert proof.example is not None
    text = as_scenarios([(proof.property, proof.example)])
    loaded = load_scenarios({"x.test.yaml": text.encode()}, proof.example.program, to_ms)
    assert loaded.ok, (text, loaded.problems)
    results = [run(proof.example.program, each, moment_at) for each in loaded.scenarios]
    return bool(results) and not any(result.passed for result in results)


def to_ms(local: datetime) -> int:
    return round(local.replace(tzinfo=UTC).timestamp() * 1000)


def test_a_claim_that_an_interlock_keeps_is_proved() -> None:
    rulebook = rulebook_of(HEAT + FLOW)
    proof = proof_of(rulebook, "never:dry", claims_of(rulebook, DRY))
    assert (proof.verdict, proof.scans) == (Verdict.PROVED, 1)


@pytest.mark.parametrize(
    "sabotage",
    [
        "",
        FLOW.replace("heater > 0 W", "heater > 600 W"),
        FLOW.replace("not flows]", "not flows, tank > 50 °C]"),
    ],
)
def test_without_its_interlock_or_with_a_weaker_one_the_claim_is_refuted(sabotage: str) -> None:
    rulebook = rulebook_of(HEAT + sabotage)
    proof = proof_of(rulebook, "never:dry", claims_of(rulebook, DRY))
    assert proof.verdict is Verdict.REFUTED
    assert fails_as_a_scenario(proof)


@pytest.mark.parametrize(
    "name", ["interlock:flow", "range:heater", "range:pump", "decided:heater", "steady:heater"]
)
def test_what_the_engine_promises_holds(name: str) -> None:
    assert proof_of(rulebook_of(HEAT + FLOW), name).verdict is Verdict.PROVED


def test_a_trip_forces_at_once_and_a_latched_one_stays() -> None:
    rulebook = rulebook_of(
        HEAT + "trips: [{id: hot, when: tank > 90 °C, latch: true, force: {heater: 0 W},"
        " because: Hot.}]"
    )
    assert proof_of(rulebook, "trip:hot").verdict is Verdict.PROVED
    assert proof_of(rulebook, "latch:hot").verdict is Verdict.PROVED


PERMIT = "permissives: [{id: flow, output: heater, needs: flows, because: Flow first.}]\n"


def test_a_permissive_prevents_a_start_unless_an_interlock_forces_one() -> None:
    assert proof_of(rulebook_of(HEAT + PERMIT), "permissive:flow").verdict is Verdict.PROVED
    forced = (
        "interlocks: [{id: frost, while: tank < 3 °C, force: {heater: 1 kW}, because: Frost.}]\n"
    )
    proof = proof_of(rulebook_of(HEAT + PERMIT + forced), "permissive:flow")
    assert proof.verdict is Verdict.REFUTED
    assert fails_as_a_scenario(proof)


def test_a_limit_is_kept_and_a_second_one_against_it_ends_in_failsafe() -> None:
    rulebook = rulebook_of(
        HEAT
        + """
interlocks:
  - {id: fuse, while: load + heater > 4 kW, limit: {heater: {at_most: 4 kW - load}}, because: Fuse.}
  - {id: frost, while: tank < 3 °C, limit: {heater: {at_least: 1 kW}}, because: Frost.}
"""
    )
    assert proof_of(rulebook, "limit:fuse").verdict is Verdict.PROVED
    assert proof_of(rulebook, "limit:frost").verdict is Verdict.PROVED


TWO = """
rules:
  - {id: one, when: sun > 1 kW, then: {heater: 1 kW}, salience: 2, because: One.}
  - {id: two, when: load > 1 kW, then: {heater: 2 kW}, salience: 1, because: Two.}
"""


def test_rules_of_equal_salience_that_disagree_are_found() -> None:
    rulebook = rulebook_of(TWO)
    equals = replace(rulebook, rules=tuple(replace(r, salience=1) for r in rulebook.rules))
    for name in ("conflict:one+two", "decided:heater"):
        proof = proof_of(equals, name)
        assert proof.verdict is Verdict.REFUTED, name
        assert fails_as_a_scenario(proof)
    assert proof_of(rulebook, "decided:heater").verdict is Verdict.PROVED


def test_a_rule_that_cannot_fire_or_is_never_heard_is_found() -> None:
    rulebook = rulebook_of(TWO)
    one, two = rulebook.rules
    assert proof_of(rulebook, "fires:two").verdict is Verdict.PROVED
    assert proof_of(rulebook, "heard:two").verdict is Verdict.PROVED
    shadowed = replace(rulebook, rules=(one, replace(two, when=one.when)))
    assert proof_of(shadowed, "fires:two").verdict is Verdict.PROVED
    assert proof_of(shadowed, "heard:two").verdict is Verdict.REFUTED
    never = replace(one.when, right=replace(one.when.right, value=20.0))  # no sun is so bright
    silent = replace(rulebook, rules=(replace(one, when=never), two))
    proof = proof_of(silent, "fires:one")
    assert (proof.verdict, proof.example) == (Verdict.REFUTED, None)


CHASE = """
rules:
  - {id: on_if_off, when: not lamp, then: {lamp: on}, because: It chases itself.}
"""


def test_an_output_that_chases_itself_is_found() -> None:
    proof = proof_of(rulebook_of(CHASE), "steady:lamp")
    assert (proof.verdict, proof.scans) == (Verdict.REFUTED, 2)
    assert fails_as_a_scenario(proof)
    slow = CHASE.replace("not lamp,", "{condition: not lamp, for: 5 min},")
    assert proof_of(rulebook_of(slow), "steady:lamp").verdict is Verdict.PROVED


TOGETHER = """
rules:
  - {id: both, when: sun > 1 kW, then: {pump: on, lamp: on}, because: Together.}
  - {id: apart, when: [lamp, not pump], then: {heater: 1 kW}, because: Never.}
interlocks:
  - {id: pair, never: [lamp, not pump], else: {lamp: off}, because: Lamp only with pump.}
"""


def is_apart(seen: Seen) -> bool:
    rules = seen.program.rulebook.rules
    truths = zip(rules, seen.scan.trace.rule_truths, strict=True)
    return any(rule.id == "apart" and truth is True for rule, truth in truths)


def test_a_memory_that_no_scan_leaves_behind_is_forgotten_after_one() -> None:
    rulebook = rulebook_of(TOGETHER)
    never = Property(
        Kind.NEVER,
        "apart",
        "never fires",
        lambda _, scan: scan.rules["apart"].is_true,
        is_apart,
        lambda _: Hope(silent=("apart",)),
    )
    alone = prove(prover(rulebook, Limits(20.0, scans=1), moment_at), never)
    assert alone.verdict is Verdict.REFUTED
    assert fails_as_a_scenario(alone)
    behind = prove(prover(rulebook, Limits(20.0, scans=2), moment_at), never)
    assert (behind.verdict, behind.scans) == (Verdict.PROVED, 2)


def test_an_example_that_the_scan_does_not_follow_is_never_told() -> None:
    rulebook = rulebook_of(HEAT)
    wrong = Property(
        Kind.NEVER, "lies", "is a mistake", lambda *_: z3.BoolVal(True), lambda _: False,
        lambda _: Hope(),
    )  # fmt: skip
    proof = prove(prover(rulebook, Limits(20.0, scans=1), moment_at), wrong)
    assert (proof.verdict, proof.example) == (Verdict.UNKNOWN, None)
    assert proof.note.startswith("not confirmed")


def test_the_facts_behind_a_product_are_named() -> None:
    rulebook = rulebook_of(
        """
let: {area: sun * load / 1 W}
rules:
  - {id: big, when: area > 2 kW, then: {lamp: on}, because: Big.}
"""
    )
    assert points_read(rulebook.rules[0].when, rulebook) == {"sun", "load"}
    assert not reads_outputs(rulebook.rules[0].when, rulebook)
    assert proof_of(rulebook, "fires:big").verdict is Verdict.PROVED


def test_a_cycle_goes_round_without_standing_still() -> None:
    assert chases([1, 2, 1, 2, 1], 2)
    assert not chases([1, 1, 1, 1], 2)
    assert not chases([1, 2, 2, 2], 2)


def test_results_are_told_to_people_and_programs() -> None:
    rulebook = rulebook_of(HEAT)
    ready = prover(rulebook, Limits(20.0), moment_at)
    claims = claims_of(rulebook, DRY)
    proofs = [prove(ready, each) for each in properties(rulebook, claims)]
    assert "1 refuted" in headline(proofs)
    short, long = (list(rows(proofs, all_of_them=each)) for each in (False, True))
    assert short[0][:2] == ("refuted", "never:dry")
    assert len(short) < len(long) == len(proofs)
    assert "heater" in told(proofs[0])
    assert told(proofs[1]) == ""
    assert '"verdict": "refuted"' in as_json(proofs)
    assert '<failure message="never happens">' in as_junit(proofs)
