"""`thermiq resume`: out of safe mode, or a clock that is right after all."""

from typing import Annotated

import typer

from adapters.cli.live import DEFAULT, Author, Socket, ask, author_or_me


def resume(
    clock: Annotated[
        bool, typer.Option("--clock", help="Say that the clock is right as it stands.")
    ] = False,
    author: Author = "",
    socket: Socket = DEFAULT,
) -> None:
    """Let the rules run again after three ends out of order put everything at its failsafe.

    Look first: `thermiq alarms`, and the log says what the daemon died of. With `--clock` it is
    the clock that is believed, where no time server can be asked.
    """
    from adapters.codec.control_methods import RESUME  # noqa: PLC0415 - `--help` needs none
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    ask(socket, RESUME, pb.ResumeRequest(author=author_or_me(author), clock=clock))
    typer.echo("the clock is believed" if clock else "the rules run from the next scan on")
