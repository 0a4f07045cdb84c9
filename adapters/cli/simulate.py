"""`thermiq simulate`: rules in a closed loop with the physics of the house at Walda."""

import csv
import gzip
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli import tables
from adapters.cli.looking_back import read_program
from adapters.cli.progress import Ticker, progress
from adapters.cli.runs import Counted, check_plot, meta_of, span_of, step_of
from adapters.cli.summary import headline, report_tables
from adapters.clock import SiteClock
from adapters.playback import Sink, pour
from adapters.recordings.data import RecordingError
from adapters.recordings.recording import Recording
from adapters.recordings.whole_file import refuse_input
from adapters.scribe import Scribe, infos
from adapters.simulated.drive import Stretch, drive, stretches, unfit
from adapters.simulated.state import PlantParameters
from adapters.simulated.weather import Weather, segments, weather_row
from engine.control.program import Program
from engine.control.scan import Scan, initial
from engine.workshop.report import Basis, Report, as_plain
from engine.workshop.tally import Tally

if TYPE_CHECKING:
    from adapters.plot.series import Chart

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Run:
    """What to simulate, and where to write it."""

    program: Program
    digest: str
    parts: tuple[Stretch, ...]
    step_ms: int
    seed: int
    out: Path | None = None
    overwrite: bool = False
    title: str | None = None
    """Of the chart; None: no chart is wanted."""
    command: str = "simulate"
    quiet: bool = False
    """Show no progress."""

    @property
    def total_ms(self) -> int:
        """How long it is without the gaps."""
        return sum(part.end_ms - part.start_ms for part in self.parts)


def simulate(
    rules: Annotated[
        Path, typer.Argument(exists=True, metavar="RULES", help="A folder of rule files, or one.")
    ],
    weather: Annotated[
        Path,
        typer.Option("--weather", exists=True, dir_okay=False, metavar="FILE", help="CSV, or .gz."),
    ],
    days: Annotated[float, typer.Option("--days", min=0.001, help="How long.")] = 1.0,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help="From when; else the start of the weather."),
    ] = None,
    step: Annotated[str, typer.Option("--step", help="The time from scan to scan.")] = "10 s",
    seed: Annotated[int, typer.Option("--seed", help="Decides when hot water is tapped.")] = 1,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="RECORDING", help="Keep facts and decisions."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace RECORDING.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw a chart: FILE.png, .svg or .html."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the summary as JSON.")] = False,
    colour: Annotated[
        bool, typer.Option("--colour/--no-colour", help="Colour on a terminal.")
    ] = True,
) -> None:
    """Run rules on a simulated house with recorded weather, load, sun and prices.

    Exits with 1 if the rules or the weather cannot be used.
    """
    program, digest = read_program(rules)
    check_plot(plot)
    clock = SiteClock(program.rulebook.plant.site)
    refuse_unfit(program)
    step_ms = step_of(step)
    start_ms, _ = span_of(start, None, clock)
    parts = stretches(read_weather(weather), step_ms, start_ms, round(days * DAY_MS))
    if not parts:
        typer.echo(f"thermiq: {weather}: holds no weather of that time", err=True)
        raise typer.Exit(1)
    title = None if plot is None else f"Simulation on {weather.name}"
    run = Run(program, digest, parts, step_ms, seed, out, overwrite, title)
    try:
        if out is not None:
            refuse_input(out, [weather])
        report, chart = execute(run)
    except RecordingError as error:
        typer.echo(f"thermiq: {error}", err=True)
        raise typer.Exit(1) from error
    if chart is not None and plot is not None:
        from adapters.plot.draw import draw  # noqa: PLC0415 - matplotlib is slow to import

        draw(chart, plot)
    if as_json:
        plain = as_plain(report) | {"step_s": step_ms / 1000, "seed": seed}
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
        return
    tables.show(headline(report, clock.zone, step_ms / 1000), report_tables(report), colour=colour)


def execute(run: Run) -> "tuple[Report, Chart | None]":
    """Simulate, write the recording, show how far it is; return the sums and the chart."""
    from adapters.plot.series import Collector, sampling  # noqa: PLC0415 - a face of the workshop

    rulebook = run.program.rulebook
    tally = Tally(rulebook, Basis.MEASURED)
    sinks: list[Sink] = [Counted(tally)]
    collector = Collector(rulebook, tally.meter, sampling(run.total_ms, run.step_ms))
    if run.title is not None:
        sinks.append(collector)
    with ExitStack() as stack:
        scribe = None
        if run.out is not None:
            meta = meta_of(run.program, run.digest, run.command, run.step_ms)
            declared = infos(rulebook.plant, facts=True)
            writer = Recording.create(run.out, declared, meta, overwrite=run.overwrite)
            scribe = Scribe(stack.enter_context(writer), run.program, run.digest)
            sinks.append(scribe)
        if not run.quiet:
            advance = stack.enter_context(progress(run.command, run.total_ms // run.step_ms))
            sinks.append(Ticker(advance))
        pour(_scans(run, scribe), sinks, run.step_ms)
    return tally.report(), None if run.title is None else collector.chart(run.title)


def _scans(run: Run, scribe: Scribe | None) -> Iterator[tuple[int, Scan]]:
    """Yield the scans of the loop; what was measured goes to the scribe on the way."""
    clock = SiteClock(run.program.rulebook.plant.site)
    parameters = PlantParameters(seed=run.seed)
    for at_ms, changes, scan in drive(
        run.program, initial(run.program), parameters, run.parts, clock, run.step_ms
    ):
        if scribe is not None:
            scribe.facts(changes)
        yield at_ms, scan


def read_weather(path: Path) -> tuple[Weather, ...]:
    """Return the weather of a CSV file, or say what is wrong with it and exit with 1."""
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="") as file:
            parts = segments(map(weather_row, csv.DictReader(file)))
    except KeyError as error:
        problem = f"lacks the column `{error.args[0]}`"
    except UnicodeDecodeError:
        problem = "is not text in UTF-8; the weather is a CSV file, or one packed as .gz"
    except (ValueError, csv.Error, EOFError, gzip.BadGzipFile) as error:
        problem = str(error)
    else:
        if parts:
            return parts
        problem = "holds no weather"
    typer.echo(f"thermiq: {path}: {problem}", err=True)
    raise typer.Exit(1)


def refuse_unfit(program: Program) -> None:
    """Exit with 1 if the plant of the rules is not the simulated one."""
    for problem in (found := unfit(program.rulebook.plant)):
        typer.echo(f"thermiq: {problem}", err=True)
    if found:
        raise typer.Exit(1)
