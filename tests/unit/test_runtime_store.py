import errno
import math
import os
import zlib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.runtime.latches import latched_in
from adapters.runtime.slots import HEADER_BYTES, SLOT_BYTES, SlotFile
from adapters.runtime.store import (
    FILE,
    MARKER,
    SavingThread,
    Store,
    all_latched,
)
from engine.control.program import Program, compile_program
from engine.control.retained import save
from engine.control.scan import initial
from engine.control.state import Retained
from engine.control.trips import TripState
from engine.inference.windows import Part, WindowState
from engine.values.fact import Value
from tests.making.daemons import Site
from tests.making.disks import FailingDisk, ForgetfulDisk
from tests.unit.engine_rig import rulebook
from tests.unit.store_rig import MOMENT, RULES, latched

LATCHED = ": every latching trip counts as latched"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Site(tmp_path / "site").load().program


def trips(retained: Retained) -> list[bool]:
    return [trip.latched for trip in retained.trips]


def again(store: Store, program: Program, rules: str = RULES) -> tuple[list[bool], str]:
    """Restart: what another store finds in the same folder."""
    store.close()
    other = Store(store.folder)
    other.occupy()
    restored = other.restore(program, rules, MOMENT)
    other.close()
    return trips(restored.retained), "; ".join(restored.notes)


def test_a_new_installation_starts_with_nothing_latched(store: Store, program: Program) -> None:
    restored = store.restore(program, RULES, MOMENT)
    assert restored.retained == initial(program)
    assert restored.notes == ()
    assert (store.folder / MARKER).exists()
    assert (store.folder / FILE).stat().st_mode & 0o777 == 0o600
    assert (store.folder / MARKER).stat().st_mode & 0o777 == 0o600


def test_what_was_saved_comes_back(store: Store, program: Program) -> None:
    store.restore(program, RULES, MOMENT)
    assert store.save(program, RULES, latched(program), urgent=True, ended=True)
    with (store.folder / FILE).open("rb") as made:
        assert again(store, program) == ([True], "")
        restored = Store(store.folder).restore(program, RULES, MOMENT)
        assert os.fstat(made.fileno()).st_nlink == 1, "written anew in its place"
    assert restored.retained.at_s == MOMENT.monotonic_s, "on the clock of the new process"


@pytest.mark.parametrize("is_locked", [False, True])
def test_a_folder_that_is_not_there_yet_is_made(
    tmp_path: Path, program: Program, is_locked: bool
) -> None:
    store = Store(tmp_path / "a" / "b")
    if is_locked:
        store.occupy()
    store.restore(program, RULES, MOMENT)
    assert store.is_kept
    store.close()


def test_a_marker_that_cannot_be_set_stops_nobody(
    store: Store, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.restore(program, RULES, MOMENT)
    (store.folder / MARKER).unlink()
    store.close()

    def refuse(path: Path, mode: int) -> None:
        raise OSError(errno.EROFS, f"Read-only file system: {path} {mode}")

    monkeypatch.setattr(Path, "touch", refuse)
    assert again(store, program)[0] == [False]


def test_only_what_can_latch_counts_as_latched() -> None:
    rules = """
trips:
  - {id: t, when: a, latch: true, force: {m: 0 W}, because: x}
  - {id: u, when: b, latch: false, force: {n: 0 kW}, because: x}
  - {id: v, when: x > 1 kW, latch: on_true, force: {p: off}, because: x}
"""
    program = compile_program(rulebook(rules))
    never = TripState(False, -math.inf)
    found = all_latched(program, initial(program), 7.0)
    assert found.trips == (TripState(True, 7.0), never, TripState(True, 7.0))
    with pytest.raises(ValueError, match="zip"):
        all_latched(program, replace(found, trips=()), 7.0)


def switched(store: Store, program: Program, **ended: bool) -> list[tuple[Value, float]]:
    """Save outputs that switched long ago; what the next process holds of them, and since when."""
    store.restore(program, RULES, MOMENT)
    long_ago = initial(program)
    outputs = tuple(each._replace(switched_at_s=-500.0) for each in long_ago.outputs)
    saved = replace(long_ago, at_s=100.0, outputs=outputs)
    assert store.save(program, RULES, saved, urgent=False, **ended)
    store.close()
    other = Store(store.folder)
    restored = other.restore(program, RULES, MOMENT).retained
    other.close()
    return [(each.value, each.switched_at_s - MOMENT.monotonic_s) for each in restored.outputs]


@pytest.mark.parametrize(
    ("ended", "since_s"), [({}, 0.0), ({"ended": False}, 0.0), ({"ended": True}, -600.0)]
)
def test_f90_f91_after_a_crash_outputs_have_switched_just_now_and_after_an_orderly_end_not(
    store: Store, program: Program, ended: dict[str, bool], since_s: float
) -> None:
    failsafes = [output.failsafe for output in program.rulebook.plant.outputs]
    assert switched(store, program, **ended) == [(value, since_s) for value in failsafes]


def test_that_a_process_ended_is_believed_once(store: Store, program: Program) -> None:
    switched(store, program, ended=True)
    assert "did not end in order" in again(store, program)[1]


def test_f79_a_file_that_vanished_counts_as_latched(store: Store, program: Program) -> None:
    store.restore(program, RULES, MOMENT)
    (store.folder / FILE).unlink()
    store.close()
    lost = Store(store.folder).restore(program, RULES, MOMENT)
    assert lost.retained.trips == (TripState(True, MOMENT.monotonic_s),)
    since_s = {each.switched_at_s for each in lost.retained.outputs}
    assert since_s == {MOMENT.monotonic_s}, "nobody knows what was on"
    (store.folder / FILE).unlink()
    found, told = again(store, program)
    assert found == [True]
    assert told == f"the retained state is missing{LATCHED}"
    assert again(store, program)[0] == [True]  # and stays so


@pytest.mark.parametrize("content", [b"", b"nonsense", bytes(2 * SLOT_BYTES)])
@pytest.mark.parametrize("marker", [True, False])
def test_f79_a_damaged_file_counts_as_latched_and_is_kept_aside(
    store: Store, program: Program, content: bytes, marker: bool
) -> None:
    store.restore(program, RULES, MOMENT)
    (store.folder / FILE).write_bytes(content)
    if not marker:
        (store.folder / MARKER).unlink()
    found, told = again(store, program)
    assert found == [True]
    assert told == f"the retained state is damaged{LATCHED}"
    assert (store.folder / "retained.unreadable").read_bytes() == content
    assert again(store, program)[0] == [True]


@pytest.mark.parametrize("data", [b"{}", b"\xff", b'{"format": 99}', b""])
def test_f105_a_whole_slot_of_another_format_counts_as_latched(
    store: Store, program: Program, data: bytes
) -> None:
    store.restore(program, RULES, MOMENT)
    slots = SlotFile(store.folder / FILE)
    slots.read()
    slots.save(bytes(32), zlib.compress(data) if data else data, copies=2)
    slots.close()
    found, told = again(store, program)
    assert found == [True]
    assert "cannot be used" in told


@pytest.mark.parametrize("place", [0, 1])
def test_f79_one_damaged_slot_never_loses_a_latch(
    store: Store, program: Program, place: int
) -> None:
    store.restore(program, RULES, MOMENT)
    store.save(program, RULES, latched(program), urgent=True)
    path = store.folder / FILE
    data = bytearray(path.read_bytes())
    data[place * SLOT_BYTES + HEADER_BYTES + 3] ^= 0x10
    path.write_bytes(data)
    found, told = again(store, program)
    assert found == [True]
    assert "1 of 2 slots" in told
    found, told = again(store, program)
    assert found == [True]
    assert "slots" not in told, "mended"


def test_f79_without_writing_both_slots_a_damaged_one_would_lose_it(
    store: Store, program: Program
) -> None:
    """The sabotage twin: this is why a trip is written twice."""
    store.restore(program, RULES, MOMENT)
    store.save(program, RULES, latched(program), urgent=False)
    path = store.folder / FILE
    data = bytearray(path.read_bytes())
    data[HEADER_BYTES + 3] ^= 0x10
    path.write_bytes(data)
    assert again(store, program)[0] == [False]


def test_other_rules_are_told(store: Store, program: Program) -> None:
    store.restore(program, RULES, MOMENT)
    told = again(store, program, "cd" * 32)[1]
    assert told.split("; ")[-1] == "the rules were edited while the daemon was down"


def test_f93_a_disk_that_cannot_be_read_says_why(store: Store, program: Program) -> None:
    store.restore(program, RULES, MOMENT)
    store.close()
    blind = Store(store.folder, FailingDisk(0, for_ever=True))
    restored = blind.restore(program, RULES, MOMENT)
    told = f"the retained state cannot be read: [Errno 5] Input/output error{LATCHED}"
    assert restored.notes == (told,)
    blind.close()


def test_f105_what_swells_out_of_proportion_is_no_state(store: Store, program: Program) -> None:
    store.restore(program, RULES, MOMENT)
    slots = SlotFile(store.folder / FILE)
    slots.read()
    swollen = b" " * 8_000_000 + save(program, initial(program))
    slots.save(bytes(32), zlib.compress(swollen), copies=2)
    slots.close()
    found, told = again(store, program)
    assert found == [True]
    assert "cannot be used" in told


@pytest.mark.parametrize("for_ever", [False, True])
@pytest.mark.parametrize("at", range(24))
def test_whichever_call_fails_nothing_is_raised_and_no_acknowledged_latch_is_lost(
    tmp_path: Path, program: Program, at: int, for_ever: bool
) -> None:
    folder = tmp_path / "state"
    first = Store(folder)
    first.occupy()
    first.restore(program, RULES, MOMENT)
    first.close()
    store = Store(folder, FailingDisk(at, torn=True, for_ever=for_ever))
    store.occupy()
    restored = store.restore(program, RULES, MOMENT)
    acknowledged = store.save(program, RULES, latched(program), urgent=True)
    store.save(program, RULES, latched(program), urgent=False)
    found, _ = again(store, program)
    if acknowledged or trips(restored.retained) == [True]:
        assert found == [True]
    assert acknowledged or store.counters.failures


@given(
    st.lists(st.tuples(st.integers(0, 2 * SLOT_BYTES - 1), st.integers(1, 255)), max_size=40),
    st.booleans(),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_f79_bytes_that_flip_never_lose_a_latch(
    tmp_path: Path, program: Program, flips: list[tuple[int, int]], near_the_start: bool
) -> None:
    """Whatever flips: the state is as it was saved, or counts as latched."""
    with TemporaryDirectory(dir=tmp_path) as name:
        store = Store(Path(name))
        store.restore(program, RULES, MOMENT)
        store.save(program, RULES, latched(program), urgent=True)
        store.close()
        data = bytearray((store.folder / FILE).read_bytes())
        for place, by in flips:
            slot, inside = divmod(place, SLOT_BYTES)
            at = slot * SLOT_BYTES + (inside % 400 if near_the_start else inside)
            data[at] ^= by
        (store.folder / FILE).write_bytes(data)
        assert again(store, program)[0] == [True]


def test_f93_a_latch_left_in_memory_alone_is_not_called_durable_before_it_is_written_anew(
    store: Store, program: Program
) -> None:
    """It was written and never flushed; who starts next reads it all the same."""
    store.restore(program, RULES, MOMENT)
    store.close()
    disk = ForgetfulDisk(store.folder / FILE)
    killed = Store(store.folder, disk)
    killed.restore(program, RULES, MOMENT)
    disk.fails = 1
    assert not killed.save(program, RULES, latched(program), urgent=True)
    killed.close()
    disk.fails = 99
    next_one = Store(store.folder, disk)
    restored = next_one.restore(program, RULES, MOMENT)
    assert trips(restored.retained) == [True]
    saving = SavingThread(next_one, lambda: RULES, latched_in(program, restored.retained))
    assert saving.durable == frozenset()
    assert saving.owes
    assert saving.close(10.0)
    next_one.close()
    disk.fails = 0
    third = Store(store.folder, disk)
    third.restore(program, RULES, MOMENT)
    assert third.is_kept
    third.close()
    disk.cut_power()
    assert again(store, program)[0] == [True]


def test_f93_without_writing_anew_the_latch_would_be_lost(store: Store, program: Program) -> None:
    """The sabotage twin: a start that trusts what it reads."""
    store.restore(program, RULES, MOMENT)
    store.close()
    disk = ForgetfulDisk(store.folder / FILE)
    killed = Store(store.folder, disk)
    killed.restore(program, RULES, MOMENT)
    disk.fails = 1
    assert not killed.save(program, RULES, latched(program), urgent=True)
    killed.close()
    trusting = SlotFile(store.folder / FILE, disk)
    assert trusting.read().damaged == 0
    trusting.close()
    disk.cut_power()
    assert again(store, program)[0] == [False]


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("too_many", [0, 1])
def test_a_state_too_large_is_kept_without_its_windows(
    store: Store,
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    too_many: int,
    ended: bool,
) -> None:
    """It is too large by not one byte, or by one."""
    parts = tuple(Part(n, 40.0 + n, n / 3, n / 7) for n in range(40))
    window = WindowState(40.0, parts, 7.0, 99.0, 5.0)
    full = latched(program)
    full = replace(full, windows=(window,) * len(full.windows))
    assert full.windows
    size = len(zlib.compress(save(program, full, ended=ended)))
    store.restore(program, RULES, MOMENT)
    monkeypatch.setattr("adapters.runtime.store.DATA_BYTES_MAX", size - too_many)
    assert store.save(program, RULES, full, urgent=True, ended=ended)
    told = "retained state too large: averages and rates are not kept"
    assert caplog.messages == [told] * too_many
    monkeypatch.undo()
    store.close()
    found = Store(store.folder).restore(program, RULES, MOMENT)
    assert trips(found.retained) == [True]
    assert any("did not end in order" in note for note in found.notes) is not ended
    assert found.retained.windows.count(None) == (len(full.windows) if too_many else 0)


@pytest.mark.parametrize("at", range(3))
def test_f95_a_reading_that_fails_once_is_tried_again(
    store: Store, program: Program, at: int
) -> None:
    store.restore(program, RULES, MOMENT)
    store.close()
    patient = Store(store.folder, FailingDisk(at))
    restored = patient.restore(program, RULES, MOMENT)
    assert trips(restored.retained) == [False]
    assert not any("cannot be read" in note for note in restored.notes)
    patient.close()


def test_f95_a_disk_that_cannot_tell_whether_there_was_a_state_counts_as_yes(
    store: Store, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bool:
        raise OSError(errno.EIO, f"Input/output error: {path}")

    monkeypatch.setattr(Path, "exists", refuse)
    restored = store.restore(program, RULES, MOMENT)
    assert trips(restored.retained) == [True]
