"""What kept an output from being what was wanted, with the declared limits."""

from engine.control.decision import RestrictionKind
from engine.language.plant import Rate
from engine.workshop.evidence import Joined
from engine.workshop.explanation import Restraint
from engine.workshop.lack import Amount
from engine.workshop.quantity import Quantity
from engine.workshop.restraint import barriers, countdowns, restraints
from engine.workshop.sight import Sight, sight_of
from tests.reasons.house import Step, program, run

MINER = "miner1.power_target"
ON = (Step(facts={"pv.power": 4600.0}), Step(60, times=5))


def _sight(*steps: Step, rules: str = "") -> Sight:
    running = program(rules, unchecked=bool(rules))
    return sight_of(running, run(running, steps))


def _of(sight: Sight, output: str = MINER) -> tuple[Restraint, ...]:
    return restraints(sight, sight.output(output), sight.decision(output))


def _rule(output: str, value: str, when: str = "p3.running") -> str:
    return f'rules:\n  - {{id: one, when: {when}, then: {{{output}: "{value}"}}}}\n'


def test_each_step_goes_on_from_the_one_before() -> None:
    steps = _of(_sight(Step(), rules=_rule(MINER, "1.25 kW")))
    assert [step.kind for step in steps] == [RestrictionKind.STEP, RestrictionKind.OFF_BELOW]
    assert [step.before.value for step in steps] == [1250.0, 1200.0]
    assert [step.after.value for step in steps] == [1200.0, 0.0]
    assert [isinstance(step.limit, Quantity) and step.limit.value for step in steps] == [100, 1700]


def test_a_timer_tells_how_long_still() -> None:
    step, _settle = _of(_sight(*ON, Step(10, {"pv.power": 500.0})))
    assert (step.kind, step.remaining_s) == (RestrictionKind.MIN_ON, 770)
    assert isinstance(step.limit, Quantity)
    assert step.limit.value == 900


def test_starts_that_are_used_up_show_the_declared_rate() -> None:
    rules = _rule("heatpump.sg_ready", "recommended", when="price.buy < 20 ct/kWh")
    cheap, dear = Step(10, {"price.buy": 5.0}), Step(1260, {"price.buy": 50.0})
    (step,) = _of(_sight(dear, cheap, dear, cheap, dear, cheap, rules=rules), "heatpump.sg_ready")
    assert step.kind is RestrictionKind.MAX_STARTS
    assert step.limit == Rate(2, 3600)


def test_changes_that_are_used_up_show_the_declared_rate() -> None:
    rules = _rule(MINER, "pv.power")
    swings = [Step(200, {"pv.power": power}) for power in (*(2000.0, 2500.0) * 6, 2000.0)]
    (step,) = _of(_sight(*swings, rules=rules))
    assert step.kind is RestrictionKind.MAX_CHANGES
    assert step.limit == Rate(12, 3600)


def test_a_permissive_shows_what_it_saw_and_lacks() -> None:
    sight = _sight(Step(facts={"pv.power": 4600.0, "battery.soc": 4.0}), Step(60, times=5))
    (step,) = (each for each in _of(sight) if each.kind is RestrictionKind.PERMISSIVE)
    assert step.by == "heat_sink"
    assert step.because == "Heat must go somewhere."
    assert isinstance(step.evidence, Joined)
    assert isinstance(step.lack, Amount)
    assert [barrier.by for barrier in barriers(sight, sight.output(MINER))] == ["heat_sink"]


def test_an_output_that_may_start_has_no_barriers() -> None:
    sight = _sight(Step())
    assert barriers(sight, sight.output(MINER)) == ()


def test_interlocks_and_trips_show_the_values_that_violated_them() -> None:
    steps = _of(_sight(*ON, Step(10, {"p3.running": False})))
    assert steps[-1].kind is RestrictionKind.INTERLOCK
    assert steps[-1].evidence is not None
    assert steps[-1].evidence.truth is True
    steps = _of(_sight(*ON, Step(10, {"buffer.top": 95.0})))
    assert steps[-1].kind is RestrictionKind.TRIP
    assert isinstance(steps[-1].lack, Amount)
    steps = _of(_sight(*ON, Step(10, {"buffer.top": 95.0}), Step(10, {"buffer.top": 50.0})))
    assert steps[-1].kind is RestrictionKind.LATCH
    assert steps[-1].lack is None


def test_timers_of_an_output_run_whether_they_restrict_or_not() -> None:
    sight = _sight(*ON)
    assert {timer.kind: timer.remaining_s for timer in countdowns(sight, sight.output(MINER))} == {
        RestrictionKind.MIN_ON: 780,
        RestrictionKind.SETTLE: 60,
    }
    sight = _sight(*ON, Step(10, {"buffer.top": 95.0}))
    assert [timer.kind for timer in countdowns(sight, sight.output(MINER))] == [
        RestrictionKind.MIN_OFF
    ]
    sight = _sight(Step())
    assert countdowns(sight, sight.output(MINER)) == ()


def test_a_ramp_and_a_range_are_told_with_their_figures() -> None:
    (ramp,) = _of(
        _sight(Step(), Step(), rules=_rule("valve.position_target", "battery.soc")),
        "valve.position_target",
    )
    assert ramp.kind is RestrictionKind.RAMP
    assert isinstance(ramp.limit, Quantity)
    assert ramp.limit.value == 1.0
    steps = _of(_sight(Step(), rules=_rule(MINER, "pv.power")))
    assert steps[0].kind is RestrictionKind.RANGE
    assert steps[0].limit is None
