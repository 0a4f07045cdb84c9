"""`thermiq alarms` and `thermiq ack`: what is wrong, and that somebody has seen it."""

from typing import Annotated

import typer

from adapters.cli.live import DEFAULT, Author, Colour, Json, Socket, as_json, ask, author_or_me


def alarms(socket: Socket = DEFAULT, as_document: Json = False, colour: Colour = True) -> None:
    """List what is wrong, and what was wrong and nobody has acknowledged."""
    from adapters.cli.status_view import alarm_table  # noqa: PLC0415 - `--help` needs none of this
    from adapters.cli.tables import show  # noqa: PLC0415 - same
    from adapters.codec.control_methods import ALARMS  # noqa: PLC0415 - same
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    found = ask(socket, ALARMS, pb.ListAlarmsRequest())
    if as_document:
        typer.echo(as_json(found))
        return
    active = sum(each.active for each in found.alarms)
    headline = f"{active} active, {len(found.alarms) - active} over and not acknowledged"
    show(headline if found.alarms else "No alarm.", [alarm_table(found.alarms)], colour=colour)


def ack(
    subject: Annotated[
        str, typer.Argument(metavar="ALARM", help="What it is about: a trip, an output.")
    ],
    author: Author = "",
    socket: Socket = DEFAULT,
) -> None:
    """Say that you have seen an alarm. It releases nothing: a latched trip needs a reset."""
    from adapters.codec.control_methods import ACKNOWLEDGE  # noqa: PLC0415 - `--help` needs none
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    request = pb.AcknowledgeRequest(subject=subject, author=author_or_me(author))
    for each in ask(socket, ACKNOWLEDGE, request).alarms:
        typer.echo(f"{each.subject}: {each.text} - seen by {each.acknowledged_by}")
