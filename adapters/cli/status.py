"""`thermiq status`: what runs now, on one screen."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.live import DEFAULT, Colour, Json, Socket, as_json, ask
from adapters.cli.terminal import is_colourful

if TYPE_CHECKING:
    from rich.console import Console

    from adapters.control.place import Place

REFRESH_S = 1.0


def status(
    socket: Socket = DEFAULT,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and follow what happens.")] = False,
    as_document: Json = False,
    colour: Colour = True,
) -> None:
    """Show outputs with their reasons, facts, alarms and devices of the running daemon."""
    from adapters.cli.status_view import as_text, screen  # noqa: PLC0415 - `--help` needs none
    from adapters.codec.control_methods import STATUS  # noqa: PLC0415 - same
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    now = ask(socket, STATUS, pb.StatusRequest())
    if as_document:
        typer.echo(as_json(now))
        return
    if not (colour and is_colourful(sys.stdout)):
        typer.echo(as_text(now))
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import, and only for terminals

    console = Console(highlight=False)
    if watch:
        follow(socket, console, time.sleep)
    else:
        console.print(screen(now))


def follow(
    socket: "Place", console: "Console", sleep: Callable[[float], None], rounds: int | None = None
) -> None:
    """Show the screen anew every second until interrupted, or so many times.

    While no daemon answers the screen says so, and it goes on when one is back.
    """
    from rich.live import Live  # noqa: PLC0415 - slow to import, and only for terminals
    from rich.text import Text  # noqa: PLC0415 - same

    from adapters.cli.status_view import screen  # noqa: PLC0415 - same
    from adapters.codec.control_methods import STATUS  # noqa: PLC0415 - same
    from adapters.control.client import (  # noqa: PLC0415 - same
        Client,
        RefusedByDaemonError,
        UnreachableError,
    )
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    done = 0
    try:
        with (
            Client(socket.where) as client,
            Live(console=console, screen=console.is_terminal, auto_refresh=False) as live,
        ):
            while done != rounds:
                try:
                    live.update(screen(client.ask(STATUS, pb.StatusRequest())), refresh=True)
                except (UnreachableError, RefusedByDaemonError) as error:
                    live.update(Text(str(error), style="bold red"), refresh=True)
                done += 1
                if done != rounds:
                    sleep(REFRESH_S)
    except KeyboardInterrupt:
        return
