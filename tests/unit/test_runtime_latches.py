"""A latch is told as one when it will survive a power cut, and a trip at once."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.runtime.daemon import Daemon, Surroundings
from adapters.runtime.latches import NOT_KEPT, as_told, latched_in
from adapters.runtime.service import Service
from engine.control.decision import Alarm, AlarmKind
from engine.control.program import Program
from engine.control.scan import Scan, initial
from engine.control.state import Retained
from tests.making.daemons import Site
from tests.unit.engine_rig import scanned

TRIP = "safety_relay"


class Slow:
    """A disk that takes its time: a test says when it has done."""

    owes = False
    durable: frozenset[str] = frozenset()

    def hand_in(
        self, program: Program, retained: Retained, urgent: bool, *, ended: bool = False
    ) -> None:
        del program, retained, urgent, ended


def alarms_of(site: Site, saver: Slow, *, after: int, owes: bool = False) -> list[Alarm]:
    """Trip in the first scan; let the disk have done, or refuse, after so many scans."""
    loaded = site.load()
    daemon = Daemon(loaded, initial(loaded.program), site.clock, Surroundings(saver=saver))
    told: list[Alarm] = []

    def hear(scan: Scan) -> None:
        told.extend(alarm for alarm in scan.trace.alarms if alarm.subject == TRIP)
        site.plc.safe = len(told) >= 2
        if len(told) == after:
            saver.owes = owes
            saver.durable = frozenset() if owes else frozenset({TRIP})

    site.plc.safe = False
    daemon.listen("test", hear)
    asyncio.run(daemon.run(6))
    return told


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


def test_tripped_is_told_at_once_and_latched_when_it_is_on_the_disk(site: Site) -> None:
    told = alarms_of(site, Slow(), after=4)
    tripped, latched = AlarmKind.TRIPPED, AlarmKind.LATCHED
    assert [alarm.kind for alarm in told] == [tripped] * 4 + [latched] * 2
    assert [NOT_KEPT in alarm.text for alarm in told] == [False] * 2 + [True] * 2 + [False] * 2


def test_a_disk_that_refuses_is_told_while_the_cause_lasts(site: Site) -> None:
    told = alarms_of(site, Slow(), after=1, owes=True)
    assert {alarm.kind for alarm in told} == {AlarmKind.TRIPPED}
    assert [NOT_KEPT in alarm.text for alarm in told] == [False] + [True] * 5


def test_a_latch_that_was_restored_is_one_from_the_first_scan_on(site: Site) -> None:
    def run() -> list[AlarmKind]:
        service = Service(site.load(), site.clock)
        told: list[AlarmKind] = []
        service.daemon.listen(
            "test", lambda scan: told.extend(alarm.kind for alarm in scan.trace.alarms)
        )
        assert asyncio.run(service.daemon.run(2)) == 0
        service.close()
        return told

    site.plc.safe = False
    assert AlarmKind.TRIPPED in run()
    site.plc.safe = True
    assert set(run()) == {AlarmKind.LATCHED}


def test_a_state_of_another_number_of_trips_has_no_latches(site: Site) -> None:
    program = site.load().program
    with pytest.raises(ValueError, match="longer"):
        latched_in(program, replace(initial(program), trips=initial(program).trips * 2))


def test_what_is_on_the_disk_is_told_beside_what_is_not() -> None:
    trips = (
        "trips:\n  - {id: t, when: a, latch: true, force: {m: 0 W}, because: x}\n"
        "  - {id: u, when: b, latch: true, force: {n: 0 kW}, because: x}\n"
    )
    program, (scan,) = scanned(trips, {"a": True, "b": True})
    told = as_told(program, scan, frozenset({"t"}), refused=True)
    assert [NOT_KEPT in alarm.text for alarm in told.trace.alarms] == [False, True]
    assert as_told(program, scan, frozenset({"t", "u"}), refused=True) is scan
