"""Small tables: with colours and rules on a terminal, in aligned columns in a pipe."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import typer

from adapters.cli.terminal import is_colourful


@dataclass(frozen=True, slots=True)
class Table:
    """A title, the heads of columns and rows of texts. The first column stands to the left.

    `total` is a last row that sums the others up; `note` says below what the figures mean.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    note: str = ""
    left: frozenset[int] = frozenset({0})
    """Columns of words; the others hold figures and stand to the right."""


def show(headline: str, tables: Iterable[Table], *, colour: bool = True) -> None:
    """Print a headline and tables on standard output; without one, below what stands there."""
    tables = [table for table in tables if table.rows]
    if colour and is_colourful(sys.stdout):
        _show_coloured(headline, tables)
        return
    text = "\n\n".join(map(plain, tables))
    gap = "\n\n" if headline and text else "\n" if text else ""
    typer.echo(f"{headline}{gap}{text}")


def plain(table: Table) -> str:
    """Return a table as lines of text, without spaces at their ends."""
    rows = [table.heads, *table.rows, *([table.total] if table.total else [])]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.heads))]
    lines = [table.title, *(_line(row, widths, table.left) for row in rows)]
    if table.note:
        lines.append(table.note)
    return "\n".join(lines)


def _line(row: Sequence[str], widths: Sequence[int], left: frozenset[int]) -> str:
    cells = [
        text.ljust(width) if place in left else text.rjust(width)
        for place, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
    return ("  " + "  ".join(cells)).rstrip()


def _show_coloured(headline: str, tables: Iterable[Table]) -> None:
    from rich import box  # noqa: PLC0415 - slow to import, and only for terminals
    from rich.console import Console  # noqa: PLC0415 - same
    from rich.table import Table as RichTable  # noqa: PLC0415 - same

    console = Console(highlight=False)
    if headline:
        console.print(headline, style="bold", markup=False)
    for table in tables:
        drawn = RichTable(
            title=table.title,
            title_justify="left",
            title_style="bold cyan",
            caption=table.note or None,
            caption_justify="left",
            caption_style="dim",
            box=box.SIMPLE_HEAD,
            show_footer=bool(table.total),
            header_style="dim",
            footer_style="bold",
        )
        total = table.total or ("",) * len(table.heads)
        for place, (head, footer) in enumerate(zip(table.heads, total, strict=True)):
            justify = "left" if place in table.left else "right"
            drawn.add_column(head, footer, justify=justify)  # type: ignore[arg-type]
        for row in table.rows:
            drawn.add_row(*row)
        console.print()
        console.print(drawn)
