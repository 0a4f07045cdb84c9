"""`thermiq candidate`: edited rules beside those that run, on live facts, unable to write."""

from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.live import DEFAULT, Author, Colour, Json, Socket, as_json, ask, author_or_me
from adapters.cli.reload import Force, Reason, Restart, go_live

if TYPE_CHECKING:
    from adapters.cli.tables import Table
    from adapters.pb.thermiq.v1 import control_pb2 as pb

candidate = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Try edited rules beside those that run, on live facts, unable to write.",
)


@candidate.command()
def start(author: Author = "", socket: Socket = DEFAULT) -> None:
    """Try the files of the daemon's folder as they stand now.

    They decide beside the rules that run, from their present state on, in a process that has no way
    to write. Edit on meanwhile: what was taken is tried.
    """
    from adapters.codec.control_methods import START_CANDIDATE  # noqa: PLC0415 - `--help` needs none
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    told = ask(socket, START_CANDIDATE, pb.StartCandidateRequest(author=author_or_me(author)))
    typer.echo(f"rules {told.rules[:12]} are tried beside those that run")


@candidate.command()
def status(socket: Socket = DEFAULT, as_document: Json = False, colour: Colour = True) -> None:
    """Tell what the candidate would have decided otherwise so far, and why."""
    from adapters.codec.control_methods import CANDIDATE  # noqa: PLC0415 - `--help` needs none
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    _tell(ask(socket, CANDIDATE, pb.GetCandidateRequest()), as_document, colour)


@candidate.command()
def drop(
    author: Author = "",
    socket: Socket = DEFAULT,
    as_document: Json = False,
    colour: Colour = True,
) -> None:
    """End it, and tell what came of it. The rules that run go on as before."""
    from adapters.codec.control_methods import DROP_CANDIDATE  # noqa: PLC0415 - `--help` needs none
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    told = ask(socket, DROP_CANDIDATE, pb.DropCandidateRequest(author=author_or_me(author)))
    _tell(told, as_document, colour)


@candidate.command()
def promote(
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
    force: Force = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    author: Author = "",
    socket: Socket = DEFAULT,
) -> None:
    """Let just the files that were tried run, as `thermiq reload` does with those of the folder."""
    from adapters.codec.control_methods import DROP_CANDIDATE  # noqa: PLC0415 - `--help` needs none
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    who = author_or_me(author)
    request = pb.ActivateRequest(
        author=who, reason=reason, rollback_if=rollback_if or (), restart=restart
    )
    done = go_live(socket, request, watch, candidate=True, force=force, yes=yes)
    if not done.restarting:
        ask(socket, DROP_CANDIDATE, pb.DropCandidateRequest(author=who))


def _tell(told: "pb.Candidate", as_document: bool, colour: bool) -> None:
    from adapters.cli.tables import show  # noqa: PLC0415 - `--help` needs none of this

    if as_document:
        typer.echo(as_json(told))
        return
    show(_headline(told), [_table(told)], colour=colour)
    for each in told.disagreements:
        typer.echo()
        typer.echo(f"{each.start_local}  {each.output}")
        typer.echo(f"  live       {each.live.text}: {each.live_why}")
        typer.echo(f"  candidate  {each.candidate.text}: {each.candidate_why}")
        if each.candidate_silent:
            typer.echo(f"             {each.candidate_silent}")
    for alarm in told.alarms:
        typer.echo(f"alarm of the candidate alone: {alarm}")
    for name in (*told.only_live, *told.only_candidate):
        typer.echo(f"`{name}` is not an output of both and is not compared")


def _headline(told: "pb.Candidate") -> str:
    times = sum(each.times for each in told.outputs)
    line = f"Rules {told.rules[:12]} of {told.author}, tried since {told.since_local[:16]}: "
    line += f"{_counted(told.scans, 'scan')}, {_counted(times, 'disagreement')}."
    if told.missed:
        line += f" {told.missed} scans were left out."
    if told.unlike_daemon:
        line += f" In {told.unlike_daemon} scans the daemon decided otherwise than its own rules."
    return f"{line} It has ended: {told.ended}" if told.ended else line


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _table(told: "pb.Candidate") -> "Table":
    from adapters.cli.tables import Table  # noqa: PLC0415 - `--help` needs none of this

    rows = tuple(
        (
            each.name,
            "yes" if each.differs_now else "no",
            str(each.times),
            f"{each.seconds / 60:.1f} min",
            str(each.live_starts),
            str(each.candidate_starts),
        )
        for each in told.outputs
        if each.times or each.live_starts != each.candidate_starts
    )
    heads = ("output", "differs now", "times", "for", "starts live", "candidate")
    return Table("", heads, rows)
