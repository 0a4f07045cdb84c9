"""F92, F93: a disk that is full or read-only, as ext4 on a loop device and as a small tmpfs.

Needs root and loop devices, and fails without, saying so.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from adapters.runtime.journal import Journal, Kind, from_data
from adapters.runtime.latches import latched_in
from adapters.runtime.ring import FILE, read
from adapters.runtime.store import OccupiedError, SavingThread, Store, all_latched
from adapters.runtime.versions import Saying, Versions
from engine.control.program import Program
from engine.control.state import Retained, initial
from tests.making.daemons import HandClock
from tests.reliability.cuts import cut, mounted, system
from tests.reliability.writer import MOMENT, PLANT, RULES, TRIPS, program_in

BOOT = b"b" * 16
MIB = 1024 * 1024


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return program_in(tmp_path / "rules")


@pytest.fixture
def ext4(tmp_path: Path) -> Iterator[Path]:
    image, place = tmp_path / "disk.img", tmp_path / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(16 * MIB)
    system("mkfs.ext4", "-q", "-F", "-b", "4096", str(image))
    with mounted(image, place):
        yield place


@pytest.fixture
def tmpfs(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "memory"
    place.mkdir()
    with mounted(Path("none"), place, "size=8m", kind="tmpfs"):
        yield place


@pytest.fixture(params=["ext4", "tmpfs"])
def disk(request: pytest.FixtureRequest) -> Path:
    place: Path = request.getfixturevalue(request.param)
    return place


def fill(place: Path) -> Path:
    """Fill a disk to the last byte and return the file that does it."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (MIB, 4096, 512):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
    with pytest.raises(OSError, match="No space left"):
        (place / "one_more").write_bytes(bytes(8192))
    return ballast


@contextmanager
def read_only(place: Path) -> Iterator[None]:
    """Let a disk refuse every write for the length of a block."""
    system("mount", "-o", "remount,ro", str(place))
    try:
        yield
    finally:
        system("mount", "-o", "remount,rw", str(place))


def started(place: Path, program: Program) -> tuple[Store, SavingThread]:
    store = Store(place / "state")
    with suppress(OSError):  # as the service does: a folder that cannot be used stops no scan
        store.occupy()
    restored = store.restore(program, RULES, MOMENT)
    kept = latched_in(program, restored.retained)
    return store, SavingThread(store, lambda: RULES, kept)


def tripped(program: Program) -> Retained:
    return all_latched(program, initial(program), MOMENT.monotonic_s)


def latched_next(place: Path, program: Program) -> int:
    """Return how many trips the next start finds latched."""
    store = Store(place / "state")
    restored = store.restore(program, RULES, MOMENT)
    store.close()
    return len(latched_in(program, restored.retained))


def test_f92_a_full_disk_takes_every_latch_and_every_entry(disk: Path, program: Program) -> None:
    store, saving = started(disk, program)
    journal = Journal(disk / "state", HandClock(), BOOT)
    assert journal.close(timeout_s=10.0)
    fill(disk)
    journal = Journal(disk / "state", HandClock(), BOOT)
    for number in range(50):
        journal.tell(Kind.LATCH, str(number))
    assert journal.close(timeout_s=10.0)
    saving.hand_in(program, tripped(program), True)
    assert saving.close(10.0)
    assert (saving.owes, len(saving.durable)) == (False, 3)
    store.close()
    assert latched_next(disk, program) == 3
    told = [from_data(each.data).subject for each in read(disk / "state" / FILE).records]
    assert [each for each in told if each.isdecimal()] == [str(each) for each in range(50)]


def test_f92_a_file_that_grows_would_have_lost_them(disk: Path) -> None:
    """The sabotage twin: what a journal that appends to a file meets."""
    state = disk / "state"
    state.mkdir()
    growing = state / "journal.log"
    growing.write_bytes(bytes(4096))
    fill(disk)
    with growing.open("ab", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        file.write(bytes(8192))


def test_f92_a_new_installation_on_a_full_disk_tells_and_recovers_alone(
    disk: Path, program: Program
) -> None:
    ballast = fill(disk)
    store, saving = started(disk, program)
    saving.hand_in(program, tripped(program), True)
    assert saving.close(10.0)
    assert (saving.owes, saving.durable) == (True, frozenset())
    assert store.counters.error
    ballast.unlink()
    again = SavingThread(store, lambda: RULES)
    again.hand_in(program, tripped(program), True)
    assert again.close(10.0)
    assert (again.owes, len(again.durable)) == (False, 3)
    store.close()
    assert latched_next(disk, program) == 3


def test_f92_f112_rules_that_find_no_room_leave_those_that_run(disk: Path) -> None:
    versions = Versions(disk / "state")
    files = {"plant.yaml": PLANT.encode(), "trips.yaml": TRIPS.encode()}
    versions.run(versions.keep(versions.stage(files), Saying("test", "1"), 1.0))
    fill(disk)
    with pytest.raises(OSError, match="No space left"):
        versions.stage({**files, "more.yaml": b"# " + bytes(20_000)})
    running = versions.running()
    assert running is not None
    assert running.reason == "1"


def test_f93_f101_a_read_only_disk_is_read_told_and_taken_up_again(
    ext4: Path, program: Program
) -> None:
    store, saving = started(ext4, program)
    saving.hand_in(program, tripped(program), True)
    assert saving.close(10.0)
    store.save(program, RULES, initial(program), urgent=True)
    store.close()
    with read_only(ext4):
        store, saving = started(ext4, program)
        assert (saving.owes, saving.durable) == (True, frozenset())
        assert "Read-only" in store.counters.error
        with pytest.raises(OccupiedError):
            Store(ext4 / "state").occupy()
        assert not latched_in(program, store.restore(program, RULES, MOMENT).retained)
        journal = Journal(ext4 / "state", HandClock(), BOOT, retry_s=0.01)
        journal.tell(Kind.TRIP, "trip_a")
        saving.hand_in(program, tripped(program), True)
        assert saving.close(10.0)
        assert saving.durable == frozenset()
    again = SavingThread(store, lambda: RULES)
    again.hand_in(program, tripped(program), True)
    assert again.close(10.0)
    assert (again.owes, len(again.durable)) == (False, 3)
    assert journal.close(timeout_s=10.0)
    store.close()
    assert latched_next(ext4, program) == 3
    assert "trip_a" in str(read(ext4 / "state" / FILE).records)


def test_f93_a_disk_that_goes_away_is_told_and_stops_nobody(ext4: Path, program: Program) -> None:
    store, saving = started(ext4, program)
    journal = Journal(ext4 / "state", HandClock(), BOOT, retry_s=0.01)
    cut(ext4)
    saving.hand_in(program, tripped(program), True)
    journal.tell(Kind.TRIP, "trip_a")
    assert saving.close(10.0)
    assert (saving.owes, saving.durable) == (True, frozenset())
    assert not journal.close(timeout_s=10.0)
    assert "Input/output error" in store.counters.error
    assert journal.error
    store.close()
