"""`thermiq test`: the scenarios beside the rules, played and held against what they expect."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.coverage import CoverageWishes, Covering, coverage_wishes, titled
from adapters.cli.language import LanguageOption, words_for
from adapters.cli.terminal import is_colourful

if TYPE_CHECKING:
    from adapters.port import Clock
    from adapters.scenarios import Bench, Listen, Place
    from engine.language.render.as_text import Piece
    from engine.workshop.coverage_report import CoverageReport
    from engine.workshop.scenario import Scenario
    from engine.workshop.scenario_case import Case
    from engine.workshop.scenario_run import Observe
    from engine.workshop.words import Words


class Format(Enum):
    """How the results are written."""

    TEXT = "text"
    TAP = "tap"
    JUNIT = "junit"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to play and how to tell of it."""

    only: tuple[str, ...]
    form: Format
    output: Path | None
    verbose: bool
    colour: bool
    coverage: CoverageWishes
    words: "Words"


def scenarios(
    paths: Annotated[
        list[Path],
        typer.Argument(exists=True, metavar="RULES...", help="Folders of rules, or test files."),
    ],
    only: Annotated[
        list[str] | None,
        typer.Option("--only", "-k", metavar="TEXT", help="Only scenarios with TEXT in the name."),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option("--rules", exists=True, help="The rules, for test files that lie elsewhere."),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", "-f", help="How to write the results.")
    ] = Format.TEXT,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write them to this file.")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Name the scenarios that passed, too.")
    ] = False,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Show which branches of the rules were never seen.")
    ] = False,
    coverage_html: Annotated[
        Path | None,
        typer.Option("--coverage-html", metavar="DIR", help="Write that beside the rules' text."),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option("--threshold", min=0, max=100, help="Fail below so many percent seen."),
    ] = None,
    language: LanguageOption = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Test again whenever a file changes.")
    ] = False,
    colour: Annotated[
        bool, typer.Option("--colour/--no-colour", help="Colour the text on a terminal.")
    ] = True,
) -> None:
    """Play the scenarios of rules: `*.test.yaml` beside them.

    Exits with 0 if all passed, with 1 if one failed, if there is none, if too little of the rules
    was seen, or if rules or scenarios are wrong, with 2 if the command line is.
    """
    from adapters.scenarios import places_of, watched  # noqa: PLC0415 - `--help` needs none of this

    places = places_of(paths, rules)
    covered = coverage_wishes(coverage, coverage_html, threshold)
    words = words_for(language)
    wishes = Wishes(tuple(only or ()), form, output, verbose, colour, covered, words)
    if watch and (form is not Format.TEXT or output is not None):
        message = "is for people: leave out `--format` and `--output`"
        raise typer.BadParameter(message, param_hint="--watch")
    if not watch:
        if not run_tests(places, wishes):
            raise typer.Exit(1)
        return
    from adapters.runtime.system_clock import SystemClock  # noqa: PLC0415 - to wait only

    def again() -> None:
        run_tests(places, wishes, may_be_empty=True)
        typer.echo("waiting for a change; Ctrl-C ends", err=True)

    asyncio.run(whenever_changed(SystemClock(), lambda: watched(places), again))


POLL_S = 0.5
"""How often files are looked at; an editor's save is seen before the hand leaves the keyboard."""


async def whenever_changed(
    clock: "Clock", fingerprint: Callable[[], object], act: Callable[[], None]
) -> None:
    """Act now and whenever the fingerprint is another; ends by being cancelled."""
    last: object = None
    while True:
        now = fingerprint()
        if now != last:
            last = now
            act()
        await clock.sleep(POLL_S)


def run_tests(places: "Sequence[Place]", wishes: Wishes, *, may_be_empty: bool = False) -> bool:
    """Test every place, write what came of it, and tell whether all is well.

    A name that no scenario has is wrong usage, unless it may have gone meanwhile.
    """
    from adapters.cli.check import without_collection  # noqa: PLC0415 - `--help` needs none of this
    from adapters.scenarios import play_bench, prepare  # noqa: PLC0415 - same

    covering = Covering(wishes.coverage, "scenarios") if wishes.coverage.wanted else None
    with without_collection():
        benches = [prepare(place) for place in places]
        cases = [
            case
            for bench in benches
            for case in play_bench(bench, wishes.words, wishes.only, _listener(bench, covering))
        ]
    ready = all([_is_ready(bench, wishes) for bench in benches])  # noqa: C419 - tell of each
    if ready and not cases and not may_be_empty:
        _refuse_names(benches, wishes.only)
    report = covering.report() if covering is not None and ready and cases else None
    _write(cases, benches, wishes, report)
    passed = ready and bool(cases) and not any(case.findings for case in cases)
    if covering is None or report is None:
        return passed
    quiet = wishes.form is not Format.TEXT
    title = titled(place.rules for place in places)
    return covering.tell(report, title, quiet=quiet, colour=wishes.colour) and passed


def _listener(bench: "Bench", covering: Covering | None) -> "Listen | None":
    """Return who looks at the scans of a bench, if anybody wants to know what they show."""
    if covering is None or bench.program is None:
        return None
    see = covering.begin(bench.program, bench.rules).see

    def listen(scenario: "Scenario") -> "Observe":
        return lambda _, done: see(done.trace, scenario.name)

    return listen


def _is_ready(bench: "Bench", wishes: Wishes) -> bool:
    """Tell whether a place can be played; if not, say on the error stream why."""
    from adapters.files import shown  # noqa: PLC0415 - `--help` needs none of this
    from adapters.scenarios import example  # noqa: PLC0415 - same
    from engine.language.render.as_text import pieces  # noqa: PLC0415 - same

    if bench.problems:
        found = list(pieces(bench.problems, bench.sources, bench.files))
        typer.echo(_text(found, wishes, sys.stderr.isatty()), nl=False, err=True)
    if bench.ok and not bench.scenarios:
        folder = shown(bench.place.rules)
        typer.echo(f"{folder}: there is no scenario here; write one into", err=True)
        typer.echo(f"`{folder}/first.test.yaml`, such as\n\n{example(bench)}", err=True, nl=False)
    return bench.ok and bool(bench.scenarios)


def _refuse_names(benches: "Iterable[Bench]", only: Sequence[str]) -> None:
    from engine.language.suggest import advise  # noqa: PLC0415 - only for a misspelt name

    names = [scenario.name for bench in benches for scenario in bench.scenarios]
    advice = advise(only[0], names) or f"there are {len(names)} scenarios; `-v` names them"
    message = f"no scenario has `{'` or `'.join(only)}` in its name; {advice}"
    raise typer.BadParameter(message, param_hint="--only")


def _write(
    cases: "Sequence[Case]",
    benches: "Sequence[Bench]",
    wishes: Wishes,
    report: "CoverageReport | None",
) -> None:
    """Write the results in the form that was asked for; nothing for people if nothing ran."""
    if wishes.form is Format.TEXT:
        if cases:
            text = _text(_pieces(cases, benches, wishes), wishes, is_colourful(sys.stdout))
            _put(text, wishes.output)
        return
    from engine.workshop import scenario_formats  # noqa: PLC0415 - for programs only

    match wishes.form:
        case Format.TAP:
            text = scenario_formats.as_tap(cases)
        case Format.JUNIT:
            text = scenario_formats.as_junit(cases)
        case Format.JSON:
            from engine.workshop.coverage_report import as_plain  # noqa: PLC0415 - same

            text = scenario_formats.as_json(cases, None if report is None else as_plain(report))
    _put(text, wishes.output)


def _pieces(
    cases: "Sequence[Case]", benches: "Sequence[Bench]", wishes: Wishes
) -> "Iterable[Piece]":
    from engine.language.render.as_text import Style  # noqa: PLC0415 - only when needed
    from engine.workshop.scenario_as_text import as_line, finding_pieces, summary  # noqa: PLC0415 - same

    sources = {file: text for bench in benches for file, text in bench.sources.items()}
    for case in cases:
        if wishes.verbose:
            yield from as_line(case.name, passed=not case.findings)
        for found in case.findings:
            yield from finding_pieces(found, sources)
    failed = sum(bool(case.findings) for case in cases)
    scans, files = sum(case.scans for case in cases), sum(bench.files for bench in benches)
    yield summary(len(cases) - failed, failed, scans, files) + "\n", Style.PLAIN


def _text(found: "Iterable[Piece]", wishes: Wishes, colourful: bool) -> str:
    if wishes.colour and wishes.output is None and colourful:
        from adapters.cli.colours import coloured  # noqa: PLC0415 - rich is slow to import

        return coloured(found)
    return "".join(text for text, _ in found)


def _put(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8", newline="\n")
