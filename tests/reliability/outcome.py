"""What a large run came to, as the line that docs/reliability.md takes over."""

import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.house.source import ROOT


@dataclass(frozen=True, slots=True)
class Outcome:
    """A figure that was seen. `seeds` is the first seed and the one after the last, if any."""

    promise: str
    """What is promised, as the table names it: `P3 kill -9 of the store`."""
    figure: str
    """What was counted, whole: `10000 kills, 0 latches lost`."""
    kept: bool
    seeds: tuple[int, int] | None = None


def line_of(outcome: Outcome, words: Sequence[str]) -> str:
    """Return a row of the table: promise, figure, command, date, commit, seeds."""
    figure = outcome.figure if outcome.kept else f"**not kept:** {outcome.figure}"
    seeds = "" if outcome.seeds is None else f", seeds {outcome.seeds[0]}…{outcome.seeds[1] - 1}"
    command = f"python -m tests.reliability {shlex.join(words)}"
    seen = f"{datetime.now(UTC):%Y-%m-%d}, {commit()}{seeds}"
    return f"| {outcome.promise} | {figure} | `{command}` | {seen} |"


def commit() -> str:
    """Return the commit that ran, with a plus if the program was edited since."""
    known = _git("rev-parse", "--short", "HEAD")
    if not known:
        return "no commit"
    return f"{known}+" if _git("status", "--porcelain", "--", "engine", "adapters") else known


def _git(*words: str) -> str:
    git = ["/usr/bin/env", "git", *words]
    done = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
