"""The judge of the black box: each thing that must not be, beside one that may."""

from collections.abc import Callable

import pytest

from tests.reliability.blackbox_judge import BLIND, CALM, HEALED, LOGINS_MAX, PAUSE_WITHIN, Judge
from tests.reliability.links import BROKER, BUS, MINER_1, MINER_2


def at_work() -> Judge:
    """Return a judge who has seen both miners run for long."""
    judge = Judge()
    for miner in (MINER_1, MINER_2):
        judge.demand(miner, on=True)
        judge.command(miner, "target", 2400)
        judge.command(miner, "resume")
    scans(judge, CALM + 1, p5=True)
    return judge


def scans(judge: Judge, count: int, *, p5: bool = False, p3: bool = True) -> None:
    for _ in range(count):
        judge.scan(p5, p3)


def trip_unheard(judge: Judge) -> None:
    judge.safety(closed=False)
    scans(judge, PAUSE_WITHIN)


def trip_heard(judge: Judge) -> None:
    judge.safety(closed=False)
    scans(judge, 1, p5=True)  # under way when it opened
    judge.command(MINER_1, "pause")
    judge.command(MINER_2, "pause")
    scans(judge, PAUSE_WITHIN)


def trip_out_of_reach(judge: Judge) -> None:
    judge.link(MINER_1, "hang")
    judge.safety(closed=False)
    judge.command(MINER_2, "pause")
    scans(judge, 500)


def trip_never_after(judge: Judge) -> None:
    trip_out_of_reach(judge)
    judge.link(MINER_1, None)
    scans(judge, HEALED)


def resume_after_trip(judge: Judge) -> None:
    trip_heard(judge)
    judge.command(MINER_1, "resume")


def pumps_after_trip(judge: Judge) -> None:
    judge.safety(closed=False)
    scans(judge, 2, p5=True, p3=False)


def reset_starts(judge: Judge) -> None:
    trip_heard(judge)
    judge.reset()
    judge.command(MINER_1, "resume")


def new_demand_starts(judge: Judge) -> None:
    trip_heard(judge)
    judge.reset()
    judge.demand(MINER_1, on=False)
    judge.demand(MINER_1, on=True)
    judge.command(MINER_1, "resume")


def deaf(judge: Judge) -> None:
    judge.link(BROKER, "drop")
    scans(judge, BLIND, p5=True)


def deaf_on_the_bus(judge: Judge) -> None:
    judge.link(BUS, "half")
    judge.command(MINER_2, "pause")
    scans(judge, BLIND, p5=True)


def slow_only(judge: Judge) -> None:
    judge.link(BROKER, "slow")
    scans(judge, BLIND, p5=True)


def groundless(judge: Judge) -> None:
    judge.link(BUS, "hang")
    judge.command(MINER_1, "pause")


def grounded(judge: Judge) -> None:
    judge.link(BUS, "hang")
    judge.command(MINER_2, "pause")


def rebooted_and_left(judge: Judge) -> None:
    trip_heard(judge)
    judge.upset(MINER_1, rebooted=True)
    scans(judge, HEALED)


def too_low(judge: Judge) -> None:
    judge.command(MINER_1, "target", 0)


def piled_up(judge: Judge) -> None:
    for _ in range(7):
        judge.command(MINER_1, "resume")


def logins(judge: Judge) -> None:
    for _ in range(LOGINS_MAX + 1):
        judge.login(MINER_1)


def targets(judge: Judge) -> None:
    for _ in range(12):
        scans(judge, 20)
        judge.command(MINER_1, "target", 2400)


def write_twice(judge: Judge) -> None:
    judge.write(109, (0,))
    judge.write(109, (0,))


def write_back(judge: Judge) -> None:
    judge.write(109, (0,))
    judge.write(109, (120,))


@pytest.mark.parametrize(
    ("act", "wrong"),
    [
        (trip_unheard, "miner1 runs although it must be off"),
        (trip_heard, ""),
        (trip_out_of_reach, ""),
        (trip_never_after, "miner1 runs although it must be off"),
        (resume_after_trip, "miner1 is told `resume` after a trip"),
        (pumps_after_trip, "P5 runs after a trip"),
        (pumps_after_trip, "P3 stands after a trip"),
        (reset_starts, "miner1 is told `resume` by a reset alone"),
        (new_demand_starts, ""),
        (deaf, "miner1 runs although it must be off"),
        (deaf_on_the_bus, "P5 runs by what was heard through a dead bus"),
        (slow_only, ""),
        (groundless, "miner1 is paused for no reason"),
        (grounded, ""),
        (rebooted_and_left, "miner1 runs although it must be off"),
        (too_low, "miner1 is told 0 W"),
        (piled_up, "commands in 0 scans"),
        (logins, "logins in 0 scans"),
        (targets, "its 13th target"),
        (write_twice, "register 109 is written again as it was"),
        (write_back, ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_else(act: Callable[[Judge], None], wrong: str) -> None:
    judge = at_work()
    act(judge)
    if wrong:
        assert any(wrong in each for each in judge.wrong), judge.wrong
    else:
        assert judge.wrong == []
