"""F20 to F61 from outside: the real daemon behind links that fail; the small figure of `blackbox`.

Each test ends with the judge: nothing that passed on the wires was wrong. The twins at the end run
the same daemon with one defence taken out, and the judge must say so.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.reliability.blackbox_judge import BLIND, PAUSE_WITHIN
from tests.reliability.blackbox_rig import Rig, rig
from tests.reliability.links import BROKER, BUS, LINKS, MINER_1, MINER_2, Fault
from tests.reliability.running import ran

OVER_BUS = {"pv.power", "house.load", "battery.power", "battery.soc", "grid.power"}
OVER_BROKER = {"heatpump.power", "heatpump.running"}


def play(folder: Path, act: Callable[[Rig], Awaitable[None]], sabotage: str = "") -> list[str]:
    """Return what the judge found wrong."""

    async def all_of_it() -> list[str]:
        async with rig(folder, sabotage) as one:
            await act(one)
            sys.stdout.write(one.told())  # shown when the test fails
            return one.judge.wrong

    return asyncio.run(all_of_it())


async def until_lost(one: Rig, points: set[str]) -> None:
    await one.until_known(lambda known: all(known[each] != "good" for each in points))


async def trip_and_come_back(one: Rig) -> None:
    """Trip while miner 1 is frozen and has a new command before it, and take it up again."""
    await one.link(MINER_1, "hang")
    one.demand(MINER_1, on=False)
    await one.scans(20)
    one.open_safety("safety_a")
    await one.scans(PAUSE_WITHIN + 1)
    assert one.judge.runs(MINER_1)
    assert not one.judge.runs(MINER_2)
    await one.link(MINER_1, None)
    await one.until(lambda: not one.judge.runs(MINER_1))


def test_f51_a_frozen_miner_delays_nobody_and_is_paused_as_soon_as_it_hears(tmp_path: Path) -> None:
    assert play(tmp_path, trip_and_come_back) == []


@pytest.mark.parametrize("fault", ["refuse", "reset"])
def test_f50_f54_a_miner_that_reboots_out_of_reach_during_a_trip_is_paused_when_it_is_back(
    tmp_path: Path, fault: Fault
) -> None:
    async def act(one: Rig) -> None:
        one.open_safety("safety_a", "safety_b")
        await one.until(lambda: not one.judge.runs(MINER_2))
        await one.link(MINER_2, fault)
        one.upset(MINER_2, reboot=True)
        await one.scans(30)
        assert one.judge.runs(MINER_2)
        await one.link(MINER_2, None)
        await one.until(lambda: not one.judge.runs(MINER_2))

    assert play(tmp_path, act) == []


def test_f20_f33_what_comes_through_a_dead_link_is_lost_and_nothing_else(tmp_path: Path) -> None:
    async def act(one: Rig) -> None:
        await one.link(BUS, "hang")
        await until_lost(one, OVER_BUS)
        await one.until(lambda: not one.judge.runs(MINER_2))
        assert one.judge.runs(MINER_1)
        await one.link(BROKER, "hang")
        await until_lost(one, OVER_BROKER)
        await one.until(lambda: not one.judge.runs(MINER_1))
        known = await one.known()
        untouched = {"miner1.power", "miner2.power", "buffer.top", "safety.channel_a"}
        assert {known[each] for each in untouched} == {"good"}
        await one.heal()
        await one.both_run()

    assert play(tmp_path, act) == []


def test_f53_lost_tokens_cost_one_login_and_no_command(tmp_path: Path) -> None:
    async def act(one: Rig) -> None:
        logins = {name: miner.login_count for name, miner in one.miners.items()}
        for name in one.miners:
            one.upset(name, reboot=False)
        await one.until(
            lambda: all(each.login_count > logins[name] for name, each in one.miners.items())
        )
        await one.scans(50)
        for name, miner in one.miners.items():
            assert miner.login_count == logins[name] + 1
            assert one.judge.runs(name)

    assert play(tmp_path, act) == []


@pytest.mark.parametrize("fault", ["corrupt", "slow", "half"])
def test_f22_f52_f60_answers_that_are_damaged_late_or_cut_off_hold_up_no_trip(
    tmp_path: Path, fault: Fault
) -> None:
    async def act(one: Rig) -> None:
        for name in LINKS:
            await one.link(name, fault)
        await one.scans(50)
        one.open_safety("safety_b")
        await one.scans(20)
        await one.heal()
        await one.until(lambda: not one.judge.runs(MINER_1) and not one.judge.runs(MINER_2))
        await one.scans(20)
        assert not one.judge.runs(MINER_1)
        assert not one.judge.runs(MINER_2)

    assert play(tmp_path, act) == []


def test_f70_storms_on_every_link_break_nothing() -> None:
    code, told = ran("blackbox", "--rounds", "2", "--steps", "10", "--seed", "20")
    assert code == 0, told
    assert " 0 wrong" in told


async def trip(one: Rig) -> None:
    one.open_safety("safety_a")
    await one.scans(PAUSE_WITHIN + 1)


async def trip_beside_a_frozen_miner(one: Rig) -> None:
    await one.link(MINER_1, "hang")
    await one.scans(30)
    await trip(one)


async def go_deaf(one: Rig) -> None:
    await one.link(BROKER, "hang")
    await one.scans(BLIND + 1)


async def wait(one: Rig) -> None:
    await one.scans(100)


@pytest.mark.parametrize(
    ("sabotage", "act", "found"),
    [
        ("no-pause", trip, "runs although it must be off"),
        ("one-line-for-all", trip_beside_a_frozen_miner, "miner2 runs although it must be off"),
        ("believes-for-ever", go_deaf, "miner1 runs although it must be off"),
        ("logs-in-always", wait, "logins in"),
    ],
)
def test_f20_f51_f53_f70_a_broken_defence_is_found(
    tmp_path: Path, sabotage: str, act: Callable[[Rig], Awaitable[None]], found: str
) -> None:
    wrong = play(tmp_path, act, sabotage)
    assert any(found in each for each in wrong), wrong
