"""`thermiq reload`: edited rules are checked, tried, shown, and then let run."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.live import DEFAULT, Author, Socket, ask, author_or_me, connected

if TYPE_CHECKING:
    from adapters.control.place import Place
    from adapters.pb.thermiq.v1 import control_pb2 as pb

Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the version.")]
Force = Annotated[
    bool,
    typer.Option("--force", help="Even if something is not passed that the site does not require."),
]
Restart = Annotated[
    bool, typer.Option("--restart", help="Restart the daemon: a changed plant file takes it.")
]


def reload(
    reason: Reason = "",
    watch: Annotated[
        str,
        typer.Option("--watch", metavar="TIME", help="As `10 min`: go back by itself meanwhile."),
    ] = "",
    rollback_if: Annotated[
        list[str] | None,
        typer.Option("--rollback-if", metavar="CONDITION", help="Go back when this holds."),
    ] = None,
    restart: Restart = False,
    only_check: Annotated[
        bool, typer.Option("--try", help="Try everything, and let nothing run.")
    ] = False,
    force: Force = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    author: Author = "",
    socket: Socket = DEFAULT,
) -> None:
    """Let the edited rules run: check, tests, proof, the difference, and then at once.

    What must be passed stands in the site file under `rules:`. What is the same in old and new
    rules keeps its times and its latches. With `--watch` the old rules come back by themselves if
    an alarm comes up or a condition holds. Exit code 1: the rules that ran go on.
    """
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - `--help` needs none

    request = pb.ActivateRequest(
        author=author_or_me(author), reason=reason, rollback_if=rollback_if or (), restart=restart
    )
    if only_check:
        _tried(socket, request, candidate=False, force=True)
    else:
        go_live(socket, request, watch, candidate=False, force=force, yes=yes)


def go_live(
    socket: "Place",
    request: "pb.ActivateRequest",
    watch: str,
    *,
    candidate: bool,
    force: bool,
    yes: bool,
) -> "pb.Activated":
    """Stage, try, ask, and let run; what is staged is the candidate or the folder."""
    from adapters.codec.control_methods import ACTIVATE  # noqa: PLC0415 - `--help` needs none

    if watch:
        request.watch_s = _seconds(watch)
    _tried(socket, request, candidate=candidate, force=force)
    if sys.stdin.isatty() and not yes:
        typer.confirm(f"Let rules {request.rules[:12]} run?", abort=True)
    done = ask(socket, ACTIVATE, request)
    told_what_runs(done)
    return done


def _tried(socket: "Place", request: "pb.ActivateRequest", *, candidate: bool, force: bool) -> None:
    """Stage and try, and note in the request what is to run. Raises Exit if it may not."""
    staged = _stage(socket, request.author, candidate=candidate)
    request.rules = staged.rules
    if staged.rules == staged.running and not staged.other_plant:
        typer.echo(f"the rules in the folder are those that run: {staged.rules[:12]}")
    request.tried.extend(_try(staged, socket, force=force))


def _stage(socket: "Place", who: str, *, candidate: bool) -> "pb.Staged":
    """Return what was staged, its problems told. Raises Exit if it cannot run."""
    from adapters.codec.control_methods import STAGE  # noqa: PLC0415 - `--help` needs none of this
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    staged = ask(socket, STAGE, pb.StageRequest(author=who, candidate=candidate))
    for each in staged.problems:
        typer.echo(_shown(each), err=True)
    if not staged.sound:
        errors = sum(each.severity == "error" for each in staged.problems)
        count = "1 error" if errors == 1 else f"{errors} errors"
        typer.echo(f"{count}: rules {staged.running[:12]} go on as before", err=True)
        raise typer.Exit(1)
    return staged


def _try(staged: "pb.Staged", socket: "Place", *, force: bool) -> "list[pb.Tried]":
    """Run what the site asks for. Raises Exit if something is not passed, unless that is forced."""
    from adapters.cli.gates import gates_of, try_gate  # noqa: PLC0415 - `--help` needs none of this
    from adapters.codec.control_methods import RECORDINGS  # noqa: PLC0415 - same
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    with connected(socket) as client:
        recordings = client.ask(RECORDINGS, pb.ListRecordingsRequest()).recordings
    tried, failed = [], []
    for gate in gates_of(staged, recordings[-1].path if recordings else ""):
        typer.echo(f"== {gate.title}")
        sys.stdout.flush()
        outcome = try_gate(gate)
        if outcome is None:
            continue
        tried.append(pb.Tried(gate=outcome.gate, passed=outcome.passed, text=outcome.text))
        if not outcome.passed:
            failed.append(f"{outcome.gate}: {outcome.text}" if outcome.text else outcome.gate)
    if failed and not force:
        typer.echo(f"not passed: {'; '.join(failed)}", err=True)
        typer.echo(f"rules {staged.running[:12]} go on as before", err=True)
        raise typer.Exit(1)
    return tried


def told_what_runs(done: "pb.Activated") -> None:
    """Tell what came of letting rules run."""
    version = done.version
    if done.restarting:
        typer.echo(f"version {version.number} runs after the restart, which begins now")
        return
    typer.echo(f"version {version.number} is running: rules {version.rules[:12]}")
    for note in done.starts_anew:
        typer.echo(f"  {note}")


def _seconds(text: str) -> float:
    from adapters.recordings.moments import duration_ms  # noqa: PLC0415 - `--help` needs none

    try:
        return duration_ms(text) / 1000
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--watch") from error


def _shown(problem: "pb.Problem") -> str:
    at = f":{problem.line}:{problem.column}" if problem.line else ""
    place = f"{problem.file}{at}: " if problem.file else ""
    line = f"{place}{problem.severity}[{problem.code}]: {problem.message}"
    return f"{line}\n    help: {problem.help}" if problem.help else line
