"""`thermiq fmt`: files in the house's format, comments and meaning as they are."""

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.workshop.editor.formatted import Formatted

_STDIN = "-"


def fmt(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Folders or files; `-` for standard input."),
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if a file would change.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Write nothing; show what would change.")
    ] = False,
    name: Annotated[
        str, typer.Option("--name", help="The name of what comes from standard input.")
    ] = "rules.yaml",
) -> None:
    """Put plant, rules, scenarios and site files into the house's format.

    Changes white space alone: two spaces a level, one blank line at most, one space around
    operators, columns where neighbouring lines agree. A file that does not parse is left alone,
    its problems are shown, and the exit code is 1.
    """
    if _STDIN in paths:
        if len(paths) > 1:
            raise typer.BadParameter("`-` stands alone")
        found = _formatted(name, sys.stdin.buffer.read())
        _show_problems(name, found)
        if not (check or diff):
            typer.echo(found.after, nl=False)
        failed, changed = bool(found.problems), found.changes
        if diff:
            _show_difference(name, found)
    else:
        failed, changed = _all(paths, write=not (check or diff), diff=diff)
    if failed or (check and changed):
        raise typer.Exit(1)


def _all(paths: list[str], *, write: bool, diff: bool) -> tuple[bool, bool]:
    """Format files; return whether one cannot be, and whether one changes."""
    failed = changed = False
    files = _files(paths)
    for path in files:
        found = _formatted(path.as_posix(), path.read_bytes())
        _show_problems(path.as_posix(), found)
        failed = failed or bool(found.problems)
        if not found.changes:
            continue
        changed = True
        if diff:
            _show_difference(path.as_posix(), found)
        elif write:
            path.write_text(found.after, encoding="utf-8", newline="\n")
            typer.echo(f"formatted {path.as_posix()}")
        else:
            typer.echo(f"would format {path.as_posix()}")
    return failed, changed


def _files(paths: list[str]) -> list[Path]:
    """Return the YAML files of folders, without hidden ones and sub-folders, and single files."""
    found: list[Path] = []
    for each in map(Path, paths):
        if each.is_dir():
            found += sorted(
                file
                for file in each.iterdir()
                if file.suffix in (".yaml", ".yml")
                and not file.name.startswith(".")
                and file.is_file()
            )
        elif each.exists():
            found.append(each)
        else:
            raise typer.BadParameter(f"{each} is not there")
    return found


def _formatted(name: str, content: bytes) -> "Formatted":
    from adapters.editor.schemas import kind_of, schemas  # noqa: PLC0415 - `--help` needs none
    from engine.workshop.editor.formatted import formatted  # noqa: PLC0415 - same

    return formatted(name, content, schemas({})[kind_of(name)])


def _show_problems(name: str, found: "Formatted") -> None:
    from engine.language.render.as_text import as_text  # noqa: PLC0415 - only when needed

    if found.problems:
        typer.echo(as_text(found.problems, {name: found.before}, 1), nl=False, err=True)


def _show_difference(name: str, found: "Formatted") -> None:
    before, after = found.before.splitlines(keepends=True), found.after.splitlines(keepends=True)
    typer.echo("".join(difflib.unified_diff(before, after, name, f"{name} formatted")), nl=False)
