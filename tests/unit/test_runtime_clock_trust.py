"""When the wall clock is believed (F86): time servers, the last known time, a person's word."""

from pathlib import Path

import pytest

from adapters.runtime.clock_trust import (
    ALARM_AFTER_S,
    EARLIEST_S,
    ClockTrust,
    Settable,
    is_synchronised,
)
from adapters.runtime.system_clock import SystemClock
from tests.adapters.manual_clock import ManualClock

NOW_S = 1_800_000_000.0


class Server:
    def __init__(self) -> None:
        self.has_set = False
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.has_set


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.mark.parametrize("wall_s", [0.0, -1e12, EARLIEST_S - 1, float("-inf")])
def test_f86_a_clock_from_before_this_program_was_made_is_wrong(
    server: Server, wall_s: float
) -> None:
    trust = ClockTrust(server)
    assert not trust.look(wall_s, 5.0)
    assert "UNKNOWN" in trust.standing()


def test_f86_a_clock_behind_the_last_known_time_is_wrong_until_a_server_sets_it(
    server: Server,
) -> None:
    trust = ClockTrust(server)
    trust.restore(NOW_S)
    assert not trust.look(NOW_S - 3600, 5.0)
    server.has_set = True
    assert trust.look(NOW_S - 3600, 6.0)
    assert trust.standing() == ""


def test_f86_a_clock_that_went_on_over_the_power_cut_is_right_at_once(server: Server) -> None:
    trust = ClockTrust(server)
    trust.restore(NOW_S)
    assert trust.look(NOW_S + 60, 5.0)
    assert server.asked == 0


def test_f86_its_sabotage_twin_that_forgets_the_last_known_time_believes_too_much(
    server: Server,
) -> None:
    assert ClockTrust(server).look(NOW_S - 3600, 5.0)


def test_f86_it_is_an_alarm_after_ten_minutes_and_a_person_may_vouch(server: Server) -> None:
    trust = ClockTrust(server)
    trust.look(0.0, 5.0)
    assert trust.alarm(5.0 + ALARM_AFTER_S - 1) == ""
    assert "1970-01-01 00:00 UTC" in trust.alarm(5.0 + ALARM_AFTER_S)
    trust.believe("anna")
    assert trust.look(0.0, 700.0)
    assert trust.alarm(700.0) == ""


def test_f85_once_trusted_a_clock_that_jumps_was_set(server: Server) -> None:
    trust = ClockTrust(server)
    assert trust.look(NOW_S, 5.0)
    assert trust.look(NOW_S - 30 * 86_400, 6.0)
    assert trust.retained() <= NOW_S - 30 * 86_400
    assert trust.look(NOW_S + 2 * 86_400, 7.0)


def test_f88_a_monotonic_clock_near_zero_or_huge_changes_nothing(server: Server) -> None:
    for begins_s in (0.0, 1e-3, 4e9):
        trust = ClockTrust(server)
        trust.look(0.0, begins_s)
        assert trust.alarm(begins_s) == ""
        assert trust.alarm(begins_s + ALARM_AFTER_S)


def test_the_server_is_asked_once_a_second_and_the_flash_written_every_ten_minutes(
    server: Server,
) -> None:
    trust = ClockTrust(server)
    for scan in range(21):
        trust.look(0.0, scan / 2)
    assert server.asked == 11
    trust.believe("anna")
    kept = set()
    for scan in range(3600):
        trust.look(NOW_S + scan, 100.0 + scan)
        kept.add(trust.retained())
    assert len(kept) <= 7


@pytest.mark.parametrize("nonsense", [None, "now", float("nan"), [], {}])
def test_notes_that_are_none_are_ignored(server: Server, nonsense: object) -> None:
    trust = ClockTrust(server)
    trust.restore(nonsense)
    assert trust.retained() == EARLIEST_S


def test_timesyncds_mark_and_the_kernel_are_asked(tmp_path: Path) -> None:
    (tmp_path / "synchronized").touch()
    assert is_synchronised(tmp_path / "synchronized")
    assert is_synchronised(tmp_path / "nothing") in (True, False)


def test_only_the_machines_clock_can_be_wrong() -> None:
    assert isinstance(SystemClock(), Settable)
    assert not isinstance(ManualClock(), Settable)
