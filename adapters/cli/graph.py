"""`thermiq graph`: what reads what in a folder of rules, drawn."""

import json
import shutil
import subprocess
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.workshop.graph import Graph

_DRAWS_WITHIN_S = 120.0


class Format(StrEnum):
    """What `--format` takes."""

    SVG = "svg"
    DOT = "dot"
    JSON = "json"
    TEXT = "text"


def graph(
    rules: Annotated[
        Path, typer.Argument(exists=True, metavar="RULES", help="A folder of rule files.")
    ],
    of: Annotated[
        str | None,
        typer.Option(
            "--of", metavar="NAME", help="Only what this output, rule or fact is part of."
        ),
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="As the ending of FILE, else SVG.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write there, not to the screen.")
    ] = None,
) -> None:
    """Draw what reads what: facts, signals, conditions, rules, outputs, interlocks and trips.

    Loops that `thermiq check` warns of are red. Graphviz lays the picture out; DOT, JSON and text
    do without it. Exits with 1 if the rules are wrong or Graphviz is not there, with 2 for an
    unknown NAME.
    """
    from adapters.cli.looking_back import read_program  # noqa: PLC0415 - `--help` needs none of it
    from engine.workshop.graph import around, graph_of, names_in  # noqa: PLC0415 - same

    program, _ = read_program(rules)
    whole = graph_of(program.rulebook)
    title = program.rulebook.plant.site.name or rules.resolve().name
    if of is not None:
        known = names_in(whole)
        if of not in known:
            from engine.language.suggest import advise  # noqa: PLC0415 - only for a misspelt name

            advice = advise(of, known)
            message = f"nothing here is called `{of}`" + (f"; {advice}" if advice else "")
            raise typer.BadParameter(message, param_hint="--of")
        whole, title = around(whole, of), f"{title}: {of}"
    text = _written(whole, title, form or _format_of(out))
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, "utf-8")
        typer.echo(f"{len(whole.nodes)} nodes, {len(whole.edges)} lines, in {out}")


def _format_of(out: Path | None) -> Format:
    """Return the format that a file's ending tells, SVG without a file."""
    if out is None:
        return Format.SVG
    endings = {".svg": Format.SVG, ".dot": Format.DOT, ".gv": Format.DOT, ".json": Format.JSON}
    found = endings.get(out.suffix.lower(), Format.TEXT if out.suffix == ".txt" else None)
    if found is None:
        message = f"`{out.name}` does not tell the format; add `--format svg`"
        raise typer.BadParameter(message, param_hint="--out")
    return found


def _written(graph: "Graph", title: str, form: Format) -> str:
    match form:
        case Format.JSON:
            from engine.workshop.plain import plain  # noqa: PLC0415 - only for programs

            document = {"format": "thermiq-graph", "version": 1, "title": title}
            whole = document | {"nodes": plain(graph.nodes), "edges": plain(graph.edges)}
            return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
        case Format.TEXT:
            from engine.workshop.graph_text import to_text  # noqa: PLC0415 - only if asked for

            return to_text(graph) + "\n"
        case Format.DOT | Format.SVG:
            from engine.workshop.graph_dot import to_dot  # noqa: PLC0415 - only if asked for

            dot = to_dot(graph, title)
            return dot if form is Format.DOT else _drawn(dot)


def _drawn(dot: str) -> str:
    """Return the picture that Graphviz makes of it; exit with 1 if that cannot be had."""
    program = shutil.which("dot")
    if program is None:
        typer.echo(
            "thermiq: drawing needs Graphviz: sudo apt-get install graphviz"
            " (--format dot, json and text do without)",
            err=True,
        )
        raise typer.Exit(1)
    try:
        done = subprocess.run(  # noqa: S603 - a program by its path, and our own text on its input
            [program, "-Tsvg"],
            input=dot.encode(),
            capture_output=True,
            check=False,
            timeout=_DRAWS_WITHIN_S,
        )
    except subprocess.TimeoutExpired:
        typer.echo(
            f"thermiq: Graphviz took longer than {_DRAWS_WITHIN_S:g} s; `--of NAME` draws a part",
            err=True,
        )
        raise typer.Exit(1) from None
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        typer.echo(f"thermiq: Graphviz cannot draw it: {said}", err=True)
        raise typer.Exit(1)
    return done.stdout.decode("utf-8")
