"""What scenarios showed of a rulebook and what they left untested, as frozen data.

A *mark* is one thing that can be seen happening: a comparison being UNKNOWN, a rule being
overruled. What counts, and what never has to be seen, is defined in docs/coverage.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from engine.language.position import Position

SCHEMA = "thermiq.coverage/1"
"""Goes up when the meaning of a field changes; docs/coverage.md describes them."""


class Kind(Enum):
    """What an entry of the rule files is."""

    SIGNAL = "signal"
    CONDITION = "condition"
    RULE = "rule"
    TRIP = "trip"
    INTERLOCK = "interlock"
    PERMISSIVE = "permissive"


class Role(Enum):
    """What part of an entry a branch is."""

    TRUTH = "truth"
    """A condition or a part of one."""
    TIMES = "times"
    """The memory of a condition: `until`, `for`, `hold`, `rest`."""
    ARM = "arm"
    """One of the values between which `min`, `max` or `clamp` chooses."""
    PROPOSAL = "proposal"
    LIMIT = "limit"
    FORCE = "force"
    LATCH = "latch"
    START = "start"
    """What a permissive permits."""


class Outcome(Enum):
    """What can be seen of a branch. The first three are truths, in the order of their marks."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    """`for` runs: it is so, but not yet long enough."""
    KEPT = "kept"
    """`until` keeps it TRUE although `when` is no longer."""
    HELD = "held"
    """`hold` keeps it TRUE although it has ended."""
    RESTING = "resting"
    """`rest` keeps it FALSE although it is so again."""
    RELEASED = "released"
    """It was TRUE and became FALSE."""
    CHOSEN = "chosen"
    DECIDED = "decided"
    """The rule's proposal won."""
    OVERRULED = "overruled"
    HELD_BACK = "held back"
    """An output got another value than was wanted."""
    LATCHED = "latched"
    """The cause of a trip is gone, and it still forces."""
    RESET = "reset"
    REFUSED = "refused"
    GRANTED = "granted"
    """The output started, and the permissive was TRUE."""


TRUTHS = (Outcome.TRUE, Outcome.FALSE, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Mark:
    """One outcome of a branch. `seen_in` is where it was seen, and in how many scans.

    `never` says why it cannot be seen, so that it does not count; "" if it can.
    """

    outcome: Outcome
    seen_in: tuple[tuple[str, int], ...]
    never: str = ""

    @property
    def seen(self) -> bool:
        """Tell whether it was seen at all."""
        return bool(self.seen_in)

    @property
    def counts(self) -> bool:
        """Tell whether it belongs to what should be seen."""
        return self.seen or not self.never

    @property
    def scans(self) -> int:
        """In how many scans it was seen."""
        return sum(scans for _, scans in self.seen_in)


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of an entry with everything that can be seen of it; `depth` is 0 for a whole."""

    role: Role
    text: str
    position: Position
    depth: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A signal, condition, rule, trip, interlock or permissive, and its branches."""

    kind: Kind
    name: str
    position: Position
    branches: tuple[Branch, ...]

    @property
    def marks(self) -> Iterator[Mark]:
        """All marks of all branches."""
        return (mark for branch in self.branches for mark in branch.marks)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    seen: int
    total: int

    @property
    def percent(self) -> float:
        """The share in percent; 100 if there is nothing to see."""
        return 100.0 * self.seen / self.total if self.total else 100.0

    def reaches(self, percent: float) -> bool:
        """Tell whether the share is at least so much."""
        return 100.0 * self.seen >= percent * self.total


def share_of(marks: Iterable[Mark]) -> Share:
    """Return how many of the marks that count were seen."""
    counting = [mark.seen for mark in marks if mark.counts]
    return Share(sum(counting), len(counting))


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """Everything that was seen. `runs` are the places of `see` with their number of scans."""

    entries: tuple[Entry, ...]
    runs: tuple[tuple[str, int], ...]

    @property
    def share(self) -> Share:
        """The share of everything."""
        return share_of(mark for entry in self.entries for mark in entry.marks)

    @property
    def scans(self) -> int:
        """How many scans were looked at."""
        return sum(scans for _, scans in self.runs)


def together(reports: Iterable[CoverageReport]) -> CoverageReport:
    """Return the reports of several rulebooks as one; runs keep their names."""
    found = list(reports)
    return CoverageReport(
        tuple(entry for report in found for entry in report.entries),
        tuple(run for report in found for run in report.runs),
    )


def as_plain(report: CoverageReport) -> dict[str, object]:
    """Return the report as JSON can say it."""
    return {
        "schema": SCHEMA,
        **_share(report.share),
        "scans": report.scans,
        "runs": [{"name": name, "scans": scans} for name, scans in report.runs],
        "entries": [_entry(entry) for entry in report.entries],
    }


def _share(share: Share) -> dict[str, object]:
    return {"seen": share.seen, "total": share.total, "percent": round(share.percent, 3)}


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "kind": entry.kind.value,
        "name": entry.name,
        **_place(entry.position),
        **_share(share_of(entry.marks)),
        "branches": [_branch(branch) for branch in entry.branches],
    }


def _branch(branch: Branch) -> dict[str, object]:
    return {
        "role": branch.role.value,
        "text": branch.text,
        **_place(branch.position),
        "marks": {mark.outcome.value: _mark(mark) for mark in branch.marks},
    }


def _mark(mark: Mark) -> dict[str, object]:
    told: dict[str, object] = {"scans": mark.scans, "seen_in": dict(mark.seen_in)}
    if not mark.counts:
        told["never"] = mark.never
    return told


def _place(position: Position) -> dict[str, object]:
    return {"file": position.file, "line": position.line, "column": position.column}
