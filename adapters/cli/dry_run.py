"""`thermiq dry-run`: what rules would have decided on recorded facts, and what it amounts to."""

import json
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli import tables
from adapters.cli.coverage import (
    CoverageSink,
    CoverageWishes,
    Covering,
    coverage_wishes,
    rule_texts,
    titled,
)
from adapters.cli.looking_back import reach, read_program
from adapters.cli.progress import Ticker, progress
from adapters.cli.runs import Counted, check_plot, meta_of, span_of, step_of
from adapters.cli.summary import headline, report_tables
from adapters.clock import SiteClock
from adapters.playback import Sink, fit, play, pour, spans_within
from adapters.playback_recorded import play_recorded
from adapters.recordings.data import RecordingError
from adapters.recordings.recording import Recording
from adapters.recordings.whole_file import refuse_input
from adapters.scribe import Scribe, infos
from engine.control.program import Program
from engine.workshop import coverage_report
from engine.workshop.coverage_report import CoverageReport
from engine.workshop.report import Basis, Report, as_plain
from engine.workshop.tally import Tally

if TYPE_CHECKING:
    from adapters.plot.series import Collector


DEFAULT_STEP = "10 s"
GAP_MS = 60_000
"""A daemon's scans come when they come; what lies further apart is a gap in the sums."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, as written on the command line, and the time from scan to scan."""

    start: str | None
    end: str | None
    step: str | None
    """None: at the daemon's own scans if it recorded them, else every 10 s."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to do with what was decided."""

    out: Path | None
    overwrite: bool
    plot: Path | None
    as_json: bool
    colour: bool
    coverage: CoverageWishes


@dataclass(frozen=True, slots=True)
class Told:
    """What a run amounts to, and what belongs to telling it."""

    report: Report
    zone: tzinfo
    step_s: float
    warnings: tuple[str, ...]


def dry_run(
    rules: Annotated[
        Path, typer.Argument(exists=True, metavar="RULES", help="A folder of rule files, or one.")
    ],
    facts: Annotated[
        Path,
        typer.Option(
            "--facts", exists=True, dir_okay=False, metavar="RECORDING", help="What was measured."
        ),
    ],
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help="From when; local time without an offset."),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Up to when, not included.")
    ] = None,
    step: Annotated[
        str | None,
        typer.Option(
            "--step",
            metavar="TIME",
            help="The time from scan to scan; else as a daemon recorded it, else 10 s.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Keep every decision in this recording."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw a chart: FILE.png, .svg or .html."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the summary as JSON.")] = False,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Show which branches of the rules were never seen.")
    ] = False,
    coverage_html: Annotated[
        Path | None,
        typer.Option("--coverage-html", metavar="DIR", help="Write that beside the rules' text."),
    ] = None,
    colour: Annotated[
        bool, typer.Option("--colour/--no-colour", help="Colour on a terminal.")
    ] = True,
) -> None:
    """Run rules on recorded facts; no device hears of it.

    Prints what was decided, what it drew from which source, what was vetoed and what was unknown.
    Exits with 1 if the rules or the recording cannot be used.
    """
    program, digest = read_program(rules)
    check_plot(plot)
    covered = coverage_wishes(coverage, coverage_html, None)
    wishes = Wishes(out, overwrite, plot, as_json, colour, covered)
    covering = Covering(covered, "days", rule_texts(rules)) if covered.wanted else None
    try:
        told = _run(program, digest, facts, Span(start, end, step), wishes, covering)
    except RecordingError as error:
        typer.echo(f"thermiq: {error}", err=True)
        raise typer.Exit(1) from error
    covered_report = None if covering is None else covering.report()
    _tell(told, wishes, covered_report)
    if covering is not None and covered_report is not None:
        title = titled([rules])
        covering.tell(covered_report, title, quiet=wishes.as_json, colour=wishes.colour)


def _run(
    program: Program,
    digest: str,
    facts: Path,
    span: Span,
    wishes: Wishes,
    covering: Covering | None,
) -> Told:
    """Play the recording into everything that wants to hear of it."""
    clock = SiteClock(program.rulebook.plant.site)
    tally = Tally(program.rulebook, Basis.DECIDED)
    sinks: list[Sink] = [Counted(tally)]
    collector: Collector | None = None
    with ExitStack() as stack:
        recording = stack.enter_context(Recording.open(facts))
        as_recorded = span.step is None and recording.tells_scans
        step_ms = recording.period_ms if as_recorded else step_of(span.step or DEFAULT_STEP)
        fitting = fit(recording.points(), program.rulebook)
        for warning in fitting.warnings:
            typer.echo(f"{facts}: {warning}", err=True)
        wanted = spans_within(recording.segments(), *span_of(span.start, span.end, clock))
        if not wanted:
            raise RecordingError(facts, f"holds nothing of that time; {reach(recording, clock)}")
        total_ms = sum(each.end_ms - each.start_ms for each in wanted)
        if wishes.out is not None:
            refuse_input(wishes.out, [facts])
            declared = infos(program.rulebook.plant, facts=False)
            meta = meta_of(program, digest, "dry-run", step_ms)
            writer = Recording.create(wishes.out, declared, meta, overwrite=wishes.overwrite)
            sinks.append(Scribe(stack.enter_context(writer), program, digest))
        if wishes.plot is not None:
            from adapters.plot import series  # noqa: PLC0415 - for a chart only

            every_ms = series.sampling(total_ms, step_ms)
            collector = series.Collector(program.rulebook, tally.meter, every_ms)
            sinks.append(collector)
        if covering is not None:
            sinks.append(CoverageSink(covering.begin(program, {}), clock.zone))
        advance = stack.enter_context(progress("dry-run", total_ms // step_ms))
        sinks.append(Ticker(advance))
        if as_recorded:
            scans = play_recorded(recording, program, digest, fitting, wanted)
            pour(scans, sinks, step_ms, gap_ms=max(GAP_MS, step_ms))
        else:
            pour(play(recording, program, fitting, wanted, step_ms), sinks, step_ms)
    report = tally.report()
    if collector is not None and wishes.plot is not None:
        from adapters.plot.draw import draw  # noqa: PLC0415 - matplotlib is slow to import

        draw(collector.chart(f"Dry-run of {facts.name}"), wishes.plot)
    return Told(report, clock.zone, step_ms / 1000, fitting.warnings)


def _tell(told: Told, wishes: Wishes, covered: CoverageReport | None) -> None:
    """Write the summary for people or for programs."""
    if not wishes.as_json:
        head = headline(told.report, told.zone, told.step_s)
        tables.show(head, report_tables(told.report), colour=wishes.colour)
        return
    plain = as_plain(told.report) | {"step_s": told.step_s, "warnings": list(told.warnings)}
    if covered is not None:
        plain["coverage"] = coverage_report.as_plain(covered)
    typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
