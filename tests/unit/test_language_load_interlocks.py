"""Trips, interlocks and permissives."""

import pytest

from engine.language.rulebook import Bound, Latch, Rulebook
from tests.unit.language_samples import rules


def _book(text: str) -> Rulebook:
    loaded = rules(text)
    assert loaded.ok, loaded.problems
    return loaded.rulebook


def test_a_trip_forces_every_output_to_its_failsafe_unless_told() -> None:
    told, untold = _book(
        "trips:\n  - {id: a, when: p3.running, force: {miner.power_target: 2 kW}}\n"
        "  - {id: b, when: p3.running}\n"
    ).trips
    assert told.force == (("miner.power_target", 2000.0),)
    assert dict(untold.force) == {
        "miner.power_target": 0.0, "pump.run_target": True, "heatpump.sg_ready": "normal",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "latch"),
    [("", Latch.YES), (", latch: true", Latch.YES), (", latch: no", Latch.NO),
     (", latch: on_true", Latch.ON_TRUE)],
)  # fmt: skip
def test_a_trip_latches_unless_told(text: str, latch: Latch) -> None:
    (trip,) = _book(f"trips:\n  - {{id: a, when: p3.running{text}}}\n").trips
    assert trip.latch is latch


def test_an_interlock_limits_or_forces() -> None:
    one, other = _book(
        "interlocks:\n"
        "  - {id: a, never: [p3.running, p4.running], else: {pump.run_target: off}}\n"
        "  - id: b\n    while: p3.running\n"
        "    limit: {miner.power_target: {at_most: 8 kW - house.load, at_least: 1 kW}}\n"
    ).interlocks
    assert one.force == (("pump.run_target", False),)
    assert [limit.bound for limit in other.limits] == [Bound.AT_MOST, Bound.AT_LEAST]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("trips: [{id: a}]", "missing-key"),
        ("trips: [{id: a, when: p3.running, force: {}}]", "missing-key"),
        ("trips: [{id: a, when: p3.running, force: {pump: on}}]", "unknown-output"),
        ("trips: [{id: a, when: p3.running, force: {pump.run_target: p3.running}}]", "wrong-type"),
        ("trips: [{id: a, when: p3.running, latch: [true]}]", "wrong-shape"),
        ("trips: [a]", "wrong-shape"),
        ("interlocks: [{id: a}]", "missing-key"),
        ("interlocks: [a]", "wrong-shape"),
        ("interlocks: [{id: a, never: [p3.running]}]", "missing-key"),
        ("interlocks: [{id: a, while: p3.running, else: {pump.run_target: on}}]", "unknown-key"),
        ("interlocks: [{id: a, while: p3.running, limit: 5}]", "wrong-shape"),
        ("interlocks: [{id: a, while: p3.running, limit: {}}]", "missing-key"),
        ("interlocks: [{id: a, while: p3.running, limit: {pump.run_target: {at_most: 1}}}]",
         "wrong-type"),
        ("interlocks: [{id: a, while: p3.running, limit: {miner.power_target: {at_most: 5 kW}}}]",
         "value-outside-range"),
        ("interlocks: [{id: a, while: p3.running, limit: {miner.power_target: {at_most: on}}}]",
         "wrong-type"),
        ("interlocks: [{id: a, while: p3.running, limit: {x: {at_most: 5 kW}}}]", "unknown-output"),
        ("interlocks: [{id: a, while: p3.running, limit: {miner.power_target: {most: 1 W}}}]",
         "unknown-key"),
        ("permissives: [{id: a, output: pump.run_target}]", "missing-key"),
        ("permissives: [{id: a, output: p3.running, needs: [p3.running]}]", "unknown-output"),
        ("permissives: [{id: a, needs: [p3.running]}]", "missing-key"),
        ("permissives: [a]", "wrong-shape"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_reported(text: str, code: str) -> None:
    assert [problem.code for problem in rules(text + "\n").problems] == [code]
