"""`thermiq override`: give an output a value for a while, or take it back."""

from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.live import DEFAULT, Author, Socket, ask, author_or_me

if TYPE_CHECKING:
    from adapters.pb.thermiq.v1 import control_pb2 as pb


def override(
    output: Annotated[
        str, typer.Argument(metavar="[OUTPUT]", help="As in miner1.power_target.")
    ] = "",
    value: Annotated[str, typer.Argument(metavar="VALUE", help="As in `2 kW`, `on`.")] = "",
    lasts: Annotated[
        str, typer.Option("--for", metavar="TIME", help="How long: `30 min`; at most 24 h.")
    ] = "",
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="End the override of this output.")
    ] = False,
    author: Author = "",
    socket: Socket = DEFAULT,
) -> None:
    """Give an output a value until it expires. Trips, interlocks and limits hold all the same.

    Without OUTPUT it lists the overrides that last.
    """
    from adapters.codec import control_methods as methods  # noqa: PLC0415 - `--help` needs none
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same
    from engine.workshop.figures import duration  # noqa: PLC0415 - same

    if not output:
        if withdraw:
            raise typer.BadParameter("of which output?", param_hint="OUTPUT")
        _show_all(ask(socket, methods.STATUS, pb.StatusRequest()))
        return
    who = author_or_me(author)
    if withdraw:
        if value or lasts:
            raise typer.BadParameter("it takes nothing beside it", param_hint="--withdraw")
        ask(socket, methods.WITHDRAW, pb.WithdrawRequest(output=output, author=who))
        typer.echo(f"{output}: override withdrawn")
        return
    if not value:
        raise typer.BadParameter("is missing; or did you mean --withdraw?", param_hint="VALUE")
    request = pb.OverrideRequest(output=output, value=value, lasts_s=_seconds(lasts), author=who)
    told = ask(socket, methods.OVERRIDE, request)
    remaining = duration(told.remaining_s)
    typer.echo(f"{output}: {told.value.text} for {remaining}, asked by {told.author}")


def _show_all(status: "pb.Status") -> None:
    from engine.workshop.figures import duration  # noqa: PLC0415 - `--help` needs none of this

    found = [each for each in status.outputs if each.HasField("override")]
    for each in found:
        given = each.override
        left = duration(given.remaining_s)
        now = "" if each.cause == "override" else f"; now {each.value.text} by {each.cause}"
        typer.echo(f"{each.name}: {given.value.text} for {left}, asked by {given.author}{now}")
    if not found:
        typer.echo("no override")


def _seconds(text: str) -> float:
    from adapters.recordings.moments import duration_ms  # noqa: PLC0415 - `--help` needs none

    if not text:
        raise typer.BadParameter("an override needs an end: `--for 30 min`", param_hint="--for")
    try:
        return duration_ms(text) / 1000
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--for") from error
