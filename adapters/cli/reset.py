"""`thermiq reset`: release a latched trip, in two steps."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.live import DEFAULT, Author, Colour, Socket, ask, author_or_me

if TYPE_CHECKING:
    from adapters.control.place import Place
    from adapters.pb.thermiq.v1 import control_pb2 as pb
    from engine.workshop.outline import Line


def reset(
    trip: Annotated[str, typer.Argument(metavar="TRIP", help="As in `thermiq alarms`.")],
    confirm: Annotated[
        str, typer.Option("--confirm", metavar="NONCE", help="The second step: what was shown.")
    ] = "",
    author: Author = "",
    socket: Socket = DEFAULT,
    colour: Colour = True,
) -> None:
    """Show why a trip is latched and what is measured now; release it once you confirm.

    On a terminal it asks for the nonce that it shows; elsewhere `--confirm NONCE` is the second
    step. A reset starts nothing: each output waits for a new demand.
    """
    who = author_or_me(author)
    if not confirm:
        armed = _arm(socket, trip, who, colour=colour)
        if not sys.stdin.isatty():
            typer.echo(f"To release it: thermiq reset {trip} --confirm {armed.nonce}")
            return
        confirm = typer.prompt(f"To release it, type {armed.nonce}")
    _confirm(socket, trip, confirm.strip(), who)


def _arm(socket: "Place", trip: str, who: str, *, colour: bool) -> "pb.ArmedReset":
    from adapters.cli.tree import show  # noqa: PLC0415 - `--help` needs none of this
    from adapters.codec.control_methods import ARM_RESET  # noqa: PLC0415 - same
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    armed = ask(socket, ARM_RESET, pb.ArmResetRequest(trip=trip, author=who))
    show(f"{trip} is latched since {armed.latched_since_local}.", tree_of(armed), colour=colour)
    typer.echo()
    typer.echo(f"Its cause is gone. This is good for {armed.life_s:g} s.")
    return armed


def tree_of(armed: "pb.ArmedReset") -> "Line":
    """Return what a person should see before confirming."""
    from adapters.cli.status_view import age  # noqa: PLC0415 - `--help` needs none of this
    from adapters.codec.control import line_of  # noqa: PLC0415 - same
    from engine.workshop.outline import Line, Mark  # noqa: PLC0415 - same

    facts = tuple(
        Line(
            f"{each.name}: {each.value.text or each.quality}, {age(each)} old",
            Mark.NONE if each.quality == "good" else Mark.UNKNOWN,
        )
        for each in armed.facts
    )
    held = tuple(Line(each.sentence) for each in armed.outputs)
    parts = (
        Line("trips when", below=(line_of(armed.evidence),)),
        Line("measured now", below=facts),
        Line("held by it", below=held),
    )
    return Line(armed.because or armed.trip, below=tuple(part for part in parts if part.below))


def _confirm(socket: "Place", trip: str, nonce: str, who: str) -> None:
    from adapters.codec.control_methods import CONFIRM_RESET  # noqa: PLC0415 - `--help` needs none
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    result = ask(socket, CONFIRM_RESET, pb.ConfirmResetRequest(trip=trip, nonce=nonce, author=who))
    typer.echo(f"{trip}: {result.text}", err=not result.released)
    if not result.released:
        raise typer.Exit(1)
