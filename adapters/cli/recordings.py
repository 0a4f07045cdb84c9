"""`thermiq import`, `thermiq export`, `thermiq recording`: recordings in, out and looked at."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from adapters.recordings.data import PointInfo, RecordingError, Span
from adapters.recordings.moments import duration_ms, iso, parse_iso
from adapters.recordings.recording import Recording
from adapters.recordings.whole_file import refuse_input, whole_file

if TYPE_CHECKING:
    from adapters.recordings.importing import Imported
    from adapters.recordings.mapping import Mapping

_SHOWN_BYTES = 4 << 20
"""Files up to this size are shown with the line a problem stands on."""

_File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, metavar="RECORDING", help="A recording.")
]


def import_recording(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="FILE...")],
    mapping: Annotated[
        str,
        typer.Option(
            "--mapping", "-m", help="Columns to points: a YAML file, or sample, senec, sungrow."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The recording to write.")],
    plant: Annotated[
        Path | None,
        typer.Option("--plant", exists=True, help="Rules whose plant.yaml declares the points."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT.")] = False,
) -> None:
    """Import CSV or Home Assistant history, plain or .gz, into a recording.

    What cannot be a value becomes BAD or MISSING, never a number, and is told. Exits with 1 and
    writes nothing if a unit, a column or a file makes the import worthless.
    """
    from adapters.recordings.importing import import_files, write_recording  # noqa: PLC0415 - only when needed
    from adapters.recordings.mapping_file import find_mapping, load_mapping  # noqa: PLC0415 - only when needed

    try:
        mapping_path = find_mapping(mapping)
    except RecordingError as error:
        raise typer.BadParameter(str(error), param_hint="--mapping") from error
    points = _points_of(plant) if plant else ()
    with _told():
        refuse_input(out, [mapping_path, *files])
        read, problems = load_mapping(mapping_path)
        if read is None:
            _show(problems, [mapping_path])
            raise typer.Exit(1)
        imported = import_files(files, read, points)
        # A line of JSON is as long as the file: it would show nothing.
        shown = [mapping_path, *(files if read.format == "csv" else ())]
        _show(imported.problems, shown)
        if imported.failed:
            typer.echo("nothing was written", err=True)
            raise typer.Exit(1)
        write_recording(out, imported, _meta(files, read), overwrite=overwrite)
    typer.echo("\n".join(_told_import(out, imported)))


def export_recording(
    recording: _File,
    out: Annotated[
        str, typer.Option("--out", "-o", help="FILE.csv, FILE.parquet, or - for CSV on stdout.")
    ] = "-",
    point: Annotated[
        list[str] | None, typer.Option("--point", "-p", help="This point; may be repeated.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="ISO time, in --zone.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="ISO time, not included.")] = None,
    step: Annotated[
        str | None, typer.Option("--step", help="A row every `10 s`, `15 min`; else every change.")
    ] = None,
    zone: Annotated[str, typer.Option("--zone", help="Time zone of all times.")] = "UTC",
    wide: Annotated[bool, typer.Option("--wide", help="A column a point.")] = False,
    decisions: Annotated[bool, typer.Option("--decisions", help="Decisions, not samples.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT.")] = False,
) -> None:
    """Export a recording to CSV or Parquet: every change, or a row a step."""
    zone_info = _zone(zone)
    step_ms = _parsed(duration_ms, step, "--step") if step else None
    parquet = out.endswith(".parquet")
    if parquet and decisions:
        raise typer.BadParameter("decisions are exported as CSV", param_hint="--decisions")
    if decisions and (wide or step_ms):
        raise typer.BadParameter("decisions have neither --wide nor --step")
    if out != "-" and not out.endswith((".csv", ".parquet")):
        raise typer.BadParameter(f"`{out}` ends in neither .csv nor .parquet", param_hint="--out")
    with _told(), Recording.open(recording) as opened:
        refuse_input(Path(out), [recording])
        span = _span(opened, start, end, zone_info)
        known = [info.name for info in opened.points()]
        points = sorted(opened.state(span.start_ms, point)) if point else known
        options: dict[str, Any] = {"zone": zone_info}
        if not decisions:
            options["step_ms"] = step_ms
        if parquet:
            from adapters.recordings.to_parquet import write_parquet  # noqa: PLC0415 - an extra

            with whole_file(Path(out), overwrite=overwrite) as part:
                count = write_parquet(part, opened, points, span, wide=wide, **options)
        else:
            from adapters.recordings import to_csv  # noqa: PLC0415 - `--help` needs none of it

            plain = to_csv.write_wide if wide else to_csv.write_long
            write = to_csv.write_decisions if decisions else plain
            if out == "-":
                write(sys.stdout, opened, points, span, **options)
                return
            with (
                whole_file(Path(out), overwrite=overwrite) as part,
                part.open("w", encoding="utf-8", newline="") as file,
            ):
                count = write(file, opened, points, span, **options)
    typer.echo(f"{count:,} rows in {out}")


def show_recording(
    recording: _File,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Tell what a recording holds: where from, when, gaps, points and their qualities."""
    with _told(), Recording.open(recording) as opened:
        facts = _facts(opened)
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(_lines(facts)))


@contextmanager
def _told() -> Iterator[None]:
    """Tell a RecordingError in one line and exit with 1."""
    try:
        yield
    except RecordingError as error:
        typer.echo(f"thermiq: {error}", err=True)
        raise typer.Exit(1) from None


def _points_of(rules: Path) -> tuple[PointInfo, ...]:
    from adapters.files import read_rules  # noqa: PLC0415 - `--help` needs none of this
    from adapters.scribe import infos  # noqa: PLC0415 - only when needed
    from engine.language.load import load  # noqa: PLC0415 - only when needed

    plant = load(read_rules(rules).files).rulebook.plant
    if not plant.points:
        raise typer.BadParameter(f"{rules} declares no points", param_hint="--plant")
    return tuple(infos(plant, facts=True))


def _show(problems: Sequence[Any], files: Sequence[Path]) -> None:
    if not problems:
        return
    from engine.language.render.as_text import as_text  # noqa: PLC0415 - only when needed

    sources = {}
    for path in files:
        if path.suffix != ".gz" and path.stat().st_size <= _SHOWN_BYTES:
            sources[str(path)] = path.read_bytes().decode("utf-8-sig", errors="replace")
    typer.echo(as_text(problems, sources, len(files)), err=True, nl=False)


def _meta(files: Sequence[Path], mapping: "Mapping") -> dict[str, str]:
    meta = {"created_by": "thermiq import", "files": ", ".join(path.name for path in files)}
    return {**meta, **dict(mapping.meta)}


def _told_import(out: Path, imported: "Imported") -> Iterator[str]:
    for name, counts in sorted(imported.readings.items()):
        told = ", ".join(f"{n:,} {quality.value}" for quality, n in counts.items() if n)
        yield f"  {name}: {told or 'nothing'}"
    spans = imported.segments
    if spans:
        gaps = "without a gap" if len(spans) == 1 else f"in {len(spans)} segments"
        yield f"{iso(spans[0].start_ms)} to {iso(spans[-1].end_ms)} {gaps}, in {out}"


def _facts(recording: Recording) -> dict[str, Any]:
    counts = recording.counts()
    segments = [
        {"from": iso(s.start_ms), "to": iso(s.end_ms), "seconds": s.seconds}
        for s in recording.segments()
    ]
    points = [
        {
            "name": info.name,
            "kind": info.kind,
            "type": info.type,
            "unit": info.unit,
            "samples": {quality.value: n for quality, n in counts[info.name].items()},
        }
        for info in recording.points()
    ]
    return {
        "file": str(recording.path),
        "meta": recording.meta,
        "segments": segments,
        "decisions": sum(1 for _ in recording.decisions()),
        "events": sum(1 for _ in recording.events()),
        "points": points,
    }


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    yield facts["file"]
    yield from (f"  {key}: {value}" for key, value in facts["meta"].items())
    for segment in facts["segments"]:
        yield f"  {segment['from']} to {segment['to']} ({segment['seconds'] / 86_400:.2f} days)"
    if not facts["segments"]:
        yield "  nothing was recorded"
    yield f"  {facts['decisions']:,} decisions, {facts['events']:,} events"
    width = max((len(point["name"]) for point in facts["points"]), default=0)
    for point in facts["points"]:
        kind = f"{point['kind']} {point['unit'] or point['type']}"
        told = ", ".join(f"{n:,} {quality}" for quality, n in point["samples"].items() if n)
        yield f"  {point['name']:{width}}  {kind:13} {told or 'no samples'}"


def _span(recording: Recording, start: str | None, end: str | None, zone: tzinfo) -> Span:
    whole = recording.span()
    if whole is None:
        raise RecordingError(recording.path, "holds nothing to export")

    def moment(text: str) -> int:
        return parse_iso(text, zone)

    # The last sample stands at the end of a recording that nobody divided into segments.
    start_ms = _parsed(moment, start, "--from") if start else whole.start_ms
    end_ms = _parsed(moment, end, "--to") if end else whole.end_ms + 1
    if end_ms <= start_ms:
        raise typer.BadParameter("the end is not after the start", param_hint="--to")
    return Span(start_ms, end_ms)


def _parsed(parse: Any, text: str, option: str) -> int:
    try:
        return int(parse(text))
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        help_ = "write it as Europe/Berlin or UTC"
        raise typer.BadParameter(f"`{name}` is not a time zone; {help_}") from error
