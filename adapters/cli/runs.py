"""What dry-run, simulate and demo have in common: options, sinks, the words of a recording."""

from pathlib import Path

import typer

from adapters.clock import SiteClock
from adapters.recordings.moments import duration_ms, parse_iso
from engine.control.program import Program
from engine.control.scan import Scan
from engine.workshop.tally import Tally

PLOT_ENDINGS = (".png", ".svg", ".html")


class Counted:
    """Gives a tally the traces of scans."""

    def __init__(self, tally: Tally) -> None:
        """Fill `tally`."""
        self._add = tally.add
        self._pause = tally.pause

    def add(self, at_ms: int, scan: Scan) -> None:
        """Hand on the trace."""
        self._add(at_ms, scan.trace)

    def pause(self, end_ms: int) -> None:
        """Hand on the end of a stretch."""
        self._pause(end_ms)


def meta_of(program: Program, digest: str, command: str, step_ms: int) -> dict[str, str]:
    """Return what a recording of a run says about itself."""
    site = program.rulebook.plant.site
    return {
        "site": site.name,
        "time_zone": site.time_zone,
        "created_by": f"thermiq {command}",
        "rules": digest,
        "step_ms": str(step_ms),
    }


def check_plot(plot: Path | None) -> None:
    """Refuse a chart that cannot be drawn, before anything is computed for it."""
    if plot is None:
        return
    if plot.suffix not in PLOT_ENDINGS:
        message = f"`{plot}` ends in none of {', '.join(PLOT_ENDINGS)}"
        raise typer.BadParameter(message, param_hint="--plot")
    if not plot.parent.is_dir():
        message = f"the directory of `{plot}` does not exist"
        raise typer.BadParameter(message, param_hint="--plot")


def step_of(text: str) -> int:
    """Return the milliseconds from scan to scan."""
    try:
        return duration_ms(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--step") from error


def moment_of(text: str, clock: SiteClock, option: str) -> int:
    """Return the moment that an option names."""
    try:
        return parse_iso(text, clock.zone)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


def span_of(start: str | None, end: str | None, clock: SiteClock) -> tuple[int | None, int | None]:
    """Return the moments of `--from` and `--to`, None for what was not given."""
    start_ms = None if start is None else moment_of(start, clock, "--from")
    end_ms = None if end is None else moment_of(end, clock, "--to")
    if start_ms is not None and end_ms is not None and end_ms <= start_ms:
        raise typer.BadParameter("the end is not after the start", param_hint="--to")
    return start_ms, end_ms
