from itertools import pairwise

import pytest

from adapters.runtime.flash_today import DAY_S, KEPT_TO_BYTES, FlashToday


class Disk:
    def __init__(self) -> None:
        self.written = 0

    def __call__(self) -> int:
        return self.written


@pytest.fixture
def disk() -> Disk:
    return Disk()


def test_a_day_begins_at_nothing_and_the_start_counts_what_was_written_before_it(
    disk: Disk,
) -> None:
    today = FlashToday(disk)
    disk.written = 7
    assert today.look(10.0) == 7
    disk.written = 20
    assert today.look(DAY_S - 1.0) == 20
    assert today.look(DAY_S + 1.0) == 0
    disk.written = 25
    assert today.look(DAY_S + 2.0) == 5


def test_a_restart_goes_on_with_the_day_but_for_a_step(disk: Disk) -> None:
    today = FlashToday(disk)
    disk.written = 3 * KEPT_TO_BYTES + 17
    today.look(10.0)
    again = FlashToday(lambda: 5)
    again.restore(today.retained())
    assert again.look(20.0) == 3 * KEPT_TO_BYTES + 5
    assert again.look(DAY_S + 1.0) == 0


def test_the_notes_change_ten_times_in_a_day_of_the_whole_budget(disk: Disk) -> None:
    today, kept = FlashToday(disk), []
    for second in range(0, DAY_S, 60):
        disk.written = round(50e6 * second / DAY_S)
        today.look(float(second))
        kept.append(today.retained())
    assert sum(one != other for one, other in pairwise(kept)) <= 10


@pytest.mark.parametrize("nonsense", [None, [], ["a", 1], [1, -5], {"day": 1}])
def test_nonsense_is_ignored(disk: Disk, nonsense: object) -> None:
    today = FlashToday(disk)
    today.restore(nonsense)
    assert today.look(5.0) == 0
