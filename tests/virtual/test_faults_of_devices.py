"""F20 to F59 and F100 in the virtual world: links and miners; each with its twin."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import tests.virtual.miner
from adapters.codec.miner_power import Act, Standing, decide
from adapters.codec.miner_target import PowerRules
from adapters.port import Reading
from adapters.runtime.supervisor import Health
from engine.values.fact import Value
from tests.virtual.bench import HEATS_S, Bench, stops_within
from tests.virtual.miner import Firmware

SCAN_S = 5.0


def silent_miner(folder: Path, sabotage: Callable[[Bench], object]) -> None:
    bench = Bench(folder).heat()
    sabotage(bench)
    bench.at(HEATS_S, lambda: bench.world.broken.mute.add("miner1"))
    bench.play()
    stops_within(bench, 60.0 + 2 * SCAN_S)
    gaps = [b.at_s - a.at_s for a, b in pairwise(bench.shots)]
    assert max(gaps) == SCAN_S, "no scan waited for it"


def test_f20_f51_a_device_that_hangs_holds_up_no_scan_and_its_values_grow_old(
    tmp_path: Path,
) -> None:
    silent_miner(tmp_path, lambda _: None)


def test_f20_f51_sabotage_without_an_age_limit_nobody_would_notice(tmp_path: Path) -> None:
    with pytest.raises((AssertionError, StopIteration)):
        silent_miner(tmp_path, lambda bench: bench.other_points(max_age_s=1e6))


def test_f26_a_frame_of_zeros_starts_and_breaks_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path).heat()

    def zeros() -> None:
        for point in ("pv.power", "house.load", "battery.power", "battery.soc"):
            bench.world.lay_over(point, lambda reading: _with(reading, 0.0))

    bench.at(HEATS_S, zeros).play()
    assert bench.heats()
    assert bench.oracle.violations == []


def _with(reading: Reading, value: Value) -> Reading:
    return reading._replace(value=value)


def unreachable_when_tripped(folder: Path) -> None:
    bench = Bench(folder).heat()
    world = bench.world
    bench.at(HEATS_S, lambda: world.broken.unreachable.add("miner1"))
    bench.at(HEATS_S + 100.0, lambda: world.lay_over("safety.channel_a", lambda r: _with(r, False)))
    told: list[int] = []
    bench.at(HEATS_S + 200.0, lambda: told.append(len(world.miner("miner1").sent)))
    bench.at(HEATS_S + 200.0, lambda: world.broken.unreachable.discard("miner1"))
    bench.play()
    assert bench.heats()
    assert bench.after(HEATS_S + 195.0)[0].drawn_w > 1000.0, "out of reach it goes on"
    assert world.miner("miner1").sent[told[0]][0] is Act.PAUSE, "its first word is the stop"
    assert bench.after(HEATS_S + 230.0)[0].drawn_w < 100.0
    assert bench.oracle.violations == []


def test_f50_a_miner_that_comes_back_while_tripped_hears_the_stop_first(tmp_path: Path) -> None:
    unreachable_when_tripped(tmp_path)


def test_f50_sabotage_a_driver_that_waits_to_be_asked_leaves_it_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tests.virtual.miner.Miner, "_control", lambda *_: None)
    with pytest.raises(AssertionError):
        unreachable_when_tripped(tmp_path)


def reboot_when_tripped(folder: Path) -> None:
    bench = Bench(folder).heat()
    world = bench.world
    bench.at(HEATS_S, lambda: world.lay_over("safety.channel_a", lambda r: _with(r, False)))

    def reboot() -> None:
        world.firmware["miner1"].reboot()
        world.miner("miner1").restarted()

    bench.at(HEATS_S + 120.0, reboot).play()
    assert bench.heats()
    assert world.firmware["miner1"].standing is Standing.PAUSED
    assert max(shot.drawn_w for shot in bench.after(HEATS_S + 60.0)) < 100.0


def test_f54_a_miner_that_boots_into_mining_while_tripped_is_paused_at_once(
    tmp_path: Path,
) -> None:
    reboot_when_tripped(tmp_path)


def test_f54_sabotage_a_driver_that_tells_a_pause_once_leaves_it_mining(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = decide

    def once(wanted, seen, memory, rules, now_s):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - as the one it stands for
        step = told(wanted, seen, memory, rules, now_s)
        return step if now_s < 1000.0 + HEATS_S + 60.0 else replace(step, act=Act.LEAVE)

    monkeypatch.setattr("tests.virtual.miner.decide", once)
    with pytest.raises(AssertionError):
        reboot_when_tripped(tmp_path)


def not_off(folder: Path, sabotage: Callable[[Bench], object]) -> None:
    bench = Bench(folder).heat()
    sabotage(bench)
    world = bench.world
    bench.at(HEATS_S, lambda: world.firmware["miner1"].faults.add("lies"))
    bench.at(HEATS_S, lambda: world.firmware["miner1"].faults.add("ignores_pause"))
    bench.at(HEATS_S, lambda: world.lay_over("miner1.power", lambda r: _with(r, 0.0)))
    bench.at(HEATS_S, lambda: world.lay_over("safety.channel_a", lambda r: _with(r, False)))
    bench.play()
    assert bench.first(lambda shot: shot.tells("not_off:both_miners"), HEATS_S) <= 120.0
    hot = [shot for shot in bench.after(HEATS_S + 60.0) if shot.drawn_w > 1000.0]
    assert hot, "it really runs"
    assert all(shot.image["p3_run"] is True for shot in hot), "the pump goes on"


def test_f55_f56_f81_a_miner_that_lies_is_found_by_the_meter_and_keeps_its_pump(
    tmp_path: Path,
) -> None:
    not_off(tmp_path, lambda _: None)


def test_f55_f56_f81_sabotage_without_the_meter_nobody_would_know(tmp_path: Path) -> None:
    with pytest.raises((AssertionError, StopIteration)):
        not_off(tmp_path, lambda bench: setattr(bench.world, "_metered", tuple))


def wear(folder: Path) -> None:
    bench = Bench(folder, minutes=80.0).heat()

    def ask(watts: int) -> None:
        bench.people.ask(
            "override", output="miner1.power_target", value=watts, unit="W", ttl_s=80_000
        )

    for minute in range(15, 80):
        bench.at(minute * 60.0, lambda m=minute: ask((1800, 3200)[m % 2]))  # type: ignore[misc] # of each minute
    bench.play()
    assert 12 <= bench.world.firmware["miner1"].writes <= 12 * 2
    assert bench.oracle.violations == []


def test_f59_targets_that_swing_are_written_twelve_times_an_hour(tmp_path: Path) -> None:
    wear(tmp_path)


def test_f59_sabotage_without_the_limits_every_swing_is_a_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def free(cap_w: float) -> PowerRules:
        return PowerRules(cap_w, settle_s=0.0, max_changes_per_h=1000)

    monkeypatch.setattr(tests.virtual.miner, "PowerRules", free)
    whole = Bench.__init__

    def unlimited(bench: Bench, *given: object, **named: object) -> None:
        whole(bench, *given, **named)  # type: ignore[arg-type] # as they came
        bench.other_outputs(settle_s=0.0, max_changes=None)

    monkeypatch.setattr(Bench, "__init__", unlimited)
    with pytest.raises(AssertionError):
        wear(tmp_path)


def gone(folder: Path, sabotage: Callable[[Bench], object]) -> None:
    bench = Bench(folder).heat()
    sabotage(bench)

    def lose() -> None:
        bench.world.broken.lost.add("miner2")
        bench.world.sources["miner2"].lose("connection reset")

    bench.at(300.0, lose).play()
    assert bench.heats(), "miner 1 is none of it"
    assert bench.first(lambda shot: shot.tells("device:miner2"), 300.0) <= 60.0
    assert bench.oracle.violations == []


def test_f100_a_device_that_fails_again_and_again_costs_no_other_anything(tmp_path: Path) -> None:
    gone(tmp_path, lambda _: None)


def test_f100_sabotage_a_failure_that_is_not_counted_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*_: object, **__: object) -> tuple[Health, float]:
        return Health(), 1.0

    monkeypatch.setattr("adapters.runtime.supervisor.after_failure", nothing)
    with pytest.raises((AssertionError, StopIteration)):
        gone(tmp_path, lambda _: None)


def suspended(folder: Path) -> None:
    bench = Bench(folder, minutes=40.0).heat()
    miner, faults = bench.world.miner, bench.world.firmware["miner1"].faults
    told: list[int] = []
    fault: list[Value] = []
    names = [output.name for output in bench.loaded.program.rulebook.plant.outputs]
    place = names.index("plant.fault")
    bench.note(lambda scan: fault.append(scan.decisions[place].value))
    bench.at(HEATS_S, lambda: faults.add("suspended"))
    bench.at(HEATS_S + 10.0, lambda: told.append(len(miner("miner1").sent)))
    bench.play()
    assert bench.heats()
    assert len(miner("miner1").sent) == told[0], "its firmware knows why; nobody fights it"
    assert fault[-1] == "miner1", "people see which part does not do what it is told"
    assert bench.oracle.violations == []


def test_f58_a_miner_that_stopped_by_itself_is_not_fought_and_is_told(tmp_path: Path) -> None:
    suspended(tmp_path)


def test_f58_sabotage_taken_for_a_pause_it_would_be_resumed_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(firmware: Firmware) -> Standing:
        return Standing.PAUSED if "suspended" in firmware.faults else firmware.standing

    monkeypatch.setattr(Firmware, "shown", shown)
    with pytest.raises(AssertionError):
        suspended(tmp_path)
