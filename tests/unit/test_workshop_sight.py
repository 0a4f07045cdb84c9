"""What a scan saw can be looked up by name."""

import pytest

from engine.inference.timing import Phase
from engine.language.expression import Timed
from engine.values.fact import Quality
from engine.workshop.sight import Sight, sight_of
from tests.reasons.house import SILENT, Step, program, run

SUNNY_DAY = [Step(facts={"pv.power": 4600.0}), Step(60, times=5)]


def _sight(*steps: Step) -> Sight:
    running = program()
    return sight_of(running, run(running, steps))


def test_every_condition_has_the_truth_that_the_scan_gave_it() -> None:
    sight = _sight(*SUNNY_DAY)
    for rule in sight.rulebook.rules:
        assert sight.truth(rule.when) is sight.rule_truth(rule.id)


def test_a_number_is_in_base_units_and_a_rule_asks_in_the_outputs_unit() -> None:
    sight = _sight(*SUNNY_DAY)
    surplus = sight.rulebook.signals[0].expression
    assert sight.value(surplus) == 3800.0
    assert sight.truth(surplus) is None
    asked = sight.asks(sight.rule("mine_on_surplus"), "miner1.power_target")
    assert asked is not None
    assert asked.value == 3300.0
    assert sight.asks(sight.rule("mine_on_surplus"), "heatpump.sg_ready") is None


def test_a_fact_has_its_quality_and_age() -> None:
    sight = _sight(Step(facts={"battery.soc": SILENT}), Step(30, {"buffer.top": SILENT}, times=3))
    assert sight.quality("battery.soc") == (Quality.MISSING, None)
    assert sight.quality("buffer.top") == (Quality.STALE, 90.0)
    assert sight.quality("pv.power") == (Quality.GOOD, 0.0)


def test_a_timer_is_found_by_its_key() -> None:
    sight = _sight(*SUNNY_DAY)
    sunny = sight.rulebook.conditions[0].expression
    assert isinstance(sunny, Timed)
    assert sight.timer(sunny.key).phase is Phase.ON


def test_rules_that_assert_a_fact_are_named_with_their_truth() -> None:
    sight = _sight(*SUNNY_DAY)
    assert [(rule.id, fired) for rule, fired in sight.asserting("season.summer")] == [
        ("summer", False)
    ]


def test_interlocks_met_the_values_before_they_changed_them() -> None:
    sight = _sight(*SUNNY_DAY, Step(10, {"p3.running": False}))
    condition = sight.rulebook.interlocks[0].condition
    assert sight.decision("miner1.power_target").value == 0.0
    assert sight.before_interlocks().truth(condition) is True


def test_unknown_names_are_key_errors() -> None:
    sight = _sight(*SUNNY_DAY)
    for look_up in (sight.rule, sight.output):
        with pytest.raises(KeyError):
            look_up("nothing")
