"""Rule coverage on a terminal."""

import pytest

from adapters.cli.coverage_view import MOST_ROWS, coverage_tables, described, headline, percent
from adapters.cli.tables import plain
from engine.language.position import Position
from engine.workshop.coverage_report import (
    Branch,
    CoverageReport,
    Entry,
    Kind,
    Mark,
    Outcome,
    Role,
    Share,
)

SEEN = Mark(Outcome.TRUE, (("one", 3),))
UNSEEN = Mark(Outcome.UNKNOWN, ())
NEVER = Mark(Outcome.FALSE, (), "no way")


def _entry(line: int, *marks: Mark, kind: Kind = Kind.RULE) -> Entry:
    place = Position("r.yaml", line, 3, 9)
    return Entry(kind, f"e{line}", place, (Branch(Role.TRUTH, "x > 1 W", place, 0, marks),))


def test_what_was_not_seen_is_listed_by_place() -> None:
    entries = (_entry(9, SEEN, UNSEEN, NEVER), _entry(2, UNSEEN, kind=Kind.TRIP), _entry(1, SEEN))
    report = CoverageReport(entries, (("one", 3),))
    assert headline(report, "scenarios") == (
        "Rule coverage 50.0 %: 2 of 4 seen (scenarios: 1, scans: 3)"
    )
    by_kind, not_seen = coverage_tables(report)
    assert plain(by_kind).split("\n") == [
        "By kind",
        "         complete  seen  of",
        "  rules    1 of 2     2   3  66.6 %",
        "  trips    0 of 1     0   1   0.0 %",
    ]
    assert plain(not_seen).split("\n") == [
        "Not seen yet",
        "  place     of  branch   never seen",
        "  r.yaml:2  e2  x > 1 W  unknown",
        "  r.yaml:9  e9  x > 1 W  unknown",
    ]


def test_a_long_list_is_cut_and_says_so() -> None:
    report = CoverageReport(tuple(_entry(line, UNSEEN) for line in range(1, MOST_ROWS + 6)), ())
    table = coverage_tables(report)[1]
    assert len(table.rows) == MOST_ROWS
    assert table.note.startswith("and 5 more")


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Share(9_499, 10_000), "94.9 %"),
        (Share(9_999, 10_000), "99.9 %"),
        (Share(3, 3), "100.0 %"),
        (Share(0, 0), "100.0 %"),
    ],
)
def test_a_share_is_cut_so_that_only_everything_is_all(share: Share, text: str) -> None:
    assert percent(share) == text


def test_a_branch_that_is_no_condition_says_what_it_is() -> None:
    place = Position("r.yaml", 1, 1)
    assert described(Branch(Role.LATCH, "latch: yes", place, 0, ())) == "latch: yes"
    assert described(Branch(Role.PROPOSAL, "m: 1 kW", place, 0, ())) == "proposal m: 1 kW"
    assert described(Branch(Role.TRUTH, "x" * 99, place, 0, ())).endswith("…")
