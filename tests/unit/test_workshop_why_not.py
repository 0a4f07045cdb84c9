"""Why a rule does not fire, why it fires in vain, and why an output has no such value."""

import pytest

from engine.inference.image import Override
from engine.workshop.why_not import why_not, why_not_value
from tests.reasons.house import NOON_S, Step, program, run

MINER = "miner1.power_target"
ON = (Step(facts={"pv.power": 4600.0}), Step(60, times=5))
NIGHT_S = NOON_S + 11 * 3600


def test_a_rule_that_fires_and_has_its_way_lacks_nothing() -> None:
    seen = why_not(program(), run(program(), ON), "mine_on_surplus")
    assert seen.rule.lack is None
    assert [outcome.effective for outcome in seen.outcomes] == [True, True]


def test_a_rule_that_fires_in_vain_names_who_stands_above() -> None:
    seen = why_not(program(), run(program(), ON, start_s=NIGHT_S), "mine_on_surplus")
    miner = seen.outcomes[0]
    assert not miner.effective
    assert [rule.id for rule in miner.above] == ["quiet_night"]


def test_a_lower_rule_does_not_stand_above_one_that_does_not_fire() -> None:
    seen = why_not(program(), run(program(), ON), "quiet_night")
    assert seen.outcomes[0].above == ()


def test_an_override_outweighs_a_rule_that_fires() -> None:
    override = Override("o1", MINER, 2000.0, "Anna", NOON_S + 9999)
    steps = (*ON, Step(10, overrides=(override,)))
    seen = why_not(program(), run(program(), steps), "mine_on_surplus")
    assert not seen.outcomes[0].effective
    assert seen.outcomes[0].explanation.override is not None
    assert seen.outcomes[0].explanation.override.by == "Anna"


def test_barriers_are_told_of_a_rule_that_would_start_something() -> None:
    done = run(program(), [Step(facts={"battery.soc": 4.0})])
    seen = why_not(program(), done, "mine_on_surplus")
    assert [barrier.by for barrier in seen.outcomes[0].barriers] == ["heat_sink"]
    assert seen.outcomes[1].barriers == ()


def test_a_rule_that_asserts_says_what() -> None:
    assert why_not(program(), run(program(), ON), "summer").asserts == ("season.summer",)


def test_an_output_tells_the_rules_that_would_give_it_a_value() -> None:
    done = run(program(), [Step(facts={"price.buy": 21.0})])
    seen = why_not_value(program(), done, "heatpump.sg_ready", None)
    assert [rule.id for rule in seen.rules] == ["cheap_power", "pool"]
    assert not seen.reached
    seen = why_not_value(program(), done, "heatpump.sg_ready", "recommended")
    assert [rule.id for rule in seen.rules] == ["pool"]
    assert why_not_value(program(), done, "heatpump.sg_ready", "normal").reached


def test_numbers_are_the_same_value_despite_their_dust() -> None:
    done = run(program(), ON)
    assert why_not_value(program(), done, MINER, 3300.0000001).reached
    assert not why_not_value(program(), done, MINER, 3200.0).reached


def test_unknown_names_are_key_errors() -> None:
    done = run(program(), [Step()])
    with pytest.raises(KeyError):
        why_not(program(), done, "nothing")
    with pytest.raises(KeyError):
        why_not_value(program(), done, "nothing", None)
