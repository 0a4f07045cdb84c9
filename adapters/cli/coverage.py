"""Rule coverage on the command line: what its options ask for, and what comes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from engine.control.program import Program
    from engine.control.scan import Scan
    from engine.workshop.coverage_report import CoverageReport
    from engine.workshop.rule_coverage import Coverage

_QUARTER_MS = 900_000
"""Midnight falls on a quarter of an hour in every time zone."""


@dataclass(frozen=True, slots=True)
class CoverageWishes:
    """What to tell of rule coverage; `threshold` in percent, None: any share will do."""

    show: bool = False
    page: Path | None = None
    threshold: float | None = None

    @property
    def wanted(self) -> bool:
        """Tell whether anybody asks for it."""
        return self.show or self.page is not None or self.threshold is not None


def coverage_wishes(show: bool, page: Path | None, threshold: float | None) -> CoverageWishes:
    """Return the wishes; refuse a folder of the page that is a file."""
    if page is not None and page.exists() and not page.is_dir():
        message = f"{page} is a file; the page goes into a folder"
        raise typer.BadParameter(message, param_hint="--coverage-html")
    return CoverageWishes(show, page, threshold)


@dataclass(slots=True)
class Covering:
    """Collects the coverage of one or more folders of rules, and tells it as one."""

    wishes: CoverageWishes
    what: str
    """The plural of what is run, such as `scenarios`."""
    sources: dict[str, str] = field(default_factory=dict)
    collected: list["Coverage"] = field(default_factory=list)

    def begin(self, program: "Program", sources: Mapping[str, str]) -> "Coverage":
        """Return a new collection for a program; `sources` are the texts of its rule files."""
        from engine.workshop.rule_coverage import Coverage  # noqa: PLC0415 - rarely asked for

        self.sources.update(sources)
        self.collected.append(Coverage(program))
        return self.collected[-1]

    def report(self) -> "CoverageReport":
        """Return everything that was seen."""
        from engine.workshop.coverage_report import together  # noqa: PLC0415 - rarely asked for

        return together(coverage.report() for coverage in self.collected)

    def tell(self, report: "CoverageReport", title: str, *, quiet: bool, colour: bool) -> bool:
        """Print and write what is wanted; return whether the threshold is reached.

        `quiet` keeps the standard output for programs: what was missed goes to the error stream.
        """
        from adapters.cli import coverage_view  # noqa: PLC0415 - rarely asked for

        if self.wishes.page is not None:
            from adapters.cli.coverage_html import write_coverage_page  # noqa: PLC0415 - for a page

            write_coverage_page(self.wishes.page, report, self.sources, title, self.what)
        threshold = self.wishes.threshold
        reached = threshold is None or report.share.reaches(threshold)
        if not quiet:
            tables = coverage_view.coverage_tables(report)
            shown = tables if self.wishes.show else [] if reached else tables[1:]
            coverage_view.show_coverage(report, self.what, shown, colour=colour)
        if not reached:
            share = coverage_view.percent(report.share)
            message = f"thermiq: rule coverage is {share}, below the {threshold:g} % asked for"
            typer.echo(message, err=True)
        return reached


class CoverageSink:
    """Hears of the scans of a recording; its runs are the local days."""

    def __init__(self, coverage: "Coverage", zone: tzinfo) -> None:
        """Begin before the first day."""
        self._coverage = coverage
        self._zone = zone
        self._day = ""
        self._until_ms = -1

    def add(self, at_ms: int, scan: "Scan") -> None:
        """Take in one scan."""
        if at_ms >= self._until_ms:
            self._until_ms = (at_ms // _QUARTER_MS + 1) * _QUARTER_MS
            self._day = datetime.fromtimestamp(at_ms / 1000, self._zone).date().isoformat()
        self._coverage.see(scan.trace, self._day)

    def pause(self, end_ms: int) -> None:
        """Hear of a gap, which shows nothing."""


def rule_texts(rules: Path) -> dict[str, str]:
    """Return the texts of rule files by the names that positions carry."""
    from adapters.files import read_rules  # noqa: PLC0415 - for a page only
    from engine.language.source import read_text  # noqa: PLC0415 - same

    return {name: read_text(name, content)[0] for name, content in read_rules(rules).files.items()}


def titled(folders: Iterable[Path]) -> str:
    """Return the title of a page about rules."""
    return f"Rule coverage of {', '.join(str(folder) for folder in folders)}"
