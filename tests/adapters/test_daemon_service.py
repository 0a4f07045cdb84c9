"""The daemon with its surroundings: what outlives it, who is kept out, which disk may fail."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.devices import setpoints
from adapters.devices.setpoints import Setpoints
from adapters.recordings.recording import Recording
from adapters.runtime.journal import from_data
from adapters.runtime.ring import FILE as JOURNAL
from adapters.runtime.ring import read
from adapters.runtime.service import Service, state_folder
from adapters.runtime.store import FILE, OccupiedError
from adapters.runtime.system_clock import SystemClock
from tests.making.daemons import Site
from tests.making.disks import FailingDisk


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


def run(site: Site, scans: int, *, shadow: bool = False) -> Service:
    service = Service(site.load(shadow=shadow), site.clock, shadow=shadow)
    assert asyncio.run(service.daemon.run(scans)) == 0
    service.close()
    return service


def journal_of(site: Site) -> list[tuple[str, str]]:
    records = read(site.folder / "state" / JOURNAL).records
    return [from_data(record.data)[:2] for record in records]


def test_f77_the_journal_tells_of_trip_latch_restart_and_end(site: Site) -> None:
    site.plc.safe = False
    run(site, 2)
    site.plc.safe = True
    service = Service(site.load(), site.clock)
    service.saving.close(10.0)
    assert asyncio.run(service.daemon.run(1)) == 0
    service.close()
    told = journal_of(site)
    assert told[0] == ("start", "the first")
    assert ("trip", "safety_relay") in told
    second = told.index(("start", "in order"))
    assert told[second:] == [
        ("start", "in order"),
        ("trip", "safety_relay"),
        ("latch", "safety_relay"),
        ("end", "in order"),
    ]


def test_a_scan_that_failed_is_an_end_after_a_failure(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(site.load(), site.clock)
    monkeypatch.setattr(service.daemon.cycle, "step", lambda: 1 / 0)
    assert asyncio.run(service.daemon.run(1)) == 4
    service.close()
    assert journal_of(site)[-1] == ("end", "after a failure")


def test_f93_a_journal_that_cannot_be_written_is_an_alarm_and_stops_no_scan(site: Site) -> None:
    (site.folder / "state").mkdir()
    (site.folder / "state" / JOURNAL).mkdir()
    service = Service(site.load(), site.clock)
    assert asyncio.run(service.daemon.run(5)) == 0
    service.close()
    assert "Is a directory" in service.daemon.own.told["journal"]()
    assert service.daemon.cycle.counters.scans == 5


def test_f77_a_latch_outlives_the_daemon(site: Site) -> None:
    site.plc.safe = False
    run(site, 2)
    site.plc.safe = True
    site.plc.written.clear()
    service = run(site, 2)
    assert site.plc.written == ["safe", "off", "off", "safe"]
    assert service.daemon.cycle.retained.trips[0].latched


def test_f79_a_state_that_vanished_means_latched(site: Site) -> None:
    run(site, 2)
    (site.folder / "state" / FILE).unlink()
    service = run(site, 2)
    assert service.daemon.cycle.retained.trips[0].latched


def test_what_it_saw_is_recorded(site: Site) -> None:
    service = run(site, 20)
    (path,) = (site.folder / "state" / "recordings").glob("*.rec")
    with Recording.open(path) as recording:
        (span,) = recording.segments()
        assert len(list(recording.scans(span.start_ms, span.end_ms))) == 20
    assert service.recording.counters.lost == 0


def test_f101_a_second_daemon_is_refused(site: Site) -> None:
    first = Service(site.load(), site.clock)
    with pytest.raises(OccupiedError):
        Service(site.load(), site.clock)
    first.close()


def test_a_shadow_keeps_its_own_folder(site: Site) -> None:
    first = Service(site.load(), site.clock)
    loaded = site.load(shadow=True)
    run(site, 2, shadow=True)
    assert state_folder(loaded, shadow=True) == site.folder / "state-shadow"
    assert site.plc.written == []
    first.close()


def test_f93_a_disk_that_fails_for_ever_stops_no_scan(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    service = Service(site.load(), site.clock, disk=FailingDisk(0, for_ever=True))
    assert asyncio.run(service.daemon.run(30)) == 0
    service.close()
    assert service.daemon.cycle.counters.scans == 30
    assert service.store.counters.failures > 0
    assert "retained state not saved" in caplog.text


def test_a_state_folder_that_cannot_be_made_stops_no_scan(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    (site.folder / "state").write_text("in the way")
    run(site, 5)
    assert "the state folder cannot be used" in caplog.text


def test_the_machines_clocks_run() -> None:
    clock = SystemClock()
    before_s = clock.monotonic_s()
    asyncio.run(clock.sleep(0.0))
    assert clock.monotonic_s() >= before_s
    assert clock.wall_s() > 1_700_000_000


def test_setpoints_outlive_a_kill_and_count_in_the_first_scan(site: Site) -> None:
    described = {name: {"unit": "°C", "range": [35, 70]} for name in ("boiler", "buffer")}

    def start() -> tuple[Service, Setpoints]:
        device = setpoints.build("setpoints", {"setpoints": described}, site.clock)
        loaded = site.load()
        return Service(replace(loaded, devices=(*loaded.devices, device)), site.clock), device

    first, device = start()
    device.take("buffer", 60.0, "anna", site.clock.wall_s() + 100.0)
    device.take("boiler", 50.0, "anna", site.clock.wall_s() + 10.0)
    first.kept.look(site.clock.now_s)
    assert first.kept._writer.finish(10.0)
    first.store.close()  # as the system does for a process that was killed
    site.clock.now_s += 20.0
    second, device = start()
    assert [each.value for each in device.readings()] == [None, 60.0]
    assert device.state("boiler") == "expired"
    first.close()
    second.close()
