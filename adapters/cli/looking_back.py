"""What a controller with these rules saw at one moment of a recording."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from adapters.cli.runs import moment_of, step_of
from adapters.cli.terminal import is_colourful
from adapters.clock import SiteClock
from adapters.files import RuleFiles, read_rules
from adapters.playback import fit, play, play_from_checkpoint, spans_within
from adapters.playback_recorded import play_recorded_to
from adapters.recordings.data import RecordingError
from adapters.recordings.moments import iso
from adapters.recordings.recording import Recording
from adapters.scribe import digest_of
from engine.control.program import Program, compile_program
from engine.control.scan import Scan
from engine.language.checked import Checked, check_files


@dataclass(frozen=True, slots=True)
class Question:
    """Which moment is asked about, as written on the command line."""

    facts: Path
    rules: Path
    at: str
    since: str | None
    step: str


def read_program(rules: Path) -> tuple[Program, str]:
    """Return the rules ready to run, and their digest; if they are wrong say so and exit with 1."""
    return program_of(read_rules(rules))


def program_of(read: RuleFiles) -> tuple[Program, str]:
    """Return what was read ready to run, and its digest; if it is wrong say so and exit with 1."""
    checked = check_files(read.files, read.problems)
    if not checked.ok:
        _show_problems(checked, len(read.files))
        raise typer.Exit(1)
    return compile_program(checked.rulebook), digest_of(read.files)


def look_back(question: Question, program: Program, digest: str) -> Scan:
    """Return the last scan up to the moment in question.

    It starts from the recording's last checkpoint of these rules, else from its beginning or from
    `since`. Says on the error stream what the recording lacks; exits with 1 if it has no such
    moment.
    """
    step_ms = step_of(question.step)
    clock = SiteClock(program.rulebook.plant.site)
    at_ms = moment_of(question.at, clock, "--at")
    since_ms = None if question.since is None else moment_of(question.since, clock, "--from")
    last: tuple[int, Scan] | None = None
    try:
        with Recording.open(question.facts) as recording:
            for last in _scans(recording, program, digest, at_ms, since_ms, step_ms):  # noqa: B007 - read after the loop
                pass  # only the last one counts
            reached = reach(recording, clock)
    except RecordingError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if last is None:
        typer.echo(f"{question.facts}: holds nothing up to {question.at}; {reached}", err=True)
        raise typer.Exit(1)
    if at_ms - last[0] >= step_ms:
        shown = iso(last[0], clock.zone)
        typer.echo(f"{question.facts}: nothing was recorded then; this is {shown}", err=True)
    return last[1]


def _scans(
    recording: Recording,
    program: Program,
    digest: str,
    at_ms: int,
    since_ms: int | None,
    step_ms: int,
) -> Iterator[tuple[int, Scan]]:
    fitting = fit(recording.points(), program.rulebook)
    for warning in fitting.warnings:
        typer.echo(f"{recording.path}: {warning}", err=True)
    if since_ms is None and recording.tells_scans:
        return play_recorded_to(recording, program, digest, fitting, at_ms)
    if since_ms is None:
        return play_from_checkpoint(recording, program, digest, at_ms, step_ms)
    spans = spans_within(recording.segments(), since_ms, at_ms + 1)
    return play(recording, program, fitting, spans, step_ms)


def reach(recording: Recording, clock: SiteClock) -> str:
    """Return in words from when to when something was recorded."""
    span = recording.span()
    if span is None:
        return "nothing was recorded"
    return f"it reaches from {iso(span.start_ms, clock.zone)} to {iso(span.end_ms, clock.zone)}"


def _show_problems(checked: Checked, count: int) -> None:
    from engine.language.render.as_text import pieces  # noqa: PLC0415 - only when rules are wrong

    found = list(pieces(checked.problems, checked.sources, count))
    if is_colourful(sys.stderr):
        from adapters.cli.colours import coloured  # noqa: PLC0415 - rich is slow to import

        typer.echo(coloured(found), nl=False, err=True)
    else:
        typer.echo("".join(text for text, _ in found), nl=False, err=True)
