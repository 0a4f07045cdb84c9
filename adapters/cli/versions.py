"""`thermiq versions` and `thermiq rollback`: which rules ran when and why, and the way back."""

from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.live import DEFAULT, Author, Colour, Json, Socket, as_json, ask, author_or_me
from adapters.cli.reload import Reason, Restart, told_what_runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.cli.tables import Table
    from adapters.pb.thermiq.v1 import control_pb2 as pb

_LETTERS = 12
"""Of the digest of rules: as everywhere where a daemon names them."""
_LETTERS_LEAST = 4
"""Fewer letters name no rules."""


def versions(socket: Socket = DEFAULT, as_document: Json = False, colour: Colour = True) -> None:
    """List the versions of the rules that went live here: when, by whom, why, and what was tried.

    The newest stands first; `*` runs. `thermiq rollback` takes a version by its number or by the
    first letters of its rules. Their files can be read, diffed and tested as any rules: `--json`
    names the folders.
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
            f"{'*' if each.running else ' '} {each.number}",
            each.rules[:_LETTERS],
            each.local_time[:16],
            each.author,
            each.reason or "–",
            "; ".join(each.evidence),
        )
        for each in reversed(found.versions)
    )
    heads = ("version", "rules", "since", "by", "why", "tried before")
    return Table("", heads, rows, left=frozenset(range(len(heads))))


def number_of(word: str, versions: "Iterable[pb.Version]") -> int:
    """Return which version is meant: by its number, or by the first letters of its rules.

    The newest of those with the same rules. Refuses what fits none, or several rules.
    """
    kept, meant = list(versions), word.lower().removeprefix("v")
    if any(str(each.number) == meant for each in kept):
        return int(meant)
    fitting = [each for each in kept if len(word) >= _LETTERS_LEAST and each.rules.startswith(word)]
    if len({each.rules for each in fitting}) == 1:
        return fitting[-1].number
    numbers = ", ".join(str(each.number) for each in fitting)
    text = f"versions {numbers} begin so: name one by its number" if fitting else _advice(word)
    raise typer.BadParameter(text, param_hint="VERSION")


def _advice(word: str) -> str:
    return f"there is no version {word}; `thermiq versions` lists them"


def rollback(
    version: Annotated[
        str,
        typer.Argument(
            metavar="[VERSION]",
            help="As `thermiq versions` shows it: its number or its rules; else the one before.",
        ),
    ] = "",
    reason: Reason = "",
    restart: Restart = False,
    author: Author = "",
    socket: Socket = DEFAULT,
) -> None:
    """Let an older version of the rules run again, at once.

    It becomes the newest version, so that there is a way forth again. Exit code 1: nothing changed.
    """
    from adapters.codec.control_methods import ROLLBACK, VERSIONS  # noqa: PLC0415 - `--help` needs none
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    number = 0
    if version:
        number = number_of(version, ask(socket, VERSIONS, pb.ListVersionsRequest()).versions)
    request = pb.RollbackRequest(
        number=number, author=author_or_me(author), reason=reason, restart=restart
    )
    told_what_runs(ask(socket, ROLLBACK, request))
