"""`thermiq new`: begin a site of your own with files that check clean and tests that pass."""

import re
from pathlib import Path
from typing import Annotated

import typer

_STARTER = Path(__file__).resolve().parents[1] / "starter"
_TOPICS = _STARTER / "topics"
_NEXT = """next:
  plant.yaml        what is measured and commanded at your house
  site.yaml         how each device is reached
  interlocks.yaml   what must always hold
then, after every change:
  thermiq check {folder}
  thermiq test {folder}
  thermiq schema {folder} --out {folder}/.schema     completion and hover in your editor
"""
new = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@new.callback()
def _beginnings() -> None:
    """Begin something new."""


@new.command()
def site(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to make.")],
    topics: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="TOPIC", help="Rules to begin with; may be repeated."),
    ] = None,
) -> None:
    """Make a folder for a new site: plant, devices, interlocks, and a topic with its tests.

    Asks nothing and never overwrites: the folder must not be there yet, or be empty. `--with none`
    leaves the rules out.
    """
    wanted = _wanted(topics)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        typer.echo(f"{folder.as_posix()} is there already, and is not overwritten", err=True)
        raise typer.Exit(1)
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", folder.resolve().name).strip("-") or "site"
    folder.mkdir(parents=True, exist_ok=True)
    for each in [*sorted(_STARTER.glob("*.yaml")), *_files_of(wanted)]:
        text = each.read_text("utf-8").replace("SITE", name)
        with (folder / each.name).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        typer.echo(f"made {(folder / each.name).as_posix()}")
    typer.echo(_NEXT.format(folder=folder.as_posix()), nl=False)


def known_topics() -> list[str]:
    """Return the topics that a site can begin with."""
    names = {each.name.partition(".")[0] for each in _TOPICS.glob("*.yaml")}
    return sorted(names)


def _wanted(topics: list[str] | None) -> list[str]:
    """Return the topics asked for; all without a wish, none for `none`."""
    known = known_topics()
    if topics is None:
        return known
    if topics == ["none"]:
        return []
    for each in topics:
        if each not in known:
            raise typer.BadParameter(f"there is no topic `{each}`: {', '.join((*known, 'none'))}")
    return list(dict.fromkeys(topics))


def _files_of(topics: list[str]) -> list[Path]:
    return [each for topic in topics for each in sorted(_TOPICS.glob(f"{topic}.*yaml"))]
