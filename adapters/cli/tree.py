"""A tree of lines on a terminal in colour, or as plain text in a file or a pipe."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from adapters.cli.terminal import is_colourful
from engine.workshop.outline import Line, Mark

if TYPE_CHECKING:
    from rich.tree import Tree

_SIGNS = {Mark.YES: "✓ ", Mark.NO: "✗ ", Mark.UNKNOWN: "? ", Mark.RESTRICTED: "! ", Mark.NONE: ""}
_COLOURS = {
    Mark.YES: "green",
    Mark.NO: "red",
    Mark.UNKNOWN: "yellow",
    Mark.RESTRICTED: "magenta",
    Mark.NONE: "",
}


def show(sentence: str, line: Line, *, colour: bool = True) -> None:
    """Print a sentence and the tree below it; an empty sentence is none."""
    if not (colour and is_colourful(sys.stdout)):
        typer.echo("\n".join([*([sentence, ""] if sentence else []), *plain_lines(line)]))
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import, and only for terminals
    from rich.text import Text  # noqa: PLC0415 - same

    console = Console(highlight=False, soft_wrap=False)
    if sentence:
        console.print(Text(sentence, style="bold"))
        console.print()
    console.print(_tree(line))


def plain_lines(line: Line) -> Iterator[str]:
    """Yield the tree's lines, drawn with connectors."""
    yield _SIGNS[line.mark] + line.text
    yield from _below(line.below, "")


def _below(lines: tuple[Line, ...], indent: str) -> Iterator[str]:
    for line in lines:
        last = line is lines[-1]
        yield f"{indent}{'└─ ' if last else '├─ '}{_SIGNS[line.mark]}{line.text}"
        yield from _below(line.below, indent + ("   " if last else "│  "))


def _tree(line: Line) -> "Tree":
    from rich.text import Text  # noqa: PLC0415 - slow to import, and only for terminals
    from rich.tree import Tree  # noqa: PLC0415 - same

    label = Text.assemble((_SIGNS[line.mark], _COLOURS[line.mark]), line.text)
    tree = Tree(label, guide_style="dim")
    for each in line.below:
        tree.children.append(_tree(each))
    return tree
