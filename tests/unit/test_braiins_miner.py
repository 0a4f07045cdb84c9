"""The simulated miner behaves as the facts say, on a clock moved by hand."""

import pytest

from adapters.simulated.braiins_miner import (
    NORMAL,
    NOT_STARTED,
    PAUSED,
    SUSPENDED,
    Fault,
    SimulatedMiner,
)
from tests.adapters.manual_clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def miner(clock: ManualClock) -> SimulatedMiner:
    return SimulatedMiner(clock)


def test_a_target_outside_the_range_is_refused_and_the_old_one_stays(
    miner: SimulatedMiner,
) -> None:
    assert not miner.set_target(0)
    assert not miner.set_target(953)
    assert not miner.set_target(6436)
    assert miner.stored_w == 3068
    assert miner.set_target(954)
    assert miner.stored_w == 954


def test_power_rises_in_slow_steps_and_falls_quickly(
    miner: SimulatedMiner, clock: ManualClock
) -> None:
    miner.set_target(2000)
    clock.advance(40)
    assert miner.power_w() == 2000
    miner.set_target(2400)
    clock.advance(21)
    assert miner.power_w() == 2100
    clock.advance(100)
    assert miner.power_w() == 2400


def test_a_pause_stops_at_once_and_the_reported_power_lags(
    miner: SimulatedMiner, clock: ManualClock
) -> None:
    assert not miner.pause()
    assert miner.pause()
    assert (miner.power_w(), miner.reported_power_w()) == (15.0, 3068.0)
    assert (miner.status(), miner.commanded_w()) == (PAUSED, 0.0)
    clock.advance(60)
    assert miner.reported_power_w() == 15.0


def test_a_resume_takes_its_time_and_starts_at_the_minimum(
    miner: SimulatedMiner, clock: ManualClock
) -> None:
    miner.pause()
    assert not miner.resume()
    assert miner.resume()
    clock.advance(89)
    assert miner.power_w() == 15.0
    clock.advance(2)
    assert miner.power_w() == 954.0


def test_a_reboot_forgets_pause_and_tokens_and_keeps_the_target(
    miner: SimulatedMiner, clock: ManualClock
) -> None:
    token = miner.login("root", "root")
    assert token is not None
    miner.set_target(2000)
    miner.pause()
    miner.reboot()
    assert not miner.admits(token)
    assert (miner.status(), miner.bosminer_uptime_s()) == (NOT_STARTED, 0)
    clock.advance(60 + 90 + 2000)
    assert (miner.status(), miner.power_w()) == (NORMAL, 2000.0)


def test_a_token_slides_and_dies_of_idleness(miner: SimulatedMiner, clock: ManualClock) -> None:
    assert miner.login("root", "wrong") is None
    token = miner.login("root", "root")
    assert token is not None
    for _ in range(3):
        clock.advance(3599)
        assert miner.admits(token)
    clock.advance(3600)
    assert not miner.admits(token)


def test_the_plants_physics_may_take_over(miner: SimulatedMiner, clock: ManualClock) -> None:
    miner.follow(1234.0, 55.0)
    clock.advance(100)
    assert (miner.power_w(), miner.board_temperature_c) == (1234.0, 55.0)
    assert miner.commanded_w() == 3068.0


@pytest.mark.parametrize(
    ("fault", "status", "power_w"),
    [
        (Fault.SELF_PAUSED, SUSPENDED, 15.0),
        (Fault.SAYS_PAUSED, PAUSED, 3068.0),
        (Fault.IGNORES_PAUSE, NORMAL, 3068.0),
    ],
)
def test_faults_show_in_status_and_power(
    miner: SimulatedMiner, fault: Fault, status: int, power_w: float
) -> None:
    miner.faults.add(fault)
    if fault is Fault.IGNORES_PAUSE:
        miner.pause()
    assert (miner.status(), miner.power_w()) == (status, power_w)
