"""Rule coverage beside the source: one page with every rule file, each branch marked where it is.

The page holds all it needs and asks nothing of a network. A piece of the source that can be seen in
more than one way shows, under the pointer or the keyboard, how often and in which run it was.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

from adapters.cli.coverage_style import SCRIPT, STYLE
from adapters.cli.coverage_view import headline, percent
from engine.workshop.coverage_report import (
    Branch,
    CoverageReport,
    Entry,
    Mark,
    Share,
    share_of,
)

MOST_RUNS = 12
"""So many runs are named for each mark; the others are counted."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A branch, or the name of an entry with all its branches, on one line of a file."""

    number: int
    line: int
    start: int
    end: int
    marks: tuple[Mark, ...]
    is_name: bool = False


def write_coverage_page(
    folder: Path, report: CoverageReport, sources: Mapping[str, str], title: str, what: str
) -> Path:
    """Write `index.html` into a folder, which is made if it is not there, and return its path.

    `sources` are the texts of the rule files by the names in the report's positions.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    path.write_text(coverage_page(report, sources, title, what), "utf-8", newline="\n")
    return path


def coverage_page(report: CoverageReport, sources: Mapping[str, str], title: str, what: str) -> str:
    """Return the page; `what` is the plural of what was run, such as `scenarios`."""
    return "".join(_page(report, sources, title, what))


def _page(
    report: CoverageReport, sources: Mapping[str, str], title: str, what: str
) -> Iterator[str]:
    spots = _spots(report)
    files = [file for file in sources if any(file == key for key in spots)]
    yield "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
    yield "<meta name='viewport' content='width=device-width, initial-scale=1'>"
    yield f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
    yield f"<header><h1>{escape(title)}</h1><p>{escape(headline(report, what))}</p>"
    yield "<table class='files'>"
    for place, file in enumerate(files):
        share = share_of(_branch_marks(spots[file]))
        yield f"<tr><td><a href='#file{place}'>{escape(file)}</a></td>{_bar(share)}</tr>"
    yield f"<tr class='sum'><td>all</td>{_bar(report.share)}</tr></table>"
    yield "<p class='legend'><b class='full'>all seen</b> <b class='part'>some seen</b> "
    yield "<b class='none'>nothing seen</b> <b class='never'>cannot be seen</b></p></header>"
    yield "<main>"
    for place, file in enumerate(files):
        yield f"<section id='file{place}'><h2>{escape(file)}</h2><table class='source'>"
        yield from _lines(sources[file], spots[file])
        yield "</table></section>"
    yield "</main><aside id='told' aria-live='polite'><p>Point at a marked piece of a rule.</p>"
    yield f"</aside><script id='data' type='application/json'>{_data(report, what)}</script>"
    yield f"<script>{SCRIPT}</script></body></html>\n"


def _spots(report: CoverageReport) -> dict[str, list[Spot]]:
    """Return what stands where, by file; numbers follow the order of the page's data."""
    found: dict[str, list[Spot]] = {}
    number = 0
    for entry in report.entries:
        for branch in (None, *entry.branches):
            place = entry.position if branch is None else branch.position
            marks = tuple(entry.marks) if branch is None else branch.marks
            end = max(place.end_column, place.column + 1)
            spot = Spot(number, place.line, place.column - 1, end - 1, marks, branch is None)
            found.setdefault(place.file, []).append(spot)
            number += 1
    return found


def _branch_marks(spots: Iterable[Spot]) -> Iterator[Mark]:
    return (mark for spot in spots if not spot.is_name for mark in spot.marks)


def _bar(share: Share) -> str:
    width = f"{share.percent:.1f}%"
    return (
        f"<td class='n'>{share.seen:,} of {share.total:,}</td><td class='n'>{percent(share)}</td>"
        f"<td><span class='bar'><span style='width:{width}'></span></span></td>"
    )


def _lines(text: str, spots: Iterable[Spot]) -> Iterator[str]:
    by_line: dict[int, list[Spot]] = {}
    for spot in spots:
        by_line.setdefault(spot.line, []).append(spot)
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        here = by_line.get(number, [])
        marks = list(_branch_marks(here))
        share = share_of(marks)
        count = f"{share.seen}/{share.total}" if share.total else ""
        state = state_of(marks) if marks else "plain"
        yield f"<tr class='{state}'><td class='no'>{number}</td><td class='count'>{count}</td>"
        yield f"<td><code>{''.join(_pieces(line, here))}</code></td></tr>"


def _pieces(line: str, spots: list[Spot]) -> Iterator[str]:
    """Yield a line cut where what stands there changes, the narrowest spot giving the colour."""
    cuts = sorted({0, len(line), *(min(at, len(line)) for s in spots for at in (s.start, s.end))})
    for start, end in pairwise(cuts):
        over = [spot for spot in spots if spot.start <= start and end <= max(spot.end, start)]
        text = escape(line[start:end])
        if not over:
            yield text
            continue
        over.sort(key=lambda spot: (spot.end - spot.start, spot.number))
        narrowest = over[0]
        same = [spot for spot in over if (spot.start, spot.end) == (narrowest.start, narrowest.end)]
        state = state_of([mark for spot in same for mark in spot.marks])
        numbers = ",".join(str(spot.number) for spot in over)
        yield f"<span class='{state}' tabindex='0' data-b='{numbers}'>{text}</span>"


def state_of(marks: Iterable[Mark]) -> str:
    """Return `full`, `part`, `none`, or `never` where nothing counts."""
    share = share_of(marks)
    if not share.total:
        return "never"
    if share.seen == share.total:
        return "full"
    return "part" if share.seen else "none"


def _data(report: CoverageReport, what: str) -> str:
    """Return what the script shows, as JSON that cannot end the element it stands in."""
    runs = {name: place for place, (name, _) in enumerate(report.runs)}
    spots: list[object] = []
    for entry in report.entries:
        spots.append(_named(entry))
        spots.extend(_told(entry, branch, runs) for branch in entry.branches)
    told = {"what": what, "runs": list(runs), "spots": spots}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _named(entry: Entry) -> dict[str, object]:
    share = share_of(entry.marks)
    text = f"{share.seen} of {share.total} seen, {percent(share)}"
    return {"title": f"{entry.kind.value} {entry.name}", "text": text, "marks": []}


def _told(entry: Entry, branch: Branch, runs: Mapping[str, int]) -> dict[str, object]:
    return {
        "title": f"{entry.name}: {branch.role.value}",
        "text": branch.text,
        "marks": [_mark(mark, runs) for mark in branch.marks],
    }


def _mark(mark: Mark, runs: Mapping[str, int]) -> dict[str, object]:
    most = sorted(mark.seen_in, key=lambda each: -each[1])[:MOST_RUNS]
    return {
        "outcome": mark.outcome.value,
        "scans": mark.scans,
        "in": [[runs[name], scans] for name, scans in most],
        "more": len(mark.seen_in) - len(most),
        "never": "" if mark.counts else mark.never,
    }
