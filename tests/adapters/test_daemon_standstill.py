"""A daemon that was held up (F89, F98): old values are BAD, trips act, and fresh ones mend it."""

import asyncio
from pathlib import Path

import pytest

from adapters.port import Reading
from adapters.runtime import standstill
from adapters.runtime.daemon import Daemon
from engine.control.scan import Scan, initial
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
