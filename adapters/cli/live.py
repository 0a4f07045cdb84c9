"""Talking to the running daemon: the options that all such commands share, and what fails how.

Exit codes beside the usual: 1 if no daemon answers, or if it refuses what was asked.
"""

import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.control.place import Place, place_of

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from adapters.codec.control_methods import Method, RequestT, ResponseT
    from adapters.control.client import Client

SOCKET = "/run/thermiq/control.sock"
DEFAULT = Place(Path(SOCKET))


def _place(told: str | Place) -> Place:
    """Read what follows `--at`; the default is a place already."""
    if isinstance(told, Place):
        return told
    try:
        return place_of(told, os.environ)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


_WHERE = "Where the daemon listens: a socket's path, HOST:PORT, or a name in your client file."
Socket = Annotated[
    Place,
    typer.Option(
        "--socket",
        "--at",
        envvar="THERMIQ_SOCKET",
        metavar="WHERE",
        parser=_place,
        show_default=SOCKET,
        help=_WHERE,
    ),
]
SocketAlone = Annotated[
    Place,
    typer.Option(
        "--socket",
        envvar="THERMIQ_SOCKET",
        metavar="WHERE",
        parser=_place,
        show_default=SOCKET,
        help=_WHERE,
    ),
]
"""For commands whose `--at` is a time."""
Author = Annotated[
    str,
    typer.Option("--author", envvar="THERMIQ_AUTHOR", help="Who asks; you, unless told."),
]
Json = Annotated[bool, typer.Option("--json", help="Write everything as JSON.")]
Colour = Annotated[bool, typer.Option("--colour/--no-colour", help="Colour on a terminal.")]


@contextmanager
def connected(place: Place) -> Iterator["Client"]:
    """Give a client; what it raises becomes one clear line and exit code 1."""
    from adapters.control.client import (  # noqa: PLC0415 - grpc is slow to import
        Client,
        RefusedByDaemonError,
        UnreachableError,
    )

    with Client(place.where) as client:
        try:
            yield client
        except (UnreachableError, RefusedByDaemonError) as error:
            typer.echo(f"thermiq: {error}", err=True)
            raise typer.Exit(1) from None


def ask(place: Place, method: "Method[RequestT, ResponseT]", request: "RequestT") -> "ResponseT":
    """Ask the daemon one thing."""
    with connected(place) as client:
        return client.ask(method, request)


def author_or_me(author: str) -> str:
    """Return who asks: as told, else the user of this machine."""
    if author:
        return author
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name; the daemon will say what is missing
        return ""


def as_json(message: "Message", *, indent: int | None = 2) -> str:
    """Return a message as JSON, with every field that has a value or a default."""
    from google.protobuf.json_format import MessageToDict  # noqa: PLC0415 - only for programs

    document = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return json.dumps(document, ensure_ascii=False, indent=indent)
