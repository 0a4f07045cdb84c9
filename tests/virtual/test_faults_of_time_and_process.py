"""F77 to F95 in the virtual world: clocks, standstills, disks and deaths, each with its twin."""

import errno
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.runtime import latches
from adapters.runtime.store import Store
from tests.virtual.bench import ASKED_W, HEATS_S, Bench
from tests.virtual.faults_process import PLACES, SLOT_BYTES
from tests.virtual.world import KilledError

SCAN_S = 5.0
Sabotage = Callable[[Bench], object]


def intact(_: Bench) -> None:
    """Break nothing."""


def trip(bench: Bench) -> None:
    bench.world.relay_closed = False


def recover(bench: Bench) -> None:
    bench.world.relay_closed = True


def die(bench: Bench, *, power: bool = False) -> None:
    if bench.people.life is not None:
        raise KilledError("waiting", power=power)


def latched(bench: Bench) -> bool:
    return any(("latched", "safety_relay") in shot.alarms for shot in bench.shots[-1:])


def death_while_latched(folder: Path, sabotage: Sabotage, *, power: bool) -> None:
    bench = Bench(folder).heat()
    sabotage(bench)
    bench.at(HEATS_S, lambda: trip(bench))
    bench.at(HEATS_S + 60.0, lambda: recover(bench))
    bench.at(HEATS_S + 120.0, lambda: die(bench, power=power))
    bench.at(HEATS_S + 400.0, bench.heat)
    bench.play()
    assert bench.heats()
    assert bench.lives == 2
    assert all(shot.wanted_w == 0.0 for shot in bench.after(HEATS_S + SCAN_S))
    assert latched(bench)
    assert bench.oracle.violations == []


@pytest.mark.parametrize("power", [False, True], ids=["killed", "power cut"])
def test_f77_f78_f90_f91_a_latch_outlives_process_and_machine(tmp_path: Path, power: bool) -> None:
    death_while_latched(tmp_path, intact, power=power)


def test_f77_sabotage_a_store_that_forgets_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore = Store.restore

    def forget(store: Store, *given: object) -> object:
        store._slots._disk.files.clear()  # type: ignore[attr-defined] # the virtual disk's
        (store.folder / "installed").unlink(missing_ok=True)
        return restore(store, *given)  # type: ignore[arg-type] # as they came

    monkeypatch.setattr(Store, "restore", forget)
    with pytest.raises(AssertionError):
        death_while_latched(tmp_path, intact, power=False)


def test_f91_sabotage_without_a_sync_the_power_cut_takes_the_latch(tmp_path: Path) -> None:
    def lies(bench: Bench) -> None:
        bench.world.disk.luck = 0.0
        bench.at(100.0, lambda: setattr(bench.world.disk, "never_syncs", True))

    with pytest.raises(AssertionError):
        death_while_latched(tmp_path, lies, power=True)


@pytest.mark.parametrize("power", [False, True], ids=["killed", "power cut"])
@pytest.mark.parametrize("place", PLACES[:7])
def test_f90_f91_death_in_the_scan_of_a_trip_leaves_no_unsafe_image_and_no_lie(
    tmp_path: Path, place: str, power: bool
) -> None:
    bench = Bench(tmp_path, minutes=20.0).heat()

    def both() -> None:
        trip(bench)
        bench.world.dies_at = (place, power)

    bench.at(HEATS_S, both).play()
    assert bench.heats()
    assert bench.lives == 2
    assert all(shot.wanted_w == 0.0 for shot in bench.after(HEATS_S + SCAN_S))
    assert bench.oracle.violations == []


def damaged(folder: Path, *, marked: bool) -> None:
    bench = Bench(folder)

    def flip() -> None:
        for place in (0, 1):
            bench.world.disk.flip("retained.slots", place * SLOT_BYTES + 20)
        if not marked:
            (bench.loaded.state_folder / "installed").unlink()
            del bench.world.disk.files["retained.slots"]
        die(bench)

    bench.at(300.0, flip).play()
    assert bench.lives == 2
    assert latched(bench), "unknown is tripped"


def test_f79_both_slots_damaged_means_tripped(tmp_path: Path) -> None:
    damaged(tmp_path, marked=True)


def test_f79_sabotage_without_the_marker_it_would_be_a_new_installation(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        damaged(tmp_path, marked=False)


def clock_jump(folder: Path, seconds: float, *, monotonic: bool) -> None:
    bench = Bench(folder).heat()

    def jump() -> None:
        bench.world.clock.wall_error_s = seconds
        if monotonic:
            bench.world.clock.boot_s -= abs(seconds)

    bench.at(HEATS_S, jump).play()
    assert bench.heats()
    wanted = [shot.wanted_w for shot in bench.after(HEATS_S)]
    assert set(wanted) == {ASKED_W}, "durations run on the other clock"
    assert bench.oracle.violations == []


@pytest.mark.parametrize("days", [2, -30])
def test_f85_a_wall_clock_that_jumps_changes_no_duration(tmp_path: Path, days: int) -> None:
    clock_jump(tmp_path, days * 86_400.0, monotonic=False)


def test_f85_sabotage_a_monotonic_clock_that_jumps_with_it_is_seen(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        clock_jump(tmp_path, 2 * 86_400.0, monotonic=True)


def boots_long_ago(folder: Path, sabotage: Sabotage) -> None:
    bench = Bench(folder, minutes=40.0)
    sabotage(bench)
    trusted: list[bool] = []

    def dead() -> None:
        clock = bench.world.clock
        clock.wall_error_s = -clock.wall_begun_s
        die(bench, power=True)

    bench.note(lambda scan: trusted.append(scan.trace.moment.wall_trusted))
    bench.at(300.0, dead)
    bench.at(1600.0, lambda: setattr(bench.world.clock, "wall_error_s", 0.0))
    bench.play()
    assert bench.lives == 2
    assert False in trusted, "1970 is not believed"
    assert any(shot.tells("clock") for shot in bench.after(1000.0)), "people are told"
    assert not bench.shots[-1].tells("clock")
    assert trusted[-1] is True, "the time server is"
    assert bench.oracle.violations == []


def test_f86_who_boots_in_1970_believes_no_schedule_until_the_clock_is_set(tmp_path: Path) -> None:
    boots_long_ago(tmp_path, intact)


def test_f86_sabotage_a_clock_that_is_always_believed_is_seen(tmp_path: Path) -> None:
    def trusting(bench: Bench) -> None:
        bench.on_life = lambda life: setattr(life.daemon.cycle, "trusts", lambda _w, _m: True)

    with pytest.raises(AssertionError):
        boots_long_ago(tmp_path, trusting)


SUNDAY = 6
CHANGES = [(year, month) for year in range(2026, 2041) for month in (3, 10)]


def changes_at_s(year: int, month: int) -> float:
    """Return when: at one o'clock UTC on the last Sunday, whatever it becomes in Berlin."""
    days = (datetime(year, month, day, 1, tzinfo=UTC) for day in range(31, 24, -1))
    return next(day.timestamp() for day in days if day.weekday() == SUNDAY)


@pytest.mark.parametrize(("year", "month"), CHANGES[:4])
def test_f87_when_the_clocks_change_scans_go_on_and_nothing_is_broken(
    tmp_path: Path, year: int, month: int
) -> None:
    bench = Bench(tmp_path, minutes=60.0, start_s=changes_at_s(year, month) - 1800.0)
    offsets: set[int] = set()
    bench.note(lambda scan: offsets.add(scan.trace.moment.utc_offset_s))
    bench.play()
    assert offsets == {3600, 7200}
    assert len(bench.shots) >= 719
    assert bench.oracle.violations == []


@pytest.mark.parametrize("uptime_s", [0.0, 0.5, 1e7, 1e9])
def test_f88_wherever_the_monotonic_clock_begins_the_same_happens(
    tmp_path: Path, uptime_s: float
) -> None:
    bench = Bench(tmp_path, minutes=15.0).heat()
    bench.world.clock.boot_s = -uptime_s
    bench.play()
    assert bench.heats()
    assert bench.oracle.violations == []


def standstill(folder: Path, sabotage: Sabotage) -> None:
    bench = Bench(folder, minutes=20.0).heat()
    sabotage(bench)
    world = bench.world

    def stand_still() -> None:
        world.broken.mute.add("miner1")
        world.stalled_s += 30.0
        world.at(0.0, lambda: world.advance(30.0))

    bench.at(HEATS_S, stand_still).play()
    assert bench.heats()
    assert bench.first(lambda shot: shot.wanted_w == 0.0, HEATS_S) <= 30.0 + 2 * SCAN_S


def test_f89_after_a_standstill_what_is_old_is_bad_at_once(tmp_path: Path) -> None:
    standstill(tmp_path, intact)


def test_f89_sabotage_without_it_the_old_value_would_stand_for_a_minute(tmp_path: Path) -> None:
    def trusting(bench: Bench) -> None:
        bench.on_life = lambda life: setattr(life.daemon.cycle, "standstill", None)

    with pytest.raises(AssertionError):
        standstill(tmp_path, trusting)


HELD_S = 30.0
AGAIN_S = 6.0


def held_up(folder: Path, sabotage: Sabotage, place: str) -> None:
    """Stand still in the middle of a scan, while the relay opens and the inputs grow old."""
    bench = Bench(folder, minutes=20.0).heat()
    sabotage(bench)
    world = bench.world

    def stand_still() -> None:
        world.stands_still_at, world.stands_still_s = place, HELD_S
        world.at(HELD_S / 2, lambda: trip(bench))

    bench.at(HEATS_S, stand_still).play()
    assert bench.heats()
    after = bench.after(HEATS_S + HELD_S)
    assert after[0].at_s <= HEATS_S + HELD_S + SCAN_S
    if place == "plc.write":
        assert after[1].at_s - after[0].at_s <= 0.1, "the next scan comes at once"
        after = after[1:]
    assert after[0].tells("safety_relay"), "what is written knows of the trip"
    assert all(shot.wanted_w == 0.0 for shot in after)
    assert bench.oracle.violations == []


@pytest.mark.parametrize("place", ["plc.read", "plc.seen", "plc.write"])
def test_f89_f99_wherever_a_scan_is_held_up_what_it_saw_before_drives_nothing_after(
    tmp_path: Path, place: str
) -> None:
    held_up(tmp_path, intact, place)


@pytest.mark.parametrize("place", ["plc.seen", "plc.write"])
def test_f89_f99_sabotage_a_cycle_that_does_not_look_at_the_clock_again_is_found(
    tmp_path: Path, place: str
) -> None:
    def trusting(bench: Bench) -> None:
        bench.on_life = lambda life: setattr(life.daemon.cycle, "is_late", lambda _scan: False)

    with pytest.raises(AssertionError):
        held_up(tmp_path, trusting, place)


def held_up_twice(folder: Path, sabotage: Sabotage) -> None:
    """Hold a scan up in writing, and the next one, which comes at once, in the same place."""
    bench = Bench(folder, minutes=15.0)
    sabotage(bench)
    world = bench.world

    def stand_still(for_s: float) -> None:
        world.stands_still_at, world.stands_still_s = "plc.write", for_s

    bench.at(HEATS_S, lambda: stand_still(HELD_S))
    bench.at(HEATS_S + HELD_S / 2, lambda: stand_still(AGAIN_S)).play()
    assert bench.after(HEATS_S)[0].at_s >= HEATS_S + HELD_S
    assert bench.oracle.violations == []


def test_f89_f98_a_scan_that_comes_at_once_and_is_held_up_itself_is_late_by_no_fault(
    tmp_path: Path,
) -> None:
    held_up_twice(tmp_path, intact)


def test_f89_f98_sabotage_a_scan_that_does_not_come_at_once_is_found(tmp_path: Path) -> None:
    def trusting(bench: Bench) -> None:
        bench.on_life = lambda life: setattr(life.daemon.cycle, "is_late", lambda _scan: False)

    with pytest.raises(AssertionError, match="drove for"):
        held_up_twice(tmp_path, trusting)


def off_time(folder: Path, sabotage: Sabotage) -> None:
    """Let miner 1 be stopped and the process die before it has saved that."""
    bench = Bench(folder, minutes=40.0).heat()
    sabotage(bench)
    stop = {"output": "miner1.power_target", "value": 0, "unit": "W", "ttl_s": 10}
    first_s = 910.0 + HEATS_S  # the minimum on time is over
    bench.at(first_s, lambda: bench.people.ask("override", **stop))
    bench.at(first_s + 7.0, lambda: die(bench))
    bench.at(first_s + 45.0, bench.heat).play()
    assert bench.lives == 2
    assert bench.oracle.violations == []
    assert bench.first(lambda shot: shot.wanted_w > 0.0, first_s + 20.0) >= MINIMUM_OFF_S


MINIMUM_OFF_S = 300.0


def test_f90_what_was_switched_off_just_before_a_crash_stays_off_for_its_time(
    tmp_path: Path,
) -> None:
    off_time(tmp_path, intact)


def test_f90_sabotage_who_believes_the_state_of_a_minute_ago_starts_too_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "adapters.runtime.store.after_crash", lambda _program, retained, _now_s: retained
    )
    with pytest.raises(AssertionError, match="I7"):
        off_time(tmp_path, intact)


def broken_disk(folder: Path, error: int) -> None:
    bench = Bench(folder).heat()
    disk = bench.world.disk
    bench.at(HEATS_S, lambda: setattr(disk, "fails", error))
    bench.at(HEATS_S + 60.0, lambda: trip(bench))
    bench.at(HEATS_S + 120.0, lambda: recover(bench))
    bench.at(HEATS_S + 300.0, lambda: setattr(disk, "fails", 0))
    bench.play()
    assert bench.heats()
    fails = [s for s in bench.after(HEATS_S + 65.0) if s.at_s < HEATS_S + 300.0]
    assert all(shot.wanted_w == 0.0 for shot in fails)
    assert all(shot.tells("state") for shot in fails[2:])
    assert all(("latched", "safety_relay") not in shot.alarms for shot in fails)
    assert latched(bench), "as soon as it is on the disk it is told"
    assert bench.oracle.violations == []


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_f92_f93_a_disk_that_takes_nothing_costs_no_trip_and_no_lie(
    tmp_path: Path, error: int
) -> None:
    broken_disk(tmp_path, error)


def test_f92_f93_sabotage_told_before_it_is_durable_is_a_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert latches.as_told is not None
    monkeypatch.setattr("adapters.runtime.daemon.as_told", lambda _p, scan, _d, **_: scan)
    with pytest.raises(AssertionError):
        broken_disk(tmp_path, errno.EIO)
