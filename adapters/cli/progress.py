"""A progress bar on the error stream, on a terminal only."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from adapters.cli.terminal import is_colourful
from engine.control.scan import Scan


class Advance(Protocol):
    """Whoever is told how many scans are done."""

    def __call__(self, scans: int) -> None:
        """Hear how many scans are done altogether."""
        ...


def _silent(scans: int) -> None:
    del scans


@contextmanager
def progress(what: str, total: int) -> Iterator[Advance]:
    """Show how far a run of `total` scans is, and how long it will still take."""
    if not is_colourful(sys.stderr):
        yield _silent
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import, and only for terminals
    from rich.progress import (  # noqa: PLC0415 - same
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("scans"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda scans: bar.update(task, completed=scans)


class Ticker:
    """Takes in scans only to say every now and then how many there were."""

    EVERY = 2_000

    def __init__(self, advance: Advance) -> None:
        """Tell `advance`."""
        self._advance = advance
        self._scans = 0

    def add(self, at_ms: int, scan: Scan) -> None:
        """Count one scan."""
        del at_ms, scan
        self._scans += 1
        if not self._scans % self.EVERY:
            self._advance(self._scans)

    def pause(self, end_ms: int) -> None:
        """Say how many there are."""
        del end_ms
        self._advance(self._scans)
