"""`thermiq watch`: one line for every change, with its reason, as it happens."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from adapters.cli.live import DEFAULT, Json, Socket, as_json, connected

if TYPE_CHECKING:
    from adapters.pb.thermiq.v1 import control_pb2 as pb

_CLOCK = slice(11, 19)
"""Of `2026-11-22 16:02:05+01:00` the time of day."""


def watch(socket: Socket = DEFAULT, as_document: Json = False) -> None:
    """Tell how things stand and then every change with its reason, until interrupted.

    With `--json` each line is an object.
    """
    from adapters.codec.control_methods import WATCH  # noqa: PLC0415 - `--help` needs none of this
    from adapters.pb.thermiq.v1 import control_pb2 as pb  # noqa: PLC0415 - same

    with connected(socket) as client:
        for changes in client.follow(WATCH, pb.WatchRequest()):
            told = [as_json(changes, indent=None)] if as_document else list(lines(changes))
            if told:
                typer.echo("\n".join(told))


def lines(changes: "pb.Changes") -> Iterator[str]:
    """Yield a line for each change."""
    for change in changes.changes:
        text = _told(change)
        if text:
            yield f"{changes.local_time[_CLOCK]}  {text}"


def _told(change: "pb.Change") -> str:  # noqa: PLR0911 - one a kind of change
    match change.WhichOneof("what"):
        case "output":
            return change.output.sentence
        case "fact":
            fact = change.fact
            value = fact.value.text or fact.reason or "no value"
            return f"{fact.name} is {fact.quality}: {value}"
        case "alarm":
            alarm = change.alarm
            seen = f", seen by {alarm.acknowledged_by}" if alarm.acknowledged_by else ""
            stands = alarm.kind.replace("_", " ") if alarm.active else "over"
            return f"alarm {alarm.subject}: {alarm.text} ({stands}{seen})"
        case "alarm_gone":
            return f"alarm {change.alarm_gone} is done with"
        case "mode":
            author = f", set by {change.mode.author}" if change.mode.author else ""
            return f"mode {change.mode.name}{author}"
        case "rules":
            return f"rules {change.rules[:12]} are running"
        case _:  # of a newer daemon
            return ""
