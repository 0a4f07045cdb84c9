"""Rule coverage on a terminal: how much was seen, and what was not, with its place."""

from collections.abc import Iterable, Iterator

from adapters.cli.tables import Table, show
from engine.language.position import Position
from engine.workshop.coverage_report import (
    Branch,
    CoverageReport,
    Entry,
    Kind,
    Mark,
    Role,
    Share,
    share_of,
)

MOST_ROWS = 40
"""A terminal wants no more; the page and JSON have all of them."""
_TEXT = 58
_TOLD = (Role.PROPOSAL, Role.LIMIT, Role.FORCE)


def show_coverage(
    report: CoverageReport, what: str, tables: Iterable[Table], *, colour: bool
) -> None:
    """Print the headline and tables; `what` is the plural of what was run, as `scenarios`."""
    show(headline(report, what), tables, colour=colour)


def headline(report: CoverageReport, what: str) -> str:
    """Return the share of everything in one line."""
    share = report.share
    parts = f"{share.seen:,} of {share.total:,}"
    return (
        f"Rule coverage {percent(share)}: {parts} seen"
        f" ({what}: {len(report.runs):,}, scans: {report.scans:,})"
    )


def coverage_tables(report: CoverageReport) -> list[Table]:
    """Return the shares by kind of entry, and what is left untested."""
    return [_by_kind(report), _not_seen(report)]


def percent(share: Share) -> str:
    """Return the share in percent, cut and not rounded: 100 % means everything."""
    tenths = 1000 * share.seen // share.total if share.total else 1000
    return f"{tenths // 10}.{tenths % 10} %"


def missing(branch: Branch) -> list[Mark]:
    """Return what could be seen of a branch and was not."""
    return [mark for mark in branch.marks if mark.counts and not mark.seen]


def _by_kind(report: CoverageReport) -> Table:
    rows = []
    for kind in Kind:
        entries = [entry for entry in report.entries if entry.kind is kind]
        if entries:
            share = share_of(mark for entry in entries for mark in entry.marks)
            whole = sum(not any(map(missing, entry.branches)) for entry in entries)
            rows.append((f"{kind.value}s", f"{whole} of {len(entries)}", *_figures(share)))
    return Table("By kind", ("", "complete", "seen", "of", ""), tuple(rows))


def _figures(share: Share) -> tuple[str, str, str]:
    return f"{share.seen:,}", f"{share.total:,}", percent(share)


def _not_seen(report: CoverageReport) -> Table:
    rows = list(_rows(report.entries))
    rows.sort(key=lambda row: (row[0].file, row[0].line, row[0].column))
    shown = tuple((f"{place.file}:{place.line}", *texts) for place, *texts in rows[:MOST_ROWS])
    left_out = len(rows) - len(shown)
    note = f"and {left_out:,} more; the page of --coverage-html has all of them" if left_out else ""
    heads = ("place", "of", "branch", "never seen")
    return Table("Not seen yet", heads, shown, note=note, left=frozenset(range(4)))


def _rows(entries: Iterable[Entry]) -> Iterator[tuple[Position, str, str, str]]:
    for entry in entries:
        for branch in entry.branches:
            lacks = missing(branch)
            if lacks:
                words = ", ".join(mark.outcome.value for mark in lacks)
                yield branch.position, entry.name, described(branch), words


def described(branch: Branch) -> str:
    """Return a branch in few words; what the text does not tell, its role does."""
    text = branch.text if len(branch.text) <= _TEXT else f"{branch.text[: _TEXT - 1]}…"
    return f"{branch.role.value} {text}" if branch.role in _TOLD else text
