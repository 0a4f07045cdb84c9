"""F70, F72, F74, F77, F80: a trip wins, whatever happens at the same moment."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.files import read_rules
from adapters.runtime import daemon as daemon_module
from adapters.runtime.daemon import STOPPED, Daemon, Surroundings
from adapters.runtime.service import Service
from engine.control import trips
from engine.control.decision import Cause, Decision
from engine.control.program import Program, compile_program
from engine.control.retained import Restored
from engine.control.scan import Scan, initial, scan
from engine.control.state import Retained
from engine.control.trips import TripResult, TripState
from engine.inference.image import Override, Reset, empty_image, freeze
from engine.language.checked import check_files
from engine.values.fact import Fact, Quality
from engine.values.moment import Moment
from tests.house.source import ROOT
from tests.making.daemons import Site

MINER = "miner.power_target"
Each = Callable[[Daemon, Site, int], object]


def live(folder: Path, scans: int, each: Each, around: Surroundings | None = None) -> Daemon:
    """Run a daemon whose miner is overridden to 1 kW; `each` happens after every scan."""
    site = Site(folder)
    loaded = site.load()
    daemon = Daemon(loaded, initial(loaded.program), site.clock, around)
    wish = Override("o", MINER, 1000.0, "anna", site.clock.now_s + 3600.0)
    daemon.cycle.requests.overrides[MINER] = wish
    number = 0
    wrong: list[AssertionError] = []

    def heard(_: Scan) -> None:
        nonlocal number
        number += 1
        try:
            each(daemon, site, number)
        except AssertionError as error:
            wrong.append(error)

    daemon.listen("test", heard)
    assert asyncio.run(daemon.run(scans)) == STOPPED
    if wrong:
        raise wrong[0]
    return daemon


def commanded(site: Site) -> object:
    return site.miner.commands[-1].value


def test_f70_the_scan_that_sees_a_trip_stops_the_miner(tmp_path: Path) -> None:
    def each(_: Daemon, site: Site, number: int) -> None:
        assert commanded(site) == (1000.0 if 1 < number <= 4 else 0.0)
        site.plc.safe = number != 4

    live(tmp_path / "site", 9, each)


def test_f70_sabotage_a_trip_that_forces_nothing_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trips, "forced", lambda *_: {})
    with pytest.raises(AssertionError):
        test_f70_the_scan_that_sees_a_trip_stops_the_miner(tmp_path)


@pytest.mark.parametrize("opens", range(2, 7))
@pytest.mark.parametrize("reloads", range(2, 7))
def test_f80_a_trip_wins_against_a_reload(tmp_path: Path, opens: int, reloads: int) -> None:
    def each(daemon: Daemon, site: Site, number: int) -> None:
        if number == reloads:
            text = (site.folder / "heat.yaml").read_text("utf-8").replace("50 °C", "51 °C")
            (site.folder / "heat.yaml").write_text(text, "utf-8")
            loaded = site.load()
            daemon.activate(loaded.program, loaded.digest)
        site.plc.safe = number != opens
        if number > opens:
            assert commanded(site) == 0.0
            assert daemon.cycle.retained.trips[0].latched

    live(tmp_path / "site", 9, each)


def test_f80_sabotage_a_reload_that_forgets_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(_old: Program, _retained: Retained, new: Program) -> Restored:
        return Restored(initial(new), ())

    monkeypatch.setattr(daemon_module, "carry_over", forget)
    with pytest.raises(AssertionError):
        test_f80_a_trip_wins_against_a_reload(tmp_path, 3, 4)


@pytest.mark.parametrize("again", range(4, 10))
def test_f74_f80_a_trip_wins_against_a_reset(tmp_path: Path, again: int) -> None:
    """The relay opens at 3 and once more; a reset is heard by the scan after 6."""
    latched: list[int] = []

    def each(daemon: Daemon, site: Site, number: int) -> None:
        site.plc.safe = number not in (3, again)
        if number == 6:
            daemon.cycle.requests.resets.append(Reset("safety_relay", "anna"))
        if number - 1 in (3, again):
            latched.append(number)
        elif number - 1 == 6:
            latched.clear()
        assert daemon.cycle.retained.trips[0].latched is bool(latched), number
        if number > 3:
            assert commanded(site) == 0.0, "the override stood at the reset and waits"

    live(tmp_path / "site", 12, each)


def test_f74_sabotage_a_reset_that_asks_for_no_cause_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate = trips.evaluate

    def release(*given: object) -> TripResult:
        found = evaluate(*given)  # type: ignore[arg-type]
        return TripResult(TripState(False, 0.0), None, True, ()) if given[3] else found

    monkeypatch.setattr(trips, "evaluate", release)
    with pytest.raises(AssertionError):
        test_f74_f80_a_trip_wins_against_a_reset(tmp_path, 6)


class Keeps:
    """A saver that keeps what it is handed."""

    owes = False
    durable: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.states: list[Retained] = []

    def hand_in(
        self, program: Program, retained: Retained, urgent: bool, *, ended: bool = False
    ) -> None:
        del program, urgent, ended
        self.states.append(retained)


@pytest.mark.parametrize("stops", range(3, 7))
def test_f80_a_trip_wins_against_a_shutdown(tmp_path: Path, stops: int) -> None:
    keeps = Keeps()
    sites: list[Site] = []

    def each(daemon: Daemon, site: Site, number: int) -> None:
        sites.append(site)
        site.plc.safe = number != 4
        if number == stops:
            daemon.stop()

    live(tmp_path / "site", 9, each, Surroundings(saver=keeps))
    assert commanded(sites[-1]) == 0.0
    assert sites[-1].plc.written[-1] == "safe"
    assert keeps.states[-1].trips[0].latched is (stops > 4)


def test_f77_a_daemon_that_was_killed_while_latched_starts_latched(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.plc.safe = False
    first = Service(site.load(), site.clock)
    asyncio.run(first.daemon.run(2))
    first.saving.close(5.0)
    first.store.close()  # as the system does for a process that was killed
    first.watchdog.close()
    site.plc.safe = True
    site.plc.written.clear()
    second = Service(site.load(), site.clock)
    assert asyncio.run(second.daemon.run(3)) == STOPPED
    second.close()
    assert second.daemon.cycle.retained.trips[0].latched
    assert set(site.plc.written) <= {"safe", "off"}


class Asp1:
    """asp1's own rules, scanned every half second with all well but what is said."""

    def __init__(self) -> None:
        checked = check_files(read_rules(ROOT / "rules" / "asp1").files)
        assert checked.ok
        self.program = compile_program(checked.rulebook)
        self.plant = checked.rulebook.plant
        self.state, self.now_s = initial(self.program), 1000.0
        self.image = empty_image(self.plant)

    def go(self, *resets: str, **said: object) -> Scan:
        self.now_s += 0.5
        safety = {"safety.channel_a": True, "safety.channel_b": True}
        safety |= {f"safety.{name}": value for name, value in said.items()}  # type: ignore[misc]
        facts = [Fact(name, value, Quality.GOOD, self.now_s) for name, value in safety.items()]
        asked = tuple(Reset(each, "anna") for each in resets)
        self.image = freeze(self.plant, self.image, facts, self.now_s, (), asked)
        done = scan(self.program, self.state, self.image, Moment(self.now_s, self.now_s))
        self.state = done.retained
        return done

    def latched(self) -> set[str]:
        rows = zip(self.program.rulebook.trips, self.state.trips, strict=True)
        return {trip.id for trip, state in rows if state.latched}

    @staticmethod
    def decision(done: Scan, output: str) -> Decision:
        return next(each for each in done.decisions if each.output == output)


def test_f72_channels_that_disagree_for_half_a_second_are_a_fault_of_the_wiring() -> None:
    house = Asp1()
    house.go()
    assert house.latched() == set()
    house.go(channel_b=False)
    assert house.latched() == {"safety_relay"}, "one channel stops at once"
    done = house.go(channel_b=False)
    assert house.latched() == {"safety_relay", "safety_discrepancy"}
    assert "broken" in str([alarm.text for alarm in done.trace.alarms])
    for _ in range(3):
        done = house.go()
    assert house.latched() == {"safety_relay", "safety_discrepancy"}
    assert house.decision(done, "miner1.power_target").cause is Cause.LATCH
    house.go("safety_relay", "safety_discrepancy")
    assert house.latched() == set()


def test_f72_both_channels_together_are_no_fault_of_the_wiring() -> None:
    house = Asp1()
    for _ in range(4):
        house.go(channel_a=False, channel_b=False)
    assert house.latched() == {"safety_relay"}


def test_f72_sabotage_without_its_trip_the_discrepancy_is_nobodys() -> None:
    house = Asp1()
    book = house.program.rulebook
    kept = tuple(trip for trip in book.trips if trip.id != "safety_discrepancy")
    house.program = compile_program(replace(book, trips=kept))
    house.state = initial(house.program)
    for _ in range(4):
        house.go(channel_b=False)
    assert house.latched() == {"safety_relay"}
