"""F55, F56, F81 on loopback: a miner that goes on after a trip is found, however it lies."""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.bench import Bench, running

LIES = {
    "F55_it_ignores_the_pause": (("ignores_pause",), "not_off:miner1"),
    "F56_it_says_that_it_is_paused": (("ignores_pause", "says_paused"), "not_off:miner1"),
    "F81_only_the_meter_knows": (
        ("ignores_pause", "says_paused", "says_zero"), "not_off:both_miners",
    ),
}  # fmt: skip


def alarms(bench: Bench) -> set[str]:
    """Return what alarms are about, but for scans that a busy machine held up."""
    now_s = bench.daemon.cycle.moment().monotonic_s
    return {alarm.subject for alarm in bench.daemon.own.look(now_s)} - {"scans"}


async def tripped(bench: Bench, faults: tuple[str, ...]) -> None:
    miner = bench.house.miners.miner1
    await bench.until(lambda: miner.commanded_w() == 2400)
    await bench.until(lambda: bench.house.physics.state.miner1.power_w > 1600)
    for fault in faults:
        await bench.house.faults.switch(f"miner1.{fault}", on=True)
    await bench.house.faults.switch("safety.open", on=True)
    await bench.until(lambda: bench.decision("miner1.power_target").value == 0.0)


@pytest.mark.parametrize("name", LIES)
def test_a_miner_that_is_not_off_after_a_trip_is_an_alarm(tmp_path: Path, name: str) -> None:
    faults, subject = LIES[name]

    async def act() -> None:
        async with running(tmp_path) as bench:
            await tripped(bench, faults)
            assert not alarms(bench)
            calls = bench.house.miners.miner1.calls["PauseMining"]
            await bench.until(lambda: subject in alarms(bench))
            assert bench.house.physics.state.miner1.power_w > 1600
            assert bench.house.commands.p3_run, "its heat is carried away"
            if "says_paused" not in faults:
                now = bench.house.miners.miner1.calls["PauseMining"]
                assert now > calls, "and it is told again and again"

    asyncio.run(act())


def test_a_miner_that_is_off_after_a_trip_is_none(tmp_path: Path) -> None:
    """The twin: the same hundred seconds, and no lie."""

    async def act() -> None:
        async with running(tmp_path) as bench:
            await tripped(bench, ())
            begun_s = bench.daemon.cycle.moment().monotonic_s
            seen: set[str] = set()

            def later() -> bool:
                seen.update(alarms(bench))
                return bench.daemon.cycle.moment().monotonic_s > begun_s + 100.0

            await bench.until(later)
            assert not seen

    asyncio.run(act())
