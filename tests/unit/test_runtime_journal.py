"""The journal: who may write how much, what a start says, and a disk that refuses."""

import errno
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.runtime import journal as journals
from adapters.runtime.journal import (
    CLEAN,
    COMMON_AN_HOUR,
    ENTRIES_AN_HOUR,
    FAILED,
    FIRST,
    HOUR_S,
    SOURCES_MAX,
    UNKNOWN,
    WAITING_MAX,
    Allowance,
    Entry,
    Journal,
    Kind,
    boot_id,
    from_data,
    tell_nobody,
    to_data,
)
from adapters.runtime.ring import DATA_BYTES_MAX, FILE, Framed, Ring, read, title
from adapters.runtime.slots import RealDisk
from tests.making.daemons import HandClock

BOOT = b"1" * 16


def entries(folder: Path) -> list[Entry]:
    return [from_data(each.data) for each in read(folder / FILE).records]


def kinds(folder: Path) -> list[str]:
    return [entry.kind for entry in entries(folder)]


def start(folder: Path, clock: HandClock | None = None, boot: bytes = BOOT) -> Journal:
    return Journal(folder, clock or HandClock(), boot, about="rules ab", retry_s=0.01)


def test_what_was_told_is_read_again_in_order(tmp_path: Path) -> None:
    journal = start(tmp_path)
    journal.tell(Kind.MODE, "winter", "was summer", "anna")
    journal.tell(Kind.TRIP, "relay")
    assert journal.close("told to", timeout_s=10.0)
    assert entries(tmp_path) == [
        Entry("start", FIRST, "rules ab"),
        Entry("mode", "winter", "was summer", "anna"),
        Entry("trip", "relay"),
        Entry("end", CLEAN, "told to"),
    ]


@pytest.mark.parametrize(("clean", "told"), [(True, CLEAN), (False, FAILED)])
def test_a_start_says_how_the_daemon_before_ended(tmp_path: Path, clean: bool, told: str) -> None:
    assert start(tmp_path).close(clean=clean, timeout_s=10.0)
    assert start(tmp_path).close(timeout_s=10.0)
    assert entries(tmp_path)[-2] == Entry("start", told, "rules ab")


def test_f90_a_start_says_that_there_was_no_end(tmp_path: Path) -> None:
    killed = Ring(tmp_path / FILE)
    killed.open()
    killed.append([Framed(0, 1.0, 1.0, BOOT, to_data(Entry("trip", "relay")))])
    killed.close()
    assert start(tmp_path).close(timeout_s=10.0)
    assert entries(tmp_path)[-2] == Entry("start", UNKNOWN, "rules ab")


def test_f78_another_boot_of_the_machine_is_noted(tmp_path: Path) -> None:
    assert start(tmp_path).close(timeout_s=10.0)
    assert start(tmp_path).close(timeout_s=10.0)
    assert "boot" not in kinds(tmp_path)
    assert start(tmp_path, boot=b"2" * 16).close(timeout_s=10.0)
    assert kinds(tmp_path)[-3:] == ["boot", "start", "end"]


def test_f91_a_write_that_was_cut_short_is_noted(tmp_path: Path) -> None:
    assert start(tmp_path).close(timeout_s=10.0)
    image = bytearray((tmp_path / FILE).read_bytes())
    end = len(bytes(image).rstrip(b"\0"))
    image[end - 5 : end] = bytes(5)
    (tmp_path / FILE).write_bytes(image)
    assert start(tmp_path).close(timeout_s=10.0)
    assert kinds(tmp_path) == ["start", "gap", "start", "end"]


def test_f105_a_journal_of_a_newer_layout_is_noted(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(title(layout=7))
    assert start(tmp_path).close(timeout_s=10.0)
    assert "layout 7" in entries(tmp_path)[0].text


def test_f103_a_source_that_chatters_is_counted(tmp_path: Path) -> None:
    clock = HandClock()
    journal = start(tmp_path, clock)
    for _ in range(500):
        journal.tell(Kind.REFUSED, "Override", "nonsense")
        journal.tell(Kind.TRIP, "relay")
    journal.tell(Kind.REFUSED, "Reset", "too soon")
    clock.now_s += HOUR_S
    journal.look(clock.now_s)
    for _ in range(3):
        journal.tell(Kind.REFUSED, "Override", "nonsense")
    assert journal.close(timeout_s=10.0)
    told = entries(tmp_path)
    overrides = [entry for entry in told if entry.subject == "Override"]
    assert [entry.kind for entry in overrides] == [
        *[Kind.REFUSED.value] * ENTRIES_AN_HOUR, "count", *[Kind.REFUSED.value] * 3
    ]  # fmt: skip
    assert overrides[ENTRIES_AN_HOUR].text == f"{500 - ENTRIES_AN_HOUR} more of `refused`"
    assert Entry("refused", "Reset", "too soon") in told


def test_what_a_person_must_find_is_never_counted() -> None:
    allowance = Allowance()
    for kind in (Kind.RESET_CONFIRMED, Kind.LATCH, Kind.START, Kind.RULES):
        assert all(allowance.admits(kind, "relay", 0.0) for _ in range(100))


def test_f103_many_sources_share_one_allowance() -> None:
    allowance = Allowance()
    admitted = sum(allowance.admits(Kind.TRIP, str(each), 0.0) for each in range(10_000))
    assert admitted == SOURCES_MAX + ENTRIES_AN_HOUR
    assert len(allowance.sources) <= SOURCES_MAX + 1


def test_f103_alarms_about_the_controller_are_bounded_together_and_cost_trips_nothing() -> None:
    allowance = Allowance()

    def tell(now_s: float) -> int:
        kinds = (Kind.ALARM, Kind.ALARM_OVER)
        sources = [(kind, f"device {number}") for kind in kinds for number in range(20)]
        return sum(allowance.admits(kind, subject, now_s) for kind, subject in sources * 50)

    assert tell(0.0) == COMMON_AN_HOUR
    assert allowance.admits(Kind.TRIP, "relay", 1.0)
    assert allowance.admits(Kind.MODE, "summer", 1.0)
    passed_over = 2 * 20 * 50 - COMMON_AN_HOUR
    told = allowance.counted(HOUR_S)
    assert sum(int(each.text.split()[0]) for each in told) == passed_over
    assert tell(HOUR_S) == COMMON_AN_HOUR


class Refusing(RealDisk):
    """A disk that takes nothing until it is mended."""

    def __init__(self) -> None:
        self.refuses = True
        self.refused = 0
        self.asked_again = threading.Event()

    def sync(self, handle: int) -> None:
        if self.refuses:
            self.refused += 1
            if self.refused > 1:
                self.asked_again.set()
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().sync(handle)


def test_f93_entries_wait_for_a_disk_that_refuses_and_then_stand_in_order(tmp_path: Path) -> None:
    disk = Refusing()
    journal = Journal(tmp_path, HandClock(), BOOT, disk=disk, retry_s=0.01)
    for number in range(20):
        journal.tell(Kind.MODE, str(number))
    assert disk.asked_again.wait(10.0)
    assert journal.error
    assert journal.written == 0
    disk.refuses = False
    assert journal.close(timeout_s=10.0)
    told = [entry.subject for entry in entries(tmp_path) if entry.kind == "mode"]
    assert told == [str(number) for number in range(20)]
    assert journal.error == ""


def test_f93_what_finds_no_room_is_counted(tmp_path: Path) -> None:
    disk = Refusing()
    journal = Journal(tmp_path, HandClock(), BOOT, disk=disk, retry_s=0.01)
    for number in range(WAITING_MAX + 50):
        journal.tell(Kind.LATCH, str(number))
    assert not journal.close(timeout_s=10.0)  # it is all still in memory, and the end is told
    assert journal.error


def test_f93_a_folder_that_cannot_be_used_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    journal = start(tmp_path / "state")
    journal.tell(Kind.TRIP, "relay")
    assert not journal.close(timeout_s=10.0)
    assert "journal.ring" in journal.error


@given(st.text(), st.text(), st.text())
def test_whatever_is_told_fits_and_is_read_again(subject: str, text: str, by: str) -> None:
    data = to_data(Entry("refused", subject * 40, text * 400, by * 40))
    assert len(data) <= DATA_BYTES_MAX
    assert from_data(data).kind == "refused"


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"\xff", b"[" * 100_000, b"null", b"7"])
def test_f94_a_record_that_is_no_entry_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no entry"):
        from_data(data)


def test_a_record_that_is_no_entry_does_not_hinder_a_start(tmp_path: Path) -> None:
    ring = Ring(tmp_path / FILE)
    ring.open()
    ring.append([Framed(0, 1.0, 1.0, BOOT, b"nonsense")])
    ring.close()
    assert start(tmp_path).close(timeout_s=10.0)
    assert read(tmp_path / FILE).records[1].sequence == 2


def test_the_boot_is_that_of_this_machine_or_unknown(tmp_path: Path) -> None:
    assert boot_id() == boot_id() != bytes(16)
    assert boot_id(tmp_path / "none") == bytes(16)


def test_whoever_keeps_no_journal_may_be_told_all_the_same() -> None:
    tell_nobody(Kind.MODE, "winter", "", "anna")
    assert set(Kind) > journals.UNCOUNTED


def test_what_would_not_fit_even_when_cut_is_told_without_words() -> None:
    data = to_data(Entry("refused", "\0" * 100, "\0" * 1000, "\0" * 100))
    assert from_data(data) == Entry("refused")


def test_f103_counts_are_told_by_the_next_entry_and_at_the_end(tmp_path: Path) -> None:
    clock = HandClock()
    journal = start(tmp_path, clock)
    for _ in range(20):
        journal.tell(Kind.REFUSED, "Override")
    clock.now_s += HOUR_S
    for _ in range(15):
        journal.tell(Kind.REFUSED, "Reset")
    assert journal.close(timeout_s=10.0)
    counts = [entry for entry in entries(tmp_path) if entry.kind == "count"]
    assert counts == [
        Entry("count", "Override", "8 more of `refused`"),
        Entry("count", "Reset", "3 more of `refused`"),
    ]


def test_f93_entries_that_found_no_room_are_told_when_there_is_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Refusing()
    journal = Journal(tmp_path, HandClock(), BOOT, disk=disk, retry_s=0.01)
    for number in range(WAITING_MAX + 50):
        journal.tell(Kind.LATCH, str(number))
    taken, write = threading.Event(), journal._write

    def told_when_done(batch: list[Framed]) -> None:
        write(batch)
        taken.set()

    monkeypatch.setattr(journal, "_write", told_when_done)
    disk.refuses = False
    assert taken.wait(10.0)
    journal.tell(Kind.LATCH, "later")
    assert journal.close(timeout_s=10.0)
    told = entries(tmp_path)
    later = told.index(Entry("latch", "later"))
    assert told[later - 1].kind == "gap"
    assert "found no room" in told[later - 1].text


def test_f93_a_disk_that_hangs_holds_up_no_end(tmp_path: Path) -> None:
    hangs = threading.Event()

    class Hanging(RealDisk):
        def sync(self, handle: int) -> None:
            hangs.wait(30.0)
            super().sync(handle)

    journal = Journal(tmp_path, HandClock(), BOOT, disk=Hanging())
    assert not journal.close(timeout_s=0.01)
    hangs.set()
    journal._thread.join(10.0)
