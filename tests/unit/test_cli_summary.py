import io
import sys
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
import typer

from adapters.cli import comparison, progress, runs, summary, tables
from adapters.clock import SiteClock
from engine.control.decision import Alarm, AlarmKind, Restriction, RestrictionKind
from engine.language.plant import Site
from engine.workshop.report import Report
from tests.unit.test_tally import HOUR, tallied, trace

UTC = ZoneInfo("UTC")
VETO = Restriction(RestrictionKind.INTERLOCK, "one_way_open", 0.0)
ALARM = Alarm(AlarmKind.TRIPPED, "relay", "The relay is open.")


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "160")
    return Terminal()


def day(power_w: float = 2_000.0) -> Report:
    return tallied(
        trace(0, (1_000.0, 1_000.0, 30.0, power_w), restrictions=(VETO,), alarms=(ALARM,)),
        trace(12 * HOUR, (None, 0.0, None, 0.0), sg="recommended", truth=None),
        end_ms=24 * HOUR,
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (90, "2 min"),
        (5_400, "1.5 h"),
        (864_000, "10 d"),
        (900_000, "10.4 d"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_suits_it(seconds: float, text: str) -> None:
    assert summary.duration(seconds) == text


def test_a_trace_of_energy_is_none() -> None:
    assert [summary.kwh(each) for each in (-0.001, 0.04, 0.06, 1234.56)] == [
        "0.0", "0.0", "0.1", "1,234.6",
    ]  # fmt: skip


def test_the_summary_in_a_pipe_is_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    tables.show(summary.headline(day(), UTC, 10.0), summary.report_tables(day()))
    shown = capsys.readouterr().out
    assert shown.startswith(
        "1 January 1970 00:00 to 2 January 1970 00:00 (UTC): 24.0 h, 2 scans every 10 s\n\n"
    )
    for line in (
        "  miner1.power_target        0       0   never   0 %  24.0  50 %      0 %  50 %  3.60",
        "  all consumers                                       24.0  50 %      0 %  50 %  3.60",
        "  heatpump.sg_ready  normal 12.0 h, recommended 12.0 h",
        "  interlock  one_way_open  miner1.power_target      1  12.0 h",
        "  tripped  relay      1  12.0 h  The relay is open.",
        "  sun   12.0 h  50 %",
    ):
        assert line in shown.splitlines(), line
    assert all(line == line.rstrip() for line in shown.splitlines())


def test_nothing_recorded_is_said() -> None:
    assert summary.headline(tallied(end_ms=0), UTC, 10.0).startswith("Nothing was recorded")


def test_a_terminal_gets_colours(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", terminal)
    tables.show("A day", summary.report_tables(day()))
    assert "\x1b[" in terminal.getvalue()
    assert "miner1.power_target" in terminal.getvalue()


def test_colours_can_be_left_out(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", terminal)
    tables.show("A day", summary.report_tables(day()), colour=False)
    assert "\x1b[" not in terminal.getvalue()


def test_long_tables_are_cut_and_say_so() -> None:
    kinds = [Restriction(RestrictionKind.INTERLOCK, f"lock{n:02}", 0.0) for n in range(15)]
    report = tallied(trace(0, restrictions=tuple(kinds)), end_ms=HOUR)
    vetoes = next(table for table in summary.report_tables(report) if table.title == "Vetoes")
    assert len(vetoes.rows) == 12
    assert vetoes.note == "and 3 more; --json has all of them"


def test_two_runs_stand_side_by_side() -> None:
    table = comparison.compared(day(), day(0.0), ("miner1.power_target",))
    assert table.rows[-1] == ("miners, kWh", "24.0", "0.0", "+24.0")
    assert "a kilowatt-hour of mining cost 0.0 ct" in table.note
    dear = replace(day(0.0), house=replace(day(0.0).house, cost_eur=6.0))
    cheaper = comparison.compared(day(), dear, ("miner1.power_target",))
    assert "a kilowatt-hour of mining saved 10.0 ct" in cheaper.note
    idle = comparison.compared(day(0.0), day(0.0), ("miner1.power_target",))
    assert idle.note == "The miners did not run."


def test_progress_is_for_terminals_only(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress.progress("dry-run", 100) as advance:
        advance(50)
    assert "dry-run" in terminal.getvalue()
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress.progress("dry-run", 100) as advance:
        advance(50)
    assert capsys.readouterr().err == ""


def test_a_time_without_an_offset_is_that_of_the_site() -> None:
    clock = SiteClock(Site(time_zone="Europe/Berlin"))
    assert runs.moment_of("2024-07-01T12:00", clock, "--from") == 1_719_828_000_000
    assert runs.moment_of("2024-07-01T10:00Z", clock, "--from") == 1_719_828_000_000
    assert runs.span_of(None, None, clock) == (None, None)
    with pytest.raises(typer.BadParameter, match="the end is not after the start"):
        runs.span_of("2024-07-01T12:00", "2024-07-01T10:00Z", clock)
