"""`thermiq reload`: let the daemon run the rules as they stand now, if they are sound."""

from typing import TYPE_CHECKING

import typer

from adapters.cli.live import DEFAULT, Author, Socket, ask, author_or_me

if TYPE_CHECKING:
    from adapters.pb.thermiq.v1 import control_pb2 as pb


def reload(author: Author = "", socket: Socket = DEFAULT) -> None:
    """Read the rules anew, check them, and run them if there is no error.

    Otherwise the rules that run go on, and the exit code is 1. What is the same in old and new
    rules keeps its times and its latches; what starts anew is listed.
    """
    from adapters.codec.control_methods import RELOAD  # noqa: PLC0415 - `--help` needs none of this
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    told = ask(socket, RELOAD, pb.ReloadRequest(author=author_or_me(author)))
    for each in told.problems:
        typer.echo(_shown(each), err=True)
    if not told.activated:
        errors = sum(each.severity == "error" for each in told.problems)
        count = "1 error" if errors == 1 else f"{errors} errors"
        typer.echo(f"{count}: rules {told.rules[:12]} go on as before", err=True)
        raise typer.Exit(1)
    typer.echo(f"rules {told.rules[:12]} are running")
    for note in told.starts_anew:
        typer.echo(f"  {note}")


def _shown(problem: "pb.Problem") -> str:
    place = f"{problem.file}:{problem.line}:{problem.column}: " if problem.file else ""
    line = f"{place}{problem.severity}[{problem.code}]: {problem.message}"
    return f"{line}\n    help: {problem.help}" if problem.help else line
