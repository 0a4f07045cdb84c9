"""F01 to F14, F29 and F62 in the virtual world: each with the twin that takes its defence away."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import engine.inference.image
from engine.language.plant import Point
from engine.language.rulebook import Rulebook
from engine.values.fact import Quality, Value
from tests.virtual.bench import HEATS_S, Bench, stops_within
from tests.virtual.faults_sensors import IMPOSSIBLE, NOT_NUMBERS

SCAN_S = 5.0
EVENING_S = 1_779_724_800.0
"""25 May 2026, 16:00 UTC: the hot water is warm, and its weekly run is over for today."""
WATER = "water.supply_temperature"
Sabotage = Callable[[Bench], object]


def intact(_: Bench) -> None:
    """Break nothing."""


def shows(bench: Bench, point: str, value: Value | None, quality: Quality = Quality.GOOD) -> None:
    """Let a sensor show this from the moment of the fault on."""
    bench.at(
        HEATS_S,
        lambda: bench.world.lay_over(
            point, lambda reading: reading._replace(value=value, quality=quality, reason="fault")
        ),
    )


def stale(folder: Path, sabotage: Sabotage) -> None:
    bench = Bench(folder).heat()
    sabotage(bench)

    def freeze() -> None:
        last = bench.world.sensed(WATER)
        bench.at(HEATS_S + 300.0, bench.world.lay_over(WATER, lambda _: last))

    bench.at(HEATS_S, freeze).play()
    stops_within(bench, 60.0 + 2 * SCAN_S)
    assert bench.first(lambda shot: shot.tells("water_too_hot"), HEATS_S) <= 70.0
    back = [shot for shot in bench.after(HEATS_S + 320.0) if shot.tells("water_too_hot")]
    assert back == [], "it recovers by itself"
    assert bench.shots[-1].wanted_w > 0.0


def test_f01_a_stale_sensor_stops_what_hangs_on_it_and_recovers(tmp_path: Path) -> None:
    stale(tmp_path, intact)


def test_f01_sabotage_without_an_age_limit_the_miner_goes_on(tmp_path: Path) -> None:
    with pytest.raises((AssertionError, StopIteration)):
        stale(tmp_path, lambda bench: bench.other_points(max_age_s=1e6))


def not_a_number(folder: Path, value: float) -> None:
    bench = Bench(folder, minutes=15.0).heat()
    shows(bench, WATER, value)
    bench.watch(WATER)
    bench.play()
    stops_within(bench, 2 * SCAN_S)
    assert all(value is None or math.isfinite(float(value)) for _, value in bench.seen)


@pytest.mark.parametrize("value", NOT_NUMBERS, ids=str)
def test_f02_what_is_no_number_never_reaches_a_rule(tmp_path: Path, value: float) -> None:
    not_a_number(tmp_path, value)


def test_f02_sabotage_let_in_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def as_it_comes(_point: Point, value: Value | None) -> Value | None:
        return value

    monkeypatch.setattr(engine.inference.image, "plausible", as_it_comes)
    with pytest.raises((AssertionError, StopIteration)):
        not_a_number(tmp_path, math.nan)


def impossible(folder: Path, value: float, sabotage: Sabotage) -> None:
    bench = Bench(folder, minutes=15.0).heat()
    sabotage(bench)
    shows(bench, WATER, value)
    bench.play()
    stops_within(bench, 2 * SCAN_S)


@pytest.mark.parametrize("value", IMPOSSIBLE)
def test_f03_what_cannot_be_is_bad(tmp_path: Path, value: float) -> None:
    impossible(tmp_path, value, intact)


def test_f03_sabotage_without_a_range_it_would_be_believed(tmp_path: Path) -> None:
    with pytest.raises((AssertionError, StopIteration)):
        impossible(tmp_path, -127.0, lambda bench: bench.other_points(low=None, high=None))


def spike(folder: Path, sabotage: Sabotage) -> None:
    bench = Bench(folder, minutes=15.0).heat()
    sabotage(bench)

    def jump() -> None:
        undo = bench.world.lay_over("hotwater.top", lambda r: r._replace(value=69.0))
        bench.world.at(0.5 * SCAN_S, undo)

    bench.at(HEATS_S, jump)
    bench.watch("hotwater.top")
    bench.play()
    seen = [value for at_s, value in bench.seen if HEATS_S <= at_s <= HEATS_S + 2 * SCAN_S]
    assert 69.0 not in seen
    assert None in seen, "the spike is BAD, not smoothed over"
    assert bench.seen[-1][1] is not None


def test_f05_a_single_spike_is_no_value(tmp_path: Path) -> None:
    spike(tmp_path, intact)


def test_f05_sabotage_without_a_rate_it_would_be_one(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        spike(tmp_path, lambda bench: bench.other_points(max_rate_per_s=None))


def lost_inputs(folder: Path, break_it: Callable[[Bench], None]) -> None:
    bench = Bench(folder, minutes=15.0).heat()
    bench.at(HEATS_S, lambda: break_it(bench))
    bench.play()
    stops_within(bench, SCAN_S)


def a_module_is_gone(bench: Bench) -> None:
    safety = ("safety.channel_a", "safety.channel_b")
    bench.world.broken.modules.update(dict.fromkeys(safety, "module missing"))


def the_image_stands_still(bench: Bench) -> None:
    bench.world.broken.unreadable = "the process image stands still"


def the_wire_breaks(bench: Bench) -> None:
    bad = Quality.BAD
    bench.world.lay_over(WATER, lambda r: r._replace(value=None, quality=bad, reason="wire"))


@pytest.mark.parametrize("break_it", [the_wire_breaks, a_module_is_gone, the_image_stands_still])
def test_f08_f09_f10_f11_what_the_plc_calls_bad_trips_in_the_scan_that_sees_it(
    tmp_path: Path, break_it: Callable[[Bench], None]
) -> None:
    lost_inputs(tmp_path, break_it)


def test_f08_f09_f10_f11_sabotage_with_the_last_value_kept_they_would_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = engine.inference.image
    judge = image._judge

    def keep(point, fact, value, quality, at_s, now_s):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - as the one it stands for
        if fact is not None and fact.quality is not Quality.GOOD:
            return value, quality, now_s
        return judge(point, fact, value, quality, at_s, now_s)

    monkeypatch.setattr(image, "_judge", keep)
    with pytest.raises((AssertionError, StopIteration)):
        lost_inputs(tmp_path, the_wire_breaks)


def test_f12_what_another_program_writes_is_written_over_by_the_next_scan(tmp_path: Path) -> None:
    bench = Bench(tmp_path, minutes=15.0).heat()
    bench.at(HEATS_S + 2.5, lambda: bench.world.plc.image.update(rv2_target=100.0))
    bench.play()
    assert bench.first(lambda shot: shot.image["rv2_target"] == 0.0, HEATS_S + 2.5) <= SCAN_S
    assert bench.oracle.violations == []


def inherited(folder: Path, sabotage: Sabotage) -> None:
    bench = Bench(folder, minutes=12.0)
    bench.leaves_behind = {"p4_run": True, "p5_run": True, "rv2_target": 100.0}
    sabotage(bench)
    bench.play()
    assert bench.oracle.violations == []


def test_f13_the_first_image_is_the_safe_one_whatever_was_left_on(tmp_path: Path) -> None:
    inherited(tmp_path, intact)


def test_f13_sabotage_without_it_the_oracle_finds_what_was_left_on(tmp_path: Path) -> None:
    def skip(bench: Bench) -> None:
        driving = "begin"
        bench.on_life = lambda life: setattr(life.daemon.cycle.driving, driving, lambda _: None)

    with pytest.raises(AssertionError):
        inherited(tmp_path, skip)


def other_layout(folder: Path, sabotage: Sabotage) -> None:
    bench = Bench(folder).heat()
    sabotage(bench)
    broken = bench.world.broken
    bench.at(HEATS_S, lambda: setattr(broken, "unwritable", "another layout"))
    bench.at(HEATS_S + 60.0, lambda: setattr(broken, "unwritable", ""))
    bench.play()
    stops_within(bench, SCAN_S)
    assert bench.first(lambda shot: shot.tells("plc:plc"), HEATS_S) <= 2 * SCAN_S
    assert bench.first(lambda shot: shot.wanted_w > 0.0, HEATS_S + SCAN_S) >= 300.0


def test_f14_what_may_not_be_driven_stops_the_miners_and_starts_them_in_order(
    tmp_path: Path,
) -> None:
    other_layout(tmp_path, intact)


def test_f14_sabotage_without_the_hold_the_miner_goes_on(tmp_path: Path) -> None:
    def skip(bench: Bench) -> None:
        def never(life: object) -> None:
            driving = life.daemon.cycle.driving  # type: ignore[attr-defined] # a Life
            driving._hold = lambda *_: None

        bench.on_life = never

    with pytest.raises((AssertionError, StopIteration)):
        other_layout(tmp_path, skip)


def no_flow(folder: Path, sabotage: Sabotage) -> None:
    bench = Bench(folder).heat()
    sabotage(bench)
    bench.at(HEATS_S, lambda: setattr(bench.world.broken, "without_flow", True))
    hottest: list[float] = []
    bench.world.pass_through = lambda _: hottest.append(float(bench.world.house.points[WATER]))
    bench.play()
    stops_within(bench, 180.0)
    assert max(hottest) < 90.0
    assert bench.shots[-1].wanted_w == 0.0, "it stays off until somebody has looked"


def test_f62_a_pump_that_moves_no_water_is_found_by_temperatures(tmp_path: Path) -> None:
    no_flow(tmp_path, intact)


def test_f62_sabotage_without_its_trips_the_water_would_boil(tmp_path: Path) -> None:
    def without(book: Rulebook) -> Rulebook:
        kept = tuple(trip for trip in book.trips if trip.id not in ("no_flow", "water_too_hot"))
        locks = tuple(lock for lock in book.interlocks if lock.id != "water_is_hot")
        return replace(book, trips=kept, interlocks=locks)

    with pytest.raises((AssertionError, StopIteration)):
        no_flow(tmp_path, lambda bench: bench.other_rules(without))


def stuck(folder: Path, sabotage: Sabotage) -> None:
    """Freeze the sensor that guards the buffer while 2.5 kW go in, on an evening in May."""
    bench = Bench(folder, minutes=120.0, start_s=EVENING_S).heat()
    sabotage(bench)
    point = "buffer.bottom"
    off_by: list[tuple[float, float]] = []

    def freeze() -> None:
        shown = float(bench.world.truth(point))
        bench.world.lay_over(point, lambda reading: reading._replace(value=shown))
        bench.note(
            lambda _: off_by.append((bench.world.now_s, float(bench.world.truth(point)) - shown))
        )

    bench.at(HEATS_S, freeze).play()
    assert bench.heats(), "the scenario did not come about"
    lies_s = next(at_s for at_s, off_k in off_by if off_k > 5.0)
    assert bench.first(lambda shot: shot.wanted_w == 0.0, HEATS_S) <= lies_s - HEATS_S + 420.0
    assert max(off_k for _, off_k in off_by) < 6.0
    assert bench.shots[-1].wanted_w == 0.0, "it stays off while the sensor stands still"
    assert bench.oracle.violations == []


def test_f04_a_sensor_that_stands_still_while_heat_goes_in_stops_it(tmp_path: Path) -> None:
    stuck(tmp_path, intact)


def test_f04_sabotage_without_the_comparison_it_would_be_believed(tmp_path: Path) -> None:
    def without(book: Rulebook) -> Rulebook:
        locks = tuple(lock for lock in book.interlocks if lock.id != "buffer_is_full")
        return replace(book, interlocks=locks)

    with pytest.raises((AssertionError, StopIteration)):
        stuck(tmp_path, lambda bench: bench.other_rules(without))
