from adapters.clock import SiteClock
from adapters.plot.series import MOST_SAMPLES, Collector, Limit, Mark, Switch, limits, sampling
from engine.control.decision import Alarm, AlarmKind, Restriction, RestrictionKind, Trace
from engine.control.scan import Scan, initial
from engine.language.load import load
from engine.workshop.meter import Meter
from engine.workshop.report import Basis
from tests.simulation.small_rules import files, program
from tests.unit.test_tally import BOOK, HOUR, PLANT, trace

PROGRAM = program()
VETO = Restriction(RestrictionKind.PERMISSIVE, "flow", 0.0)


def scan(seen: Trace) -> Scan:
    return Scan(seen.decisions, initial(PROGRAM), seen)


def test_a_chart_gets_no_more_samples_than_it_can_show() -> None:
    assert sampling(HOUR, 10_000) == 10_000
    year = 365 * 24 * HOUR
    assert year / sampling(year, 10_000) <= MOST_SAMPLES
    assert sampling(year, 10_000) % 10_000 == 0


def test_facts_are_sampled_and_every_switching_is_kept() -> None:
    meter = Meter(PLANT, Basis.MEASURED)
    collector = Collector(BOOK, meter, HOUR)
    for at_ms, target in ((0, 0.0), (10_000, 2_000.0), (20_000, 0.0), (HOUR, 0.0)):
        seen = trace(at_ms, (500.0, 0.0, 30.0, target), target=target)
        meter.set(seen.image.values, seen.decisions)
        collector.add(at_ms, scan(seen))
    collector.pause(HOUR + 10_000)
    (stretch,) = collector.chart("x").stretches
    assert [sample.at_ms for sample in stretch.samples] == [0, HOUR]
    assert stretch.switches["miner1.power_target"] == [
        Switch(0, 0.0),
        Switch(10_000, 2_000.0),
        Switch(20_000, 0.0),
    ]
    assert (stretch.start_ms, stretch.end_ms) == (0, HOUR + 10_000)


def test_vetoes_and_alarms_are_marked_from_begin_to_end() -> None:
    collector = Collector(BOOK, Meter(PLANT, Basis.MEASURED), HOUR)
    alarm = Alarm(AlarmKind.TRIPPED, "relay", "open")
    for at_ms, restrictions, alarms in (
        (0, (VETO,), ()),
        (1, (VETO,), (alarm,)),
        (2, (), (alarm,)),
        (3, (VETO,), ()),
        (4, (VETO,), (alarm,)),
    ):
        collector.add(at_ms, scan(trace(at_ms, restrictions=restrictions, alarms=alarms)))
    collector.pause(5)
    (stretch,) = collector.chart("x").stretches
    veto, tripped = ("miner1.power_target", "permissive", "flow"), ("", "tripped", "relay")
    assert stretch.marks == [
        Mark(0, *veto, 2), Mark(1, *tripped, 3), Mark(3, *veto, 5), Mark(4, *tripped, 5),
    ]  # fmt: skip


def test_each_stretch_begins_anew() -> None:
    collector = Collector(BOOK, Meter(PLANT, Basis.MEASURED), HOUR)
    collector.pause(0)
    for start in (0, 10 * HOUR):
        collector.add(start, scan(trace(start)))
        collector.pause(start + 10)
    first, second = collector.chart("x").stretches
    assert (first.end_ms, second.start_ms) == (10, 10 * HOUR)
    assert second.switches["p3.run_target"] == [Switch(10 * HOUR, False)]


def test_limits_are_what_protecting_rules_compare_points_with() -> None:
    rules = files()
    rules["more.yaml"] = b"""\
ruleset: more
conditions:
  hot: {when: hotwater.top > 70 \xc2\xb0C, until: hotwater.top < 65 \xc2\xb0C}
interlocks:
  - id: not_too_hot
    while: hot
    force: {p5.run_target: off}
  - id: any
    while: 80 \xc2\xb0C < water.supply_temperature or p3.running or buffer.top > buffer.middle
    force: {p3.run_target: on}
"""
    loaded = load(rules)
    assert loaded.ok, loaded.problems
    assert set(limits(loaded.rulebook)) == {
        Limit("buffer.top", 75.0, above=True),
        Limit("hotwater.top", 70.0, above=True),
        Limit("hotwater.top", 65.0, above=False),
        Limit("water.supply_temperature", 80.0, above=True),
    }
    assert SiteClock(loaded.rulebook.plant.site).zone.key == "Europe/Berlin"
