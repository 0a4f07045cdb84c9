"""`thermiq versions` and `thermiq rollback`: which rules ran when and why, and the way back."""

from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.live import DEFAULT, Author, Colour, Json, Socket, as_json, ask, author_or_me
from adapters.cli.reload import Reason, Restart, told_what_runs

if TYPE_CHECKING:
    from adapters.cli.tables import Table
    from adapters.pb.thermiq.v1 import control_pb2 as pb


def versions(socket: Socket = DEFAULT, as_document: Json = False, colour: Colour = True) -> None:
    """List the versions of the rules that went live here: when, by whom, why, and what was tried.

    Their files lie in the state folder and can be read, diffed and tested as any rules.
    """
    from adapters.cli.tables import show  # noqa: PLC0415 - `--help` needs none of this
    from adapters.codec.control_methods import VERSIONS  # noqa: PLC0415 - same
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    found = ask(socket, VERSIONS, pb.ListVersionsRequest())
    if as_document:
        typer.echo(as_json(found))
        return
    show(_headline(found), [_table(found)], colour=colour)


def _headline(found: "pb.Versions") -> str:
    running = [each for each in found.versions if each.running]
    if not running:
        return "No version is kept yet."
    line = f"Version {running[0].number} runs."
    if found.taken_back:
        return f"{line} Rules were taken back: {found.taken_back}"
    if found.watched_s:
        return f"{line} It is watched for another {found.watched_s / 60:.1f} min."
    return line


def _table(found: "pb.Versions") -> "Table":
    from adapters.cli.tables import Table  # noqa: PLC0415 - `--help` needs none of this

    rows = tuple(
        (
            f"{each.number}{' *' if each.running else ''}",
            each.local_time[:16],
            each.author,
            each.rules[:12],
            each.reason,
            "; ".join(each.evidence),
        )
        for each in reversed(found.versions)
    )
    heads = ("version", "since", "by", "rules", "why", "tried before")
    return Table("", heads, rows, left=frozenset(range(len(heads))))


def rollback(
    number: Annotated[
        int | None, typer.Argument(metavar="[VERSION]", min=1, help="The one before, unless told.")
    ] = None,
    reason: Reason = "",
    restart: Restart = False,
    author: Author = "",
    socket: Socket = DEFAULT,
) -> None:
    """Let an older version of the rules run again, at once.

    It becomes the newest version, so that there is a way forth again. Exit code 1: nothing changed.
    """
    from adapters.codec.control_methods import ROLLBACK  # noqa: PLC0415 - `--help` needs none
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    request = pb.RollbackRequest(
        number=number or 0, author=author_or_me(author), reason=reason, restart=restart
    )
    told_what_runs(ask(socket, ROLLBACK, request))
