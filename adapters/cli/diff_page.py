"""A difference as one page: charts, every changed decision with both reasons, and the sums."""

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from html import escape
from pathlib import Path

from adapters.cli.diff_text import (
    by,
    edits_table,
    headline,
    kinds_table,
    sentences,
    totals_tables,
    value,
)
from adapters.cli.summary import duration
from adapters.cli.tables import Table
from adapters.recordings.moments import from_ms
from engine.workshop.diff import Difference
from engine.workshop.diff_spans import Span

MOST_SPANS = 2_000
"""More make a page that no browser likes; JSON has them all."""

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #22262c; max-width: 1180px; margin: 2rem auto;
  padding: 0 1.2rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; margin: .4rem 0; }
th { text-align: left; font-weight: 600; color: #5b636e; border-bottom: 1px solid #c9ced6; }
th, td { padding: .22rem .8rem .22rem 0; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
tr + tr td { border-top: 1px solid #eef0f3; }
.old { color: #a03a2c; } .new { color: #1d6b3c; } .note { color: #5b636e; }
.passed { background: #fdecea; border-left: 4px solid #c62828; padding: .5rem .8rem; }
.why { margin: 0 0 .1rem; } .when { white-space: nowrap; }
"""


def write_page(
    path: Path, difference: Difference, names: tuple[str, str], chart: str, zone: tzinfo,
    step_s: float,
) -> None:  # fmt: skip
    """Write the page; `chart` is a piece of it that is ready."""
    parts = _page(difference, names, chart, zone, step_s)
    path.write_text("".join(parts), encoding="utf-8")


def _page(
    difference: Difference, names: tuple[str, str], chart: str, zone: tzinfo, step_s: float
) -> Iterator[str]:
    title = f"{names[0]} → {names[1]}"
    yield "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
    yield "<meta name='viewport' content='width=device-width, initial-scale=1'>"
    yield f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1><span class='old'>{escape(names[0])}</span> → "
    yield f"<span class='new'>{escape(names[1])}</span></h1>"
    lines = headline(difference, zone, step_s).split("\n")
    yield f"<p>{'<br>'.join(map(escape, lines))}</p>"
    for failed in difference.failed:
        yield f"<p class='passed'>--fail-on {escape(failed)}</p>"
    for warning in difference.warnings:
        yield f"<p class='note'>{escape(warning)}</p>"
    yield from _table(edits_table(difference))
    yield from _table(kinds_table(difference))
    if difference.spans:
        yield "<h2>Over time</h2>"
        yield chart
        yield from _decisions(difference, zone)
    for table in totals_tables(difference):
        yield from _table(table)
    yield "</body></html>\n"


def _table(table: Table) -> Iterator[str]:
    if not table.rows:
        return
    yield f"<h2>{escape(table.title)}</h2><table><tr>"
    kinds = ["" if place in table.left else " class='n'" for place in range(len(table.heads))]
    yield "".join(
        f"<th{kind}>{escape(head)}</th>" for kind, head in zip(kinds, table.heads, strict=True)
    )
    yield "</tr>"
    for row in table.rows:
        cells = (f"<td{kind}>{escape(cell)}</td>" for kind, cell in zip(kinds, row, strict=True))
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</table>"
    if table.note:
        yield f"<p class='note'>{escape(table.note)}</p>"


def _decisions(difference: Difference, zone: tzinfo) -> Iterator[str]:
    yield "<h2>Changed decisions</h2><table><tr><th>from</th><th>to</th><th>for</th>"
    yield "<th>output</th><th>old</th><th>new</th></tr>"
    for span in difference.spans[:MOST_SPANS]:
        yield from _span(difference, span, zone)
    yield "</table>"
    left = difference.count - min(len(difference.spans), MOST_SPANS)
    if left:
        yield f"<p class='note'>and {left:,} more; --json has them</p>"


def _span(difference: Difference, span: Span, zone: tzinfo) -> Iterable[str]:
    common = difference.output(span)
    start, end = from_ms(span.start_ms, zone), from_ms(span.end_ms, zone)
    yield f"<tr><td class='when'>{start:%Y-%m-%d %H:%M:%S}</td>"
    yield f"<td class='when'>{end:%Y-%m-%d %H:%M:%S}</td>"
    yield f"<td class='when'>{duration(span.seconds)}</td><td>{escape(common.name)}</td>"
    reasons = difference.reasons.get(span.number)
    for place, (name, side) in enumerate((("old", span.old), ("new", span.new))):
        yield f"<td><b class='{name}'>{escape(value(side, common))}</b>"
        told = [by(side)] if reasons is None else sentences(reasons[place])
        yield "".join(f"<p class='why'>{escape(sentence)}</p>" for sentence in told)
        yield "</td>"
    yield "</tr>"
