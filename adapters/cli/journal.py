"""`thermiq journal`: what happened to the daemon, read from its state folder, alive or dead."""

import json
import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from adapters.cli.live import Colour, Json
from adapters.cli.tables import Table, show
from adapters.recordings.moments import duration_ms, iso, parse_iso
from adapters.runtime.journal import Entry, Kind, from_data
from adapters.runtime.ring import FILE, LAYOUT, Framed, Read, read

DEFAULT = Path("/var/lib/thermiq")


def journal(
    state: Annotated[
        Path,
        typer.Option(
            "--state", envvar="THERMIQ_STATE", metavar="FOLDER", help="The daemon's state folder."
        ),
    ] = DEFAULT,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="`2 h`, `7 d`, or a time as 2026-11-22."),
    ] = None,
    as_document: Json = False,
    colour: Colour = True,
) -> None:
    """List starts and ends, trips, latches, resets, modes, overrides, rules: the newest last.

    Reads the file itself, so it also works when no daemon runs. Exit code 1: there is no journal
    here, or it was made by a newer program.
    """
    since_s = -math.inf if since is None else _moment_s(since)
    path = state / FILE
    try:
        found = read(path)
    except FileNotFoundError as error:
        typer.echo(f"thermiq: {path}: there is no journal; say where with `--state`", err=True)
        raise typer.Exit(1) from error
    if found.layout != LAYOUT:
        text = f"has layout {found.layout}; this program reads {LAYOUT}: use a newer thermiq"
        typer.echo(f"thermiq: {path}: {text}", err=True)
        raise typer.Exit(1)
    lines = [each for each in _lines(found) if each[0].wall_s >= since_s]
    if as_document:
        typer.echo(json.dumps([_document(*each) for each in lines], ensure_ascii=False, indent=2))
    else:
        rows = tuple(_row(*each) for each in lines)
        heads = ("number", "time", "what", "about", "by", "says")
        table = Table("", heads, rows, left=frozenset(range(1, len(heads))))
        show(_headline(found, len(lines)), [table], colour=colour)


def _lines(found: Read) -> Iterator[tuple[Framed, Entry]]:
    """Yield records with what they say; a gap stands where it is."""
    gaps = {gap.after: gap.missing for gap in found.gaps}
    for record in found.records:
        try:
            entry = from_data(record.data)
        except ValueError as error:
            entry = Entry(Kind.GAP.value, text=str(error))
        yield record, entry
        if record.sequence in gaps:
            text = f"{gaps[record.sequence]} entries after {record.sequence} cannot be read"
            yield record, Entry(Kind.GAP.value, text=text)


def _headline(found: Read, shown: int) -> str:
    parts = [f"{shown} of {len(found.records)} entries" if shown else "No entry."]
    missing = sum(gap.missing for gap in found.gaps)
    if missing:
        parts.append(f"{missing} entries cannot be read")
    if found.damaged:
        parts.append(f"{found.damaged} blocks are damaged")
    if found.torn:
        parts.append("the last write was cut short")
    return "; ".join(parts)


def _row(record: Framed, entry: Entry) -> tuple[str, ...]:
    at = iso(round(record.wall_s * 1000), datetime.now(UTC).astimezone().tzinfo or UTC)
    said = (entry.kind, entry.subject, entry.by, entry.text)
    return (str(record.sequence), at[:19].replace("T", " "), *map(_printable, said))


def _printable(text: str) -> str:
    """Return a text that cannot steer a terminal: some of it came over a network."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _document(record: Framed, entry: Entry) -> dict[str, object]:
    return {
        "number": record.sequence,
        "time": iso(round(record.wall_s * 1000)),
        "monotonic_s": record.monotonic_s,
        "boot": str(UUID(bytes=record.boot_id)),
        **entry._asdict(),
    }


def _moment_s(text: str) -> float:
    """Return Unix seconds of a time, or of so long ago."""
    try:
        return time.time() - duration_ms(text) / 1000
    except ValueError:
        pass
    try:
        zone = datetime.now(UTC).astimezone().tzinfo or UTC
        return parse_iso(text, zone) / 1000
    except (ValueError, OverflowError) as error:
        problem = f"`{text}` is neither a time such as 2026-11-22T06:00 nor a length such as `2 h`"
        raise typer.BadParameter(problem, param_hint="--since") from error
