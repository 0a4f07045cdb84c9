"""`thermiq mode`: which mode counts, and another one."""

from typing import Annotated

import typer

from adapters.cli.live import DEFAULT, Author, Socket, ask, author_or_me


def mode(
    name: Annotated[str, typer.Argument(metavar="MODE", help="automatic, manual, off, …")] = "",
    author: Author = "",
    socket: Socket = DEFAULT,
) -> None:
    """Show the mode, or set another: it counts until changed, also after a restart.

    automatic: rules decide. manual: overrides decide, else each output is at its default. off:
    every output is at its failsafe. A site may have more. Trips and interlocks hold in all modes.
    """
    from adapters.codec.control_methods import MODE, STATUS  # noqa: PLC0415 - `--help` needs none
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    if name:
        now = ask(socket, MODE, pb.ModeRequest(mode=name, author=author_or_me(author)))
    else:
        now = ask(socket, STATUS, pb.StatusRequest()).mode
    author_told = f", set by {now.author}" if now.author else ""
    others = ", ".join(each for each in now.known if each != now.name)
    typer.echo(f"{now.name}{author_told} (others: {others})")
