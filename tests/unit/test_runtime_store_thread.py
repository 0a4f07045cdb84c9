"""When retained state is saved, and the thread that saves it."""

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.runtime.store import (
    LOCK,
    RETRY_S,
    SAVE_EVERY_S,
    Keeper,
    OccupiedError,
    SavingThread,
    Store,
    StoreCounters,
)
from engine.control.program import Program
from engine.control.scan import initial
from engine.control.state import Retained
from engine.control.trips import TripState
from tests.making.daemons import Site
from tests.making.disks import FailingDisk, GatedDisk
from tests.unit.store_rig import MOMENT, RULES, latched


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Site(tmp_path / "site").load().program


class Saves:
    def __init__(self) -> None:
        self.owes = False
        self.durable: frozenset[str] = frozenset()
        self.taken: list[tuple[float, bool]] = []
        self.programs: list[Program] = []

    def hand_in(
        self, program: Program, retained: Retained, urgent: bool, *, ended: bool = False
    ) -> None:
        assert retained.last is None, "what only saves work is not handed on"
        del ended
        self.programs.append(program)
        self.taken.append((retained.at_s, urgent))


def test_a_trip_is_saved_at_once_and_the_rest_once_a_minute(program: Program) -> None:
    saves = Saves()
    quiet = initial(program)
    keeper = Keeper(saves, program, quiet, 0.0)
    for half_s in range(int(SAVE_EVERY_S * 4)):
        at_s = half_s / 2
        trip = TripState(at_s >= 70.0, 70.0)
        keeper.look(
            program, replace(quiet, at_s=at_s, trips=(trip,) if at_s >= 70.0 else quiet.trips)
        )
    assert saves.taken == [(60.0, False), (70.0, True)]


def test_f93_a_save_that_failed_is_tried_again_soon_and_into_both_slots(program: Program) -> None:
    saves = Saves()
    quiet = initial(program)
    keeper = Keeper(saves, program, quiet, 0.0)
    keeper.look(program, replace(quiet, at_s=1.0, trips=(TripState(True, 1.0),)))
    saves.owes = True
    for at_s in range(2, 12):
        keeper.look(program, replace(quiet, at_s=float(at_s), trips=(TripState(True, 1.0),)))
    assert saves.taken == [(1.0, True), (1.0 + RETRY_S, True), (1.0 + 2 * RETRY_S, True)]


def test_other_rules_are_saved_at_once(program: Program, tmp_path: Path) -> None:
    saves = Saves()
    keeper = Keeper(saves, program, initial(program), 0.0)
    other = Site(tmp_path / "other").load().program
    keeper.look(other, replace(initial(other), at_s=1.0))
    assert saves.taken == [(1.0, True)]
    assert saves.programs == [other]


def test_the_thread_saves_the_newest_and_ends_when_it_is_done(
    store: Store, program: Program
) -> None:
    store.restore(program, RULES, MOMENT)
    thread = SavingThread(store, lambda: RULES)
    assert thread.durable == frozenset()
    for _ in range(50):
        thread.hand_in(program, latched(program), True)
    assert thread.close(10.0)
    assert thread.durable == {"safety_relay"}
    assert 1 <= store.counters.saves <= 51
    store.close()
    found = Store(store.folder).restore(program, RULES, MOMENT)
    assert [trip.latched for trip in found.retained.trips] == [True]


@pytest.mark.parametrize(
    ("ended", "told"), [({}, True), ({"ended": False}, True), ({"ended": True}, False)]
)
def test_f90_what_the_thread_saves_says_whether_the_process_ended_in_order(
    store: Store, program: Program, ended: dict[str, bool], told: bool
) -> None:
    store.restore(program, RULES, MOMENT)
    thread = SavingThread(store, lambda: RULES)
    thread.hand_in(program, latched(program), False, **ended)
    assert thread.close(60.0)
    store.close()
    notes = Store(store.folder).restore(program, RULES, MOMENT).notes
    assert any("did not end in order" in note for note in notes) is told


@pytest.mark.parametrize(
    ("urgent", "writes"),
    [
        ((False,), 0),
        ((False, False, False), 1),
        ((False, True), 2),
        ((False, True, False), 2),  # who passes an urgent one over is urgent
        ((False, False, True), 2),
    ],
)
def test_what_waited_is_passed_over_and_its_hurry_is_not(
    tmp_path: Path, program: Program, urgent: tuple[bool, ...], writes: int
) -> None:
    disk = GatedDisk()
    disk.gate.set()
    store = Store(tmp_path / "state", disk)
    store.occupy()
    store.restore(program, RULES, MOMENT)
    disk.gate.clear()
    disk.waits.clear()
    thread = SavingThread(store, lambda: RULES, frozenset({"kept"}))
    assert thread.durable == {"kept"}
    assert (thread._thread.name, thread._thread.daemon) == ("store", True)
    for number, each in enumerate(urgent):
        thread.hand_in(program, replace(latched(program), at_s=float(number)), each)
        assert disk.waits.wait(60.0), "the first one is being written"
        disk.writes = disk.writes if number else 0
    assert not thread.close(0.01)
    disk.gate.set()
    assert thread.close(60.0)
    assert disk.writes == writes
    store.close()


def test_f93_the_thread_owes_what_the_disk_refused(
    tmp_path: Path, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "state", FailingDisk(0, for_ever=True))
    store.occupy()
    store.restore(program, RULES, MOMENT)
    thread = SavingThread(store, lambda: RULES)
    thread.hand_in(program, latched(program), True)
    assert thread.close(10.0)
    assert thread.owes
    assert thread.durable == frozenset()
    assert "retained state not saved" in caplog.text
    store.close()


def test_how_saving_went_is_counted_and_told(
    tmp_path: Path, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    disk = FailingDisk(0, for_ever=True)
    store = Store(tmp_path / "state", disk)
    store.occupy()
    store.restore(program, RULES, MOMENT)
    why = "[Errno 5] Input/output error"
    assert store.counters == StoreCounters(0, 1, why)
    assert store.is_kept is False
    assert caplog.messages == [f"retained state not saved: {why}"]
    assert not store.save(program, RULES, latched(program), urgent=True)
    assert store.counters == StoreCounters(0, 2, why)
    disk.for_ever = False
    assert store.save(program, RULES, latched(program), urgent=True)
    assert store.counters == StoreCounters(1, 2, "")
    assert store.is_kept is True
    assert store.save(program, RULES, latched(program), urgent=False)
    assert store.counters == StoreCounters(2, 2, "")
    assert (store.folder / LOCK).stat().st_mode & 0o777 == 0o600
    with pytest.raises(OccupiedError) as caught:
        Store(store.folder).occupy()
    assert str(caught.value) == f"{store.folder} is held by another daemon"
    store.close()
