"""The share of what was seen, and what JSON says of it."""

import json

import pytest

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
    as_plain,
    share_of,
)

SEEN = Mark(Outcome.TRUE, (("one", 3), ("two", 1)))
UNSEEN = Mark(Outcome.FALSE, ())
NEVER = Mark(Outcome.UNKNOWN, (), "no way")
SURPRISE = Mark(Outcome.UNKNOWN, (("one", 1),), "no way")


@pytest.mark.parametrize(
    ("marks", "share"),
    [
        ([SEEN, UNSEEN, NEVER], Share(1, 2)),
        ([SEEN, SURPRISE], Share(2, 2)),
        ([NEVER], Share(0, 0)),
    ],
)
def test_what_can_never_be_seen_counts_only_if_it_was(marks: list[Mark], share: Share) -> None:
    assert share_of(marks) == share


@pytest.mark.parametrize(
    ("share", "percent", "reached"),
    [
        (Share(19, 20), 95, True),
        (Share(9_499, 10_000), 95, False),
        (Share(0, 0), 100, True),
        (Share(0, 5), 0, True),
    ],
)
def test_a_threshold_is_reached_or_missed_exactly(
    share: Share, percent: float, reached: bool
) -> None:
    assert share.reaches(percent) is reached


def test_the_report_as_json() -> None:
    place = Position("r.yaml", 3, 5, 9)
    branch = Branch(Role.TRUTH, "a > 1 W", place, 0, (SEEN, UNSEEN, NEVER))
    report = CoverageReport((Entry(Kind.RULE, "r", place, (branch,)),), (("one", 7), ("two", 2)))
    where = {"file": "r.yaml", "line": 3, "column": 5}
    share = {"seen": 1, "total": 2, "percent": 50.0}
    assert json.loads(json.dumps(as_plain(report))) == {
        "schema": "thermiq.coverage/1",
        **share,
        "scans": 9,
        "runs": [{"name": "one", "scans": 7}, {"name": "two", "scans": 2}],
        "entries": [
            {
                "kind": "rule",
                "name": "r",
                **where,
                **share,
                "branches": [
                    {
                        "role": "truth",
                        "text": "a > 1 W",
                        **where,
                        "marks": {
                            "true": {"scans": 4, "seen_in": {"one": 3, "two": 1}},
                            "false": {"scans": 0, "seen_in": {}},
                            "unknown": {"scans": 0, "seen_in": {}, "never": "no way"},
                        },
                    }
                ],
            }
        ],
    }
