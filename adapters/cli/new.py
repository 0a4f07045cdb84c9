"""`thermiq new`: begin a site of your own with files that check clean and tests that pass."""

import re
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from adapters.library.choice import Choice

_STARTER = resources.files("adapters") / "starter"
_ALL = "all"
_NONE = "none"
_UNLESS_TOLD = ("surplus",)
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
        typer.Option(
            "--with",
            metavar="TOPIC",
            help="Rules to begin with; may be repeated. `all`: every topic, `none`: no rules."
            " Unless told `surplus`.",
        ),
    ] = None,
) -> None:
    """Make a folder for a new site: plant, devices, interlocks, and topics with their tests.

    Asks nothing and never overwrites: the folder must not be there yet, or be empty. A topic
    brings those along that it builds on.
    """
    choice = _choice(topics)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        typer.echo(f"{folder.as_posix()} is there already, and is not overwritten", err=True)
        raise typer.Exit(1)
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", folder.resolve().name).strip("-") or "site"
    files = _files(choice, name)
    folder.mkdir(parents=True, exist_ok=True)
    for file_name, text in sorted(files.items()):
        with (folder / file_name).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        typer.echo(f"made {(folder / file_name).as_posix()}")
    if choice is not None:
        _tell(choice)
    typer.echo(_NEXT.format(folder=folder.as_posix()), nl=False)


def _choice(asked: list[str] | None) -> "Choice | None":
    """Return what the topics asked for come to; None without rules."""
    from adapters.library.choice import choose, known_topics  # noqa: PLC0415 - `--help` needs none

    if asked == [_NONE]:
        return None
    known = known_topics()
    wanted = list(asked or _UNLESS_TOLD)
    for each in wanted:
        if each not in (*known, _ALL):
            message = f"there is no topic `{each}`: {', '.join((*known, _ALL))}"
            alone = f"`{_NONE}` goes with no other topic"
            raise typer.BadParameter(alone if each == _NONE else message, param_hint="--with")
    return choose(known if _ALL in wanted else wanted)


def _files(choice: "Choice | None", name: str) -> Mapping[str, str]:
    """Return the texts of the new folder by file name."""
    shared = _texts(_STARTER, name)
    if choice is None:
        return {**shared, **_texts(_STARTER / "bare", name)}
    from adapters.library.compose import compose  # noqa: PLC0415 - `--help` needs none of this

    return {**shared, **_texts(_STARTER / "own", name), **compose(choice, name)}


def _texts(folder: Traversable, name: str) -> dict[str, str]:
    return {
        each.name: each.read_text("utf-8").replace("SITE", name)
        for each in folder.iterdir()
        if each.name.endswith(".yaml")
    }


def _tell(choice: "Choice") -> None:
    """Say which topics came along unasked, and what stands in for one that did not."""
    if choice.brought:
        typer.echo(f"brought along, for the others build on it: {', '.join(choice.brought)}")
    for each in choice.stand_ins:
        typer.echo(f"without_{each}.yaml stands in for the topic {each}")
