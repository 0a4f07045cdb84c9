"""`thermiq check`: every problem of a folder of rules, for people and for programs."""

import gc
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.terminal import is_colourful

if TYPE_CHECKING:
    from engine.language.problem import Problem
    from engine.language.render.as_text import Piece


class Format(Enum):
    """How the problems are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"


def check(
    rules: Annotated[
        Path, typer.Argument(exists=True, metavar="RULES", help="A folder of rule files, or one.")
    ],
    form: Annotated[
        Format, typer.Option("--format", "-f", help="How to write the problems.")
    ] = Format.TEXT,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write them to this file.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 on warnings as well.")
    ] = False,
    colour: Annotated[
        bool, typer.Option("--colour/--no-colour", help="Colour the text on a terminal.")
    ] = True,
) -> None:
    """Tell what is wrong with rule files.

    Exits with 0 if the rules may run, with 1 if there is an error, with 2 if the command line is
    wrong. A warning does not keep rules from running; with --strict it counts as an error.
    """
    from adapters.files import read_rules  # noqa: PLC0415 - `--help` needs none of this
    from engine.language.checked import check_files  # noqa: PLC0415 - only when needed

    read = read_rules(rules)
    with without_collection():
        checked = check_files(read.files, read.problems)
    names = sorted({*read.files, *(each.position.file for each in read.problems)})
    if form is Format.TEXT:
        from engine.language.render.as_text import pieces  # noqa: PLC0415 - only when needed

        _write(pieces(checked.problems, checked.sources, len(names)), output, colour=colour)
    else:
        _write_plain(_for_programs(form, checked.problems, names, strict=strict), output)
    if not checked.ok or (strict and checked.problems):
        raise typer.Exit(1)


@contextmanager
def without_collection() -> Iterator[None]:
    """Collect no garbage meanwhile: there are many small objects, and all of them stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _for_programs(
    form: Format, problems: "Iterable[Problem]", names: list[str], *, strict: bool
) -> str:
    match form:
        case Format.JSON:
            from engine.language.render.as_json import as_json  # noqa: PLC0415 - only when needed

            return as_json(problems, names)
        case Format.SARIF:
            from engine.language.check import CODES  # noqa: PLC0415 - only when needed
            from engine.language.render.as_sarif import as_sarif  # noqa: PLC0415 - only when needed

            return as_sarif(problems, CODES)
        case _:
            from engine.language.render.as_junit import as_junit  # noqa: PLC0415 - only when needed

            return as_junit(problems, names, strict=strict)


def _write(pieces: "Iterable[Piece]", output: Path | None, *, colour: bool) -> None:
    if output is None and colour and is_colourful(sys.stdout):
        from adapters.cli.colours import coloured  # noqa: PLC0415 - rich is slow to import

        _write_plain(coloured(pieces), None)
    else:
        _write_plain("".join(text for text, _ in pieces), output)


def _write_plain(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8", newline="\n")
