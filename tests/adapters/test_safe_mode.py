"""Safe mode (F102): three ends out of order, everything at failsafe, and the ways back."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.runtime import starts
from adapters.runtime.refusal import RefusedError
from adapters.runtime.safe_mode import TRIP, Rules, safe_rules
from adapters.runtime.service import Service
from adapters.runtime.versions import Saying
from engine.control.decision import AlarmKind, Cause
from engine.control.scan import Scan
from engine.language.expression import Boolean
from tests.making.daemons import INTERLOCKS, RULES, Site

MIN_OFF_SCANS = 8
"""The pump starts within these, after its minimum off time: it stood still at least at the end."""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


def crash(site: Site, times: int = 3) -> None:
    """Let the daemon die so often as a kill lets it: nothing is written any more."""
    for _ in range(times):
        service = Service(site.load(), site.clock)
        service.watchdog.close()
        service.store.close()


def run(site: Site, scans: int, each: Callable[[Service, Scan], object]) -> Service:
    service = Service(site.load(), site.clock)
    service.daemon.listen("test", lambda scan: each(service, scan))
    assert asyncio.run(service.daemon.run(scans)) == 0
    service.close()
    return service


def nothing(_: Service, __: Scan) -> None:
    """Only run."""


def test_f102_after_three_crashes_every_output_is_at_its_failsafe(site: Site) -> None:
    crash(site)
    heard: list[Scan] = []
    run(site, 5, lambda _, scan: heard.append(scan))
    assert site.plc.written == ["safe", *["off"] * 5, "safe"], "the rules would say `on`"
    assert {command.value for command in site.miner.commands} == {0.0}
    decision = heard[0].decisions[0]
    assert (decision.cause, decision.by) == (Cause.TRIP, TRIP)
    (banner,) = (alarm for alarm in heard[0].trace.alarms if alarm.subject == TRIP)
    assert banner.kind is AlarmKind.TRIPPED
    assert "thermiq resume" in banner.text


def test_f102_its_sabotage_twin_that_does_not_count_runs_the_rules(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starts, "UNCLEAN_MAX", 10**6)
    crash(site)
    run(site, MIN_OFF_SCANS, nothing)
    assert "on" in site.plc.written


def test_f102_two_crashes_and_then_an_end_in_order_change_nothing(site: Site) -> None:
    crash(site, 2)
    run(site, MIN_OFF_SCANS, nothing)
    assert "on" in site.plc.written


def test_f102_an_end_in_order_leaves_safe_mode_standing(site: Site) -> None:
    crash(site)
    run(site, 2, nothing)
    site.plc.written.clear()
    run(site, 2, nothing)
    assert "on" not in site.plc.written


def test_f102_a_person_lets_the_rules_run_again(site: Site) -> None:
    crash(site)

    def resume(service: Service, _: Scan) -> None:
        if service.daemon.cycle.counters.scans == 3:
            assert service.safe_mode is not None
            service.safe_mode.resume("anna")
            with pytest.raises(RefusedError, match="no safe mode"):
                service.safe_mode.resume("anna")

    service = run(site, 12, resume)
    assert site.plc.written[3] == "off"
    assert "on" in site.plc.written
    assert not service.starts.now.safe
    site.plc.written.clear()
    run(site, MIN_OFF_SCANS, nothing)
    assert site.plc.written[-2] == "on", "the next start too"


def test_f102_an_hour_without_an_end_lets_the_rules_run_again(site: Site) -> None:
    crash(site)

    def wait(service: Service, _: Scan) -> None:
        if service.daemon.cycle.counters.scans == 2:
            site.clock.now_s += starts.CLEAN_S

    service = run(site, 10, wait)
    assert site.plc.written[2:4] == ["off", "off"]
    assert "on" in site.plc.written
    assert service.starts.now.unclean == ()


def test_f102_reload_ends_it_and_rules_taken_back_are_the_earlier_ones(site: Site) -> None:
    crash(site)
    (site.folder / "heat.yaml").write_text(RULES.replace("50 °C", "20 °C"), "utf-8")
    loaded = site.load()
    service = Service(loaded, site.clock)
    live, safe = service.live, service.safe_mode
    assert live is not None
    assert safe is not None

    async def reload() -> None:
        staged = await live.stage()
        assert live.instead() == (safe.rules.program, loaded.digest)
        await live.activate(staged.digest, Saying("anna", "mended"))

    asyncio.run(reload())
    assert asyncio.run(service.daemon.run(2)) == 0
    assert safe.is_over
    assert live.instead() is None
    service.close()
    assert not service.starts.now.safe


def test_f102_latches_outlive_safe_mode(site: Site) -> None:
    site.plc.safe = False
    run(site, 2, nothing)
    site.plc.safe = True
    crash(site)
    run(site, 2, nothing)
    service = Service(site.load(), site.clock)
    assert service.safe_mode is not None
    service.safe_mode.resume("anna")
    assert service.daemon.cycle.retained.trips[0].latched
    assert len(service.daemon.cycle.retained.trips) == 1
    service.close()


def test_f102_a_scan_that_fails_is_an_end_out_of_order(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(site.load(), site.clock)
    monkeypatch.setattr(site.plc, "read", None)
    assert asyncio.run(service.daemon.run(2)) == 4
    service.close()
    other = Service(site.load(), site.clock)
    assert other.starts.now.unclean_ends == 1
    other.close()


def test_a_shadow_has_no_safe_mode_for_it_commands_nothing(site: Site) -> None:
    for _ in range(4):
        service = Service(site.load(shadow=True), site.clock, shadow=True)
        service.watchdog.close()
        service.store.close()
        assert service.safe_mode is None


def test_of_the_rules_nothing_is_left_and_the_trips_name_stays_free(site: Site) -> None:
    (site.folder / "interlocks.yaml").write_text(INTERLOCKS.replace("safety_relay", TRIP), "utf-8")
    loaded = site.load()
    safe = safe_rules(Rules(loaded.program, loaded.digest))
    book = safe.program.rulebook
    assert book.rules == ()
    assert [trip.id for trip in book.trips] == [TRIP, f"{TRIP}_"]
    assert isinstance(book.trips[-1].when, Boolean)
    assert safe.digest != loaded.digest
