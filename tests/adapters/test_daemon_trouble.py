"""Devices that fail or hang (F100), and clocks that begin at odd times (F88)."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.port import Publish, Reading
from adapters.runtime import supervisor
from adapters.runtime.daemon import Daemon
from engine.control.scan import Scan, initial
from engine.values.fact import Quality
from tests.adapters.manual_clock import ManualClock
from tests.making.daemons import Miner, Site


class Timed(Site):
    """A site whose time passes for all who sleep, in order."""

    clock: ManualClock  # type: ignore[assignment]  # of the same use

    def __init__(self, folder: Path, begins_s: float = 1000.0) -> None:
        super().__init__(folder)
        self.clock = ManualClock(begins_s)


@pytest.fixture
def site(tmp_path: Path) -> Timed:
    return Timed(tmp_path / "site")


def run(site: Timed, scans: int, each: Callable[[Daemon, int], object] = lambda *_: None) -> Daemon:
    loaded = site.load()
    daemon, count = Daemon(loaded, initial(loaded.program), site.clock), 0

    def heard(_: Scan) -> None:
        nonlocal count
        count += 1
        each(daemon, count)

    daemon.listen("test", heard)
    assert asyncio.run(driven(daemon, site.clock, scans)) == 0
    return daemon


async def driven(daemon: Daemon, clock: ManualClock, scans: int) -> int:
    """Run so many scans; time goes on, event by event, once everybody has had a turn."""
    running = asyncio.create_task(daemon.run(scans))
    while not running.done():
        for _ in range(20):
            await asyncio.sleep(0)
        due_s = clock.next_due_s()
        if due_s is not None:
            clock.advance(due_s - clock.monotonic_s())
    return running.result()


def sun(daemon: Daemon) -> Quality:
    return daemon.cycle.image.qualities[1]


class Failing(Miner):
    """Says something good once, and then fails again and again."""

    runs = 0

    async def run(self, publish: Publish) -> None:
        self.runs += 1
        publish([Reading("pv", 5000.0, Quality.GOOD, 1000.0)])
        raise KeyError("a bug")


def test_f100_five_failures_in_a_minute_park_a_device_and_only_its_facts_go(site: Timed) -> None:
    site.miner = Failing()
    states: list[str] = []

    def look(daemon: Daemon, _: int) -> None:
        states.append(daemon.supervisor.health["miner"].state)

    daemon = run(site, 60, look)
    assert "parked" in states
    assert site.miner.runs == 5
    assert daemon.cycle.image.qualities == (Quality.GOOD, Quality.MISSING, Quality.GOOD)
    assert site.plc.written.count("on") == 60


def test_f100_its_sabotage_twin_that_never_parks_starts_it_over_and_over(
    site: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "FAILURES_BEFORE_PARKING", 10**9)
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_S", 0.0)
    site.miner = Failing()
    run(site, 60)
    assert site.miner.runs > 5


def test_f100_a_device_that_hangs_without_a_word_loses_its_facts_by_their_age(site: Timed) -> None:
    seen: list[Quality] = []

    def tell_once(daemon: Daemon, number: int) -> None:
        seen.append(sun(daemon))
        if number == 1:
            assert site.miner.publish is not None
            site.miner.publish([Reading("pv", 5000.0, Quality.GOOD, site.clock.monotonic_s())])

    daemon = run(site, 14, tell_once)
    assert seen[1] is Quality.GOOD
    assert seen[-1] is Quality.STALE
    assert daemon.supervisor.health["miner"].state == "running"


@pytest.mark.parametrize("begins_s", [0.0, 1e-3, 4e9])
def test_f88_a_monotonic_clock_near_zero_or_huge_decides_the_same(
    tmp_path: Path, begins_s: float
) -> None:
    def decisions(begins_s: float) -> list[object]:
        site = Timed(tmp_path / f"{begins_s:g}", begins_s)
        found: list[object] = []

        def tell(daemon: Daemon, number: int) -> None:
            last = daemon.cycle.last
            assert last is not None
            found.append(([each.value for each in last.decisions], daemon.cycle.image.qualities))
            if number % 3 == 0 and site.miner.publish is not None:
                site.miner.publish([Reading("pv", 5000.0, Quality.GOOD, site.clock.monotonic_s())])

        run(site, 40, tell)
        return found

    usual = decisions(1000.0)
    assert decisions(begins_s) == usual
    assert len({str(each) for each in usual}) > 2


def test_f88_what_was_measured_at_zero_was_measured(tmp_path: Path) -> None:
    site = Timed(tmp_path / "site", 0.0)
    seen: list[Quality] = []

    def tell(daemon: Daemon, number: int) -> None:
        seen.append(sun(daemon))
        if number == 1:
            assert site.miner.publish is not None
            site.miner.publish([Reading("pv", 5000.0, Quality.GOOD, 0.0)])

    run(site, 2, tell)
    assert seen == [Quality.MISSING, Quality.GOOD]
