"""`thermiq diff`: what an edit of the rules would have decided otherwise, and its sums."""

import json
import os
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from adapters.cli.diff_text import show_difference
from adapters.cli.language import LanguageOption, words_for
from adapters.cli.looking_back import program_of, reach
from adapters.cli.progress import progress
from adapters.cli.runs import span_of, step_of
from adapters.clock import SiteClock
from adapters.compared.process import LostError, RemoteRunner
from adapters.compared.runner import Driven, Played, Runner, Work, rare_collections
from adapters.compared.together import Compared, compare
from adapters.files import RuleFiles
from adapters.playback import fit, spans_within
from adapters.recordings.data import RecordingError
from adapters.recordings.recording import Recording
from adapters.rule_versions import VersionError, read_version
from engine.control.program import Program
from engine.workshop.comfort import MOST_WISHES, SHOWN_AS, with_wishes
from engine.workshop.diff import Difference, Pairing, failures, pair_outputs
from engine.workshop.diff_limits import Limit, LimitError, read_limit
from engine.workshop.diff_plain import as_plain_difference
from engine.workshop.diff_rules import edits

DEFAULT_STEP = "10 s"
LIMIT_PASSED = 3
"""The exit code when `--fail-on` fails: nothing is broken, but the edit does too much."""
_WORTH_A_PROCESS = 20_000
"""Fewer scans are over before a second process has read its rules."""


@dataclass(frozen=True, slots=True)
class Version:
    """One side: what was read, and what it means."""

    name: str
    files: RuleFiles
    program: Program
    digest: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Over which time and on which facts both sides run, as written on the command line."""

    facts: Path | None
    start: str | None
    end: str | None
    step: str | None
    simulate: bool
    weather: Path | None
    seed: int


@dataclass(frozen=True, slots=True)
class Ground:
    """The same, found out: where the facts come from, and how many scans there will be."""

    source: Played | Driven
    step_ms: int
    total_ms: int
    warnings: tuple[str, ...]


_Wishes = Annotated[
    list[str],
    typer.Option(
        "--comfort", metavar="CONDITION", help="Count the minutes without it; may be repeated."
    ),
]
_FailOn = Annotated[
    list[str],
    typer.Option(
        "--fail-on", metavar="LIMIT", help="Exit with 3: any, starts, 'cost > 2 %'; repeatable."
    ),
]


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A folder, or REVISION:PATH in git.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same; `REVISION:` is OLD there.")],
    facts: Annotated[
        Path | None,
        typer.Option(
            "--facts", exists=True, dir_okay=False, metavar="RECORDING", help="What was measured."
        ),
    ] = None,
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
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Let each side drive a simulated house.")
    ] = False,
    weather: Annotated[
        Path | None,
        typer.Option(
            "--weather",
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="For --simulate: weather from a CSV file.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="For --simulate: hot water.")] = 1,
    comfort: _Wishes = [],  # noqa: B006 - typer copies it, and wants a list
    fail_on: _FailOn = [],  # noqa: B006 - same
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="How many changed decisions to print.")
    ] = 10,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write everything as a page with charts."),
    ] = None,
    language: LanguageOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write everything as JSON.")] = False,
    colour: Annotated[
        bool, typer.Option("--colour/--no-colour", help="Colour on a terminal.")
    ] = True,
) -> None:
    """Run two versions of rules on the same facts and tell what they decide otherwise.

    Prints the edit, the first difference with both reasons, every kind of difference and the sums.
    Exits with 1 if rules, recording or revision cannot be used, with 3 if a `--fail-on` is passed.
    """
    _check_html(html)
    _check_frame(facts, weather, simulate=simulate)
    versions = _version(old, new), _version(new, old)
    wishes = _wishes(comfort, versions)
    pairing = pair_outputs(*(each.program.rulebook.plant for each in versions))
    limits = _limits(fail_on, versions, bool(wishes))
    frame = Frame(facts, start, end, step, simulate, weather, seed)
    try:
        ground = _ground(frame, versions)
        compared = _compare(
            versions, wishes, pairing, ground, words_for(language).code, charts=html is not None
        )
    except (RecordingError, LostError) as error:
        typer.echo(f"thermiq: {error}", err=True)
        raise typer.Exit(1) from error
    before, after = (each.program.rulebook for each in versions)
    difference = Difference(
        edits(before, after), pairing, compared.spans, compared.count, compared.reasons,
        compared.old.side, compared.new.side, ground.warnings,
    )  # fmt: skip
    difference = replace(difference, failed=failures(difference, limits))
    zone = SiteClock(after.plant.site).zone
    if html is not None:
        _write_page(html, difference, (old, new), compared, ground.step_ms / 1000)
    if as_json:
        plain = as_plain_difference(difference) | {"step_s": ground.step_ms / 1000}
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        show_difference(difference, zone, ground.step_ms / 1000, limit, colour=colour)
    for failed in difference.failed:
        typer.echo(f"thermiq: --fail-on {failed}", err=True)
    if difference.failed:
        raise typer.Exit(LIMIT_PASSED)


def _version(name: str, other: str) -> Version:
    try:
        read = read_version(name, other)
    except VersionError as error:
        typer.echo(f"thermiq: {error}", err=True)
        raise typer.Exit(1) from error
    program, digest = program_of(read)
    return Version(name, read, program, digest)


def _check_html(html: Path | None) -> None:
    if html is not None and not html.parent.is_dir():
        message = f"the directory of `{html}` does not exist"
        raise typer.BadParameter(message, param_hint="--html")


def _check_frame(facts: Path | None, weather: Path | None, *, simulate: bool) -> None:
    if weather is not None and not simulate:
        raise typer.BadParameter("is for `--simulate`", param_hint="--weather")
    if facts is not None and weather is not None:
        raise typer.BadParameter("not beside `--facts`: one of them", param_hint="--weather")
    if facts is None and weather is None:
        more = ", or `--weather` with `--simulate`" if simulate else ""
        raise typer.BadParameter(f"name a recording{more}", param_hint="--facts")


def _wishes(comfort: list[str], versions: tuple[Version, Version]) -> tuple[str, ...]:
    """Return what was wished, or show what is wrong with it and exit with 2."""
    if len(comfort) > MOST_WISHES:
        raise typer.BadParameter(f"{MOST_WISHES} at most", param_hint="--comfort")
    wishes = tuple(" ".join(wish.split()) for wish in comfort)
    for version in versions:
        _, problems = with_wishes(version.program.rulebook, wishes)
        if problems:
            from engine.language.render.as_text import pieces  # noqa: PLC0415 - only when wrong

            found = pieces(problems, {SHOWN_AS: "\n".join(wishes)}, 1)
            typer.echo("".join(text for text, _ in found), nl=False, err=True)
            message = f"does not fit the rules of {version.name}"
            raise typer.BadParameter(message, param_hint="--comfort")
    return wishes


def _limits(
    texts: list[str], versions: tuple[Version, Version], has_comfort: bool
) -> tuple[Limit, ...]:
    names = {o.name for each in versions for o in each.program.rulebook.plant.outputs}
    try:
        limits = tuple(read_limit(text, sorted(names)) for text in texts)
    except LimitError as error:
        raise typer.BadParameter(str(error), param_hint="--fail-on") from error
    if not has_comfort and any(limit.metric == "comfort" for limit in limits):
        raise typer.BadParameter("`comfort` needs a `--comfort`", param_hint="--fail-on")
    return limits


def _ground(frame: Frame, versions: tuple[Version, Version]) -> Ground:
    """Find out where the facts come from; say on the error stream what the recording lacks."""
    clock = SiteClock(versions[1].program.rulebook.plant.site)
    within = span_of(frame.start, frame.end, clock)
    if frame.simulate:
        from adapters.cli.diff_simulate import driven  # noqa: PLC0415 - for closed loop only

        step_ms = step_of(frame.step or DEFAULT_STEP)
        programs = [each.program for each in versions]
        facts = frame.facts or frame.weather
        assert facts is not None  # noqa: S101 - `_check_frame` saw to it
        source = driven(facts, programs, within, step_ms, frame.seed, csv=frame.facts is None)
        total_ms = sum(part.end_ms - part.start_ms for part in source.parts)
        return Ground(source, step_ms, total_ms, ())
    assert frame.facts is not None  # noqa: S101 - `_check_frame` saw to it
    with Recording.open(frame.facts) as recording:
        as_recorded = frame.step is None and recording.tells_scans
        step_ms = recording.period_ms if as_recorded else step_of(frame.step or DEFAULT_STEP)
        spans = spans_within(recording.segments(), *within)
        if not spans:
            told = f"holds nothing of that time; {reach(recording, clock)}"
            raise RecordingError(frame.facts, told)
        warnings = _lacking(recording, versions)
        for warning in warnings:
            typer.echo(f"{frame.facts}: {warning}", err=True)
        # Both sides begin with what the daemon remembered, as after a reload.
        known = (each.digest for each in versions)
        end_ms = spans[-1].end_ms
        ran = [each for each in known if recording.checkpoint_before(end_ms, each)]
        played = Played(frame.facts, spans, as_recorded, next(iter(ran), ""))
        total_ms = sum(span.end_ms - span.start_ms for span in spans)
        return Ground(played, step_ms, total_ms, warnings)


def _lacking(recording: Recording, versions: tuple[Version, Version]) -> tuple[str, ...]:
    """Return what the recording lacks for which side, each point once."""
    old, new = (fit(recording.points(), each.program.rulebook).warnings for each in versions)
    only_old = [f"{warning} (read by the old rules only)" for warning in old if warning not in new]
    return (*new, *only_old)


def _compare(
    versions: tuple[Version, Version],
    wishes: tuple[str, ...],
    pairing: Pairing,
    ground: Ground,
    language: str,
    *,
    charts: bool,
) -> Compared:
    sample_ms = None
    if charts:
        from adapters.plot.series import sampling  # noqa: PLC0415 - for a chart only

        sample_ms = sampling(ground.total_ms, ground.step_ms)
    common = pairing.common
    sides = ([each.old_place for each in common], [each.new_place for each in common])
    factors = (tuple(1.0 for _ in common), tuple(each.factor for each in common))
    works = [
        Work(
            dict(version.files.files), wishes, tuple(places), each, ground.source,
            ground.step_ms, sample_ms, language,
        )
        for version, places, each in zip(versions, sides, factors, strict=True)
    ]  # fmt: skip
    scans = ground.total_ms // ground.step_ms
    beside = scans >= _WORTH_A_PROCESS and len(os.sched_getaffinity(0)) > 1
    with ExitStack() as stack:
        new = RemoteRunner(works[1]) if beside else Runner(works[1])
        stack.callback(new.close)
        old = Runner(works[0])
        stack.callback(old.close)
        stack.enter_context(rare_collections())
        advance = stack.enter_context(progress("diff", scans))
        return compare(old, new, common, advance)


def _write_page(
    path: Path, difference: Difference, names: tuple[str, str], compared: Compared, step_s: float
) -> None:
    from adapters.cli.diff_page import write_page  # noqa: PLC0415 - for a page only
    from adapters.plot.diff_chart import chart_as_html  # noqa: PLC0415 - plotly is slow to import

    old, new = compared.old.chart, compared.new.chart
    assert old is not None  # noqa: S101 - asked for with the page
    assert new is not None  # noqa: S101 - same
    chart = chart_as_html(difference, old, new) if difference.spans else ""
    write_page(path, difference, names, chart, ZoneInfo(new.time_zone), step_s)
