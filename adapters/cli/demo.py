"""`thermiq demo`: the house at Walda through four real weeks: summed up, drawn, explained."""

import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli import tables
from adapters.cli.comparison import compared
from adapters.cli.looking_back import read_program
from adapters.cli.runs import step_of
from adapters.cli.simulate import DAY_MS, Run, execute, read_weather, refuse_unfit
from adapters.cli.summary import headline, report_tables
from adapters.clock import SiteClock
from adapters.recordings.data import RecordingError
from adapters.recordings.moments import iso
from adapters.simulated.drive import stretches
from engine.control.program import Program, compile_program
from engine.workshop.report import Report

if TYPE_CHECKING:
    from adapters.plot.series import Chart

_RULES = Path("rules/asp1")
_WEATHER = Path("recordings/sample_4weeks_30min.csv")
_CHECKOUT = Path(__file__).resolve().parents[2]
_WITHOUT = ("miner1.power_target", "miner2.power_target")
"""What the house to compare with does not have."""


def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="Where to write what comes out.")
    ] = Path("demo-output"),
    days: Annotated[float, typer.Option("--days", min=0.1, help="At most so many days.")] = 28.0,
    step: Annotated[str, typer.Option("--step", help="The time from scan to scan.")] = "10 s",
    colour: Annotated[
        bool, typer.Option("--colour/--no-colour", help="Colour on a terminal.")
    ] = True,
    live: Annotated[
        bool,
        typer.Option("--live", help="The whole house on loopback and the daemon, a minute long."),
    ] = False,
) -> None:
    """Run the house at Walda through four real weeks and show what was decided, why and its cost.

    Writes a recording and a chart into FOLDER.
    """
    rules = _RULES if _RULES.is_dir() else _CHECKOUT / _RULES
    if not rules.is_dir():
        typer.echo("thermiq: the demo needs the rules in `rules/asp1` of a checkout", err=True)
        raise typer.Exit(1)
    if live:
        from adapters.cli.live_demo import live_demo  # noqa: PLC0415 - gRPC, Modbus and MQTT

        raise typer.Exit(live_demo(rules, out))
    program, digest = read_program(rules)
    refuse_unfit(program)
    step_ms = step_of(step)
    parts = stretches(read_weather(rules / _WEATHER), step_ms, length_ms=round(days * DAY_MS))
    out.mkdir(parents=True, exist_ok=True)
    recording, picture = out / "asp1.sqlite", out / "demo.png"
    title = f"ThermIQ runs {program.rulebook.plant.site.name}: {_length(days)} of real weather"
    run = Run(
        program, digest, parts, step_ms, 1, recording, overwrite=True, title=title, command="demo"
    )  # fmt: skip
    try:
        report, other, chart = _both(run, rules, days)
    except RecordingError as error:
        typer.echo(f"thermiq: {error}", err=True)
        raise typer.Exit(1) from error
    zone = SiteClock(program.rulebook.plant.site).zone
    shown = [*report_tables(report)[:5], compared(report, other, _WITHOUT)]
    tables.show(headline(report, zone, step_ms / 1000), shown, colour=colour)
    if chart is not None:
        from adapters.plot.draw import draw  # noqa: PLC0415 - matplotlib is slow to import

        draw(chart, picture)
        _explain(chart, rules, recording, step, colour=colour)
    typer.echo(f"\nchart      {picture}\nrecording  {recording}")


def _both(run: Run, rules: Path, days: float) -> "tuple[Report, Report, Chart | None]":
    """Run the house and, beside it on another core, the one to compare with."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        other: Future[Report] = pool.submit(_without_miners, rules, days, run.step_ms)
        report, chart = execute(run)
        return report, other.result(), chart


def _length(days: float) -> str:
    return "four weeks" if days == 28 else f"{days:g} days"  # noqa: PLR2004 - four weeks


def _explain(chart: "Chart", rules: Path, recording: Path, step: str, *, colour: bool) -> None:
    """Ask why one of the miners was switched on, as an operator would."""
    from adapters.cli.why import why  # noqa: PLC0415 - imported by the command line otherwise

    starts = [
        (switch.at_ms, output)
        for stretch in chart.stretches
        for output in _WITHOUT
        for switch in stretch.switches.get(output, [])
        if switch.value
    ]
    if not starts:
        return
    at_ms, output = sorted(starts)[len(starts) // 2]
    at = iso(at_ms, SiteClock(chart.plant.site).zone)
    typer.echo(f"\n$ thermiq why {output} --at {at} --facts {recording}\n")
    why(output, at=at, facts=recording, rules=rules, step=step, colour=colour)


def _without_miners(rules: Path, days: float, step_ms: int) -> Report:
    """Simulate the same days with nobody asking for the miners; runs in a process of its own."""
    program, digest = read_program(rules)
    rulebook = program.rulebook
    kept = tuple(
        replace(
            rule,
            proposals=tuple(each for each in rule.proposals if each.output not in _WITHOUT),
        )
        for rule in rulebook.rules
    )
    alone: Program = compile_program(replace(rulebook, rules=kept))
    parts = stretches(read_weather(rules / _WEATHER), step_ms, length_ms=round(days * DAY_MS))
    report, _ = execute(Run(alone, digest, parts, step_ms, 1, quiet=True))
    return report
