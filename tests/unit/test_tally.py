from engine.control.decision import (
    Alarm,
    AlarmKind,
    Cause,
    Decision,
    Restriction,
    RestrictionKind,
    Trace,
)
from engine.inference.image import ProcessImage
from engine.language.expression import Boolean
from engine.language.plant import Output, Plant, Point, Site
from engine.language.position import NOWHERE
from engine.language.rulebook import Rule, Rulebook
from engine.language.types import BOOL, EnumType, NumberType
from engine.values.fact import Quality, Value
from engine.values.moment import Moment
from engine.values.truth import Truth
from engine.values.units import parse_unit
from engine.workshop.report import Basis, OutputReport, Report
from engine.workshop.tally import Tally, vetoes

WATT, PRICE = parse_unit("W"), parse_unit("ct/kWh")
assert WATT is not None
assert PRICE is not None
POWER = NumberType(WATT.dimension)
SG = EnumType(("locked", "normal", "recommended"))
HOUR = 3_600_000

PLANT = Plant(
    Site(),
    (
        Point("pv.power", POWER, WATT, 0.0, 20_000.0),
        Point("grid.power", POWER, WATT),
        Point("price.buy", NumberType(PRICE.dimension), PRICE),
        Point("miner1.power", POWER, WATT),
    ),
    (
        Output("miner1.power_target", POWER, 0.0, 0.0, WATT, 0.0, 3_300.0),
        Output("heatpump.sg_ready", SG, "normal", "normal"),
        Output("p3.run_target", BOOL, False, False),
    ),
)
RULE = Rule("sun", Boolean(True, NOWHERE), (), (), 0, "", "miners")
BOOK = Rulebook(PLANT, rules=(RULE,))


def decision(output: str, value: Value, *restrictions: Restriction) -> Decision:
    return Decision(output, value, Cause.RULE, "sun", value, "sun", (), restrictions)


def trace(
    at_ms: int,
    facts: tuple[Value | None, ...] = (0.0, 0.0, 30.0, 0.0),
    *,
    target: float = 0.0,
    sg: str = "normal",
    p3: bool = False,
    truth: Truth = True,
    restrictions: tuple[Restriction, ...] = (),
    alarms: tuple[Alarm, ...] = (),
) -> Trace:
    qualities = tuple(Quality.MISSING if value is None else Quality.GOOD for value in facts)
    return Trace(
        Moment(at_ms / 1000, at_ms / 1000),
        ProcessImage(facts, qualities, (at_ms / 1000,) * len(facts)),
        (),
        (truth,),
        (
            decision("miner1.power_target", target, *restrictions),
            decision("heatpump.sg_ready", sg),
            decision("p3.run_target", p3),
        ),
        alarms,
    )


def tallied(
    *traces: Trace, end_ms: int, basis: Basis = Basis.MEASURED, book: Rulebook = BOOK
) -> Report:
    tally = Tally(book, basis)
    for each in traces:
        tally.add(round(each.moment.wall_s * 1000), each)
    tally.pause(end_ms)
    return tally.report()


def output(report: Report, name: str) -> OutputReport:
    return next(each for each in report.outputs if each.name == name)


def test_changes_starts_and_hours_are_counted_after_the_first_scan() -> None:
    report = tallied(
        trace(0, target=2_000.0),
        trace(HOUR, target=2_500.0),
        trace(2 * HOUR),
        trace(5 * HOUR, target=1_700.0),
        end_ms=6 * HOUR,
    )
    miner = output(report, "miner1.power_target")
    assert (miner.changes, miner.starts, miner.on_s) == (3, 1, 3 * 3600.0)
    assert (report.scans, report.seconds) == (4, 6 * 3600.0)


def test_the_time_in_each_state_adds_up_to_the_whole() -> None:
    report = tallied(trace(0), trace(HOUR, sg="locked", p3=True), end_ms=4 * HOUR)
    assert output(report, "heatpump.sg_ready").states_s == (
        ("locked", 3 * 3600.0),
        ("normal", 3600.0),
        ("recommended", 0.0),
    )
    assert output(report, "p3.run_target").states_s == (("off", 3600.0), ("on", 3 * 3600.0))
    assert output(report, "miner1.power_target").states_s == ()


def test_a_veto_counts_once_for_as_long_as_it_stands() -> None:
    veto = Restriction(RestrictionKind.INTERLOCK, "one_way_open", 0.0)
    ramp = Restriction(RestrictionKind.RAMP, "", 100.0)
    report = tallied(
        trace(0, restrictions=(veto,)),
        trace(HOUR, restrictions=(ramp, veto)),
        trace(2 * HOUR),
        trace(3 * HOUR, restrictions=(veto,)),
        end_ms=4 * HOUR,
    )
    (found,) = output(report, "miner1.power_target").vetoes
    assert (found.kind, found.by, found.count, found.seconds) == (
        "interlock", "one_way_open", 2, 3 * 3600.0,
    )  # fmt: skip


def test_only_what_protects_is_a_veto() -> None:
    kinds = [Restriction(kind, "x", 0.0) for kind in RestrictionKind]
    assert vetoes(decision("o", 0.0, *kinds, *kinds)) == (
        ("permissive", "x"), ("interlock", "x"), ("latch", "x"), ("trip", "x"),
    )  # fmt: skip


def test_alarms_count_how_often_they_came_up_and_how_long_they_stood() -> None:
    alarm = Alarm(AlarmKind.TRIPPED, "safety_relay", "The relay is open.")
    report = tallied(
        trace(0, alarms=(alarm,)),
        trace(HOUR, alarms=(alarm._replace(text="still"),)),
        trace(2 * HOUR),
        trace(3 * HOUR, alarms=(alarm,)),
        end_ms=4 * HOUR,
    )
    (found,) = report.alarms
    assert (found.kind, found.subject, found.text) == (
        "tripped", "safety_relay", "The relay is open.",
    )  # fmt: skip
    assert (found.count, found.seconds) == (2, 3 * 3600.0)


def test_a_rule_says_how_long_it_was_true_and_unknown() -> None:
    report = tallied(
        trace(0, truth=None), trace(HOUR), trace(3 * HOUR, truth=False), end_ms=4 * HOUR
    )
    (rule,) = report.rules
    assert (rule.id, rule.times, rule.true_s, rule.unknown_s) == ("sun", 1, 7200.0, 3600.0)


def test_an_alarm_that_stands_through_a_gap_came_up_once() -> None:
    alarm = Alarm(AlarmKind.LATCHED, "safety_relay", "latched")
    tally = Tally(BOOK, Basis.MEASURED)
    for start in (0, 100 * HOUR):
        tally.add(start, trace(start, alarms=(alarm,)))
        tally.pause(start + HOUR)
    (found,) = tally.report().alarms
    assert (found.count, found.seconds) == (1, 7200.0)


def test_a_gap_between_two_stretches_is_counted_for_nothing() -> None:
    tally = Tally(BOOK, Basis.MEASURED)
    for start in (0, 100 * HOUR):
        tally.add(start, trace(start, (0.0, 1_000.0, 30.0, 1_000.0), target=2_000.0, truth=None))
        tally.pause(start + HOUR)
        tally.pause(start + HOUR)
    report = tally.report()
    miner = output(report, "miner1.power_target")
    assert (miner.on_s, miner.changes, report.seconds) == (7200.0, 0, 7200.0)
    assert miner.energy is not None
    assert miner.energy.grid_kwh == 2.0
    assert report.rules[0].unknown_s == 7200.0
    assert (report.start_ms, report.end_ms) == (0, 101 * HOUR)
