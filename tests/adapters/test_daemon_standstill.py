"""A daemon that was held up (F89, F98): old values are BAD, trips act, and fresh ones mend it."""

import asyncio
from pathlib import Path

import pytest

from adapters.port import Reading
from adapters.runtime import standstill
from adapters.runtime.daemon import Daemon
from engine.control.scan import Scan, initial
from engine.inference.image import Reset
from engine.values.fact import Quality
from tests.making.daemons import PLANT, Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "site")
    plant = PLANT.replace("max_age: 4 s", "max_age: 300 s")  # so that its age alone says nothing
    (site.folder / "plant.yaml").write_text(plant, "utf-8")
    return site


def run(site: Site, gone_s: float) -> list[Scan]:
    """Return six scans; before the fourth nothing runs for so long, after it the sun is back."""
    loaded = site.load()
    daemon, heard = Daemon(loaded, initial(loaded.program), site.clock), list[Scan]()
    publish = daemon.gateway.publisher("miner")

    def each(scan: Scan) -> None:
        heard.append(scan)
        now_s = site.clock.now_s
        if len(heard) in (1, 4):
            publish([Reading("pv", 5000.0, Quality.GOOD, now_s)])
        if len(heard) == 3:
            site.clock.now_s += gone_s

    daemon.listen("test", each)
    assert asyncio.run(daemon.run(6)) == 0
    return heard


def sun(scan: Scan) -> tuple[object, Quality]:
    return scan.trace.image.values[1], scan.trace.image.qualities[1]


def test_f89_after_a_standstill_values_are_bad_until_they_are_fresh(site: Site) -> None:
    heard = run(site, 30.0)
    assert sun(heard[2]) == (5000.0, Quality.GOOD)
    assert sun(heard[3]) == (None, Quality.BAD)
    assert sun(heard[4]) == (5000.0, Quality.GOOD)
    assert heard[3].trace.image.values[0] == 40.0, "the PLC was read in this very scan"


def test_f89_its_sabotage_twin_that_does_not_notice_uses_the_old_value(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standstill, "PERIODS", 10**6)
    assert sun(run(site, 30.0)[3]) == (5000.0, Quality.GOOD)


def test_f89_a_late_scan_is_no_standstill(site: Site) -> None:
    assert sun(run(site, 0.4)[3]) == (5000.0, Quality.GOOD)


def test_f98_a_standstill_is_an_alarm(site: Site) -> None:
    heard = run(site, 3.0)
    told = [[alarm.subject for alarm in scan.trace.alarms] for scan in heard]
    assert "scans" not in told[2]
    assert "scans" in told[3]


def held_up(site: Site, gone_s: float, *, late: bool = True) -> tuple[list[bool], list[Scan]]:
    """Keep the process up for so long while its third image is read; whether the pump ran."""
    loaded = site.load()
    daemon, heard = Daemon(loaded, initial(loaded.program), site.clock), list[Scan]()
    before: list[bool] = []
    read, count = site.plc.read, 0

    def slow(now_s: float) -> list[Reading]:
        nonlocal count
        readings, count = read(now_s), count + 1
        if count == 3:
            site.clock.now_s += gone_s
            site.plc.safe = False
        return readings

    def each(scan: Scan) -> None:
        heard.append(scan)
        before.append(daemon.cycle.before.outputs[0].value is True)

    site.plc.read = slow  # type: ignore[method-assign] # the same, but slow once
    if not late:
        daemon.cycle.is_late = lambda _: False  # type: ignore[method-assign] # the sabotage
    daemon.listen("test", each)
    assert asyncio.run(daemon.run(3)) == 0
    return before, heard


def test_f89_what_was_decided_before_a_standstill_is_not_written_after_it(site: Site) -> None:
    _, heard = held_up(site, 30.0)
    assert site.plc.written == ["safe", "on", "on", "off", "safe"]
    assert heard[2].decisions[0].by == "safety_relay", "the scan was made anew"


def test_f89_its_sabotage_twin_writes_what_it_saw_half_a_minute_ago(site: Site) -> None:
    held_up(site, 30.0, late=False)
    assert site.plc.written == ["safe", "on", "on", "on", "safe"]


def test_f89_a_reset_that_met_a_standstill_is_heard_by_the_scan_made_anew(site: Site) -> None:
    loaded = site.load()
    daemon = Daemon(loaded, initial(loaded.program), site.clock)
    daemon.cycle.requests.resets.append(Reset("safety_relay", "anna"))
    late = iter([True])
    daemon.cycle.is_late = lambda _: next(late, False)  # type: ignore[method-assign] # once
    assert daemon.cycle.step().trace.image.resets == (Reset("safety_relay", "anna"),)


@pytest.mark.parametrize(("gone_s", "ran"), [(2.0, True), (30.0, False)])
def test_f89_after_commands_have_expired_outputs_have_stood_at_failsafe(
    site: Site, gone_s: float, ran: bool
) -> None:
    before, _ = held_up(site, gone_s)
    assert before == [False, True, ran]


def test_f89_so_they_have_when_the_kernel_let_go_of_them_before(site: Site) -> None:
    site.plc.released_after_s = 1.5  # type: ignore[attr-defined] # as a RevPi has it
    before, _ = held_up(site, 2.0)
    assert before == [False, True, False]


def test_f89_of_two_standstills_in_a_row_the_second_says_until_when_outputs_may_have_run(
    site: Site,
) -> None:
    loaded = site.load()
    daemon, stood = Daemon(loaded, initial(loaded.program), site.clock), list[float]()
    read, write, count = site.plc.read, site.plc.write, 0

    def slow_write(now_s: float) -> None:
        if len(stood) == 2:
            site.clock.now_s += 12.0  # and then it is written that the pump runs
        write(now_s)

    def slow_read(now_s: float) -> list[Reading]:
        nonlocal count
        readings, count = read(now_s), count + 1
        if count == 4:
            site.clock.now_s += 30.0  # some time in these the pump stops
        return readings

    def each(scan: Scan) -> None:
        stood.append(scan.trace.moment.monotonic_s - daemon.cycle.before.outputs[0].switched_at_s)

    site.plc.read, site.plc.write = slow_read, slow_write  # type: ignore[method-assign] # slow once
    daemon.listen("test", each)
    assert asyncio.run(daemon.run(4)) == 0
    assert count == 5, "the fourth scan was made anew"
    assert stood[3] == 0.0
