"""Thousands of equal findings are one problem with a count."""

from adapters.recordings.findings import Findings, quoted
from engine.language.position import Position
from engine.language.problem import Problem, Severity


def test_equal_findings_are_counted_at_the_first_place() -> None:
    findings = Findings()
    for line in range(3, 1_003):
        findings.warn("bad", "load", f"line {line} is bad", Position("a.csv", line, 1))
    findings.warn("bad", "pv", "pv is bad", Position("a.csv", 2, 1), "look")
    first, second = findings.problems()
    assert (first.message, first.help, first.position.line) == ("pv is bad", "look", 2)
    assert second.message == "line 3 is bad (the first of 1,000)"
    assert not findings.failed


def test_one_error_is_enough_to_fail() -> None:
    findings = Findings()
    findings.add([Problem("no", Severity.ERROR, "no", Position("a.csv", 1, 1))])
    assert findings.failed


def test_long_texts_are_cut_and_lines_stay_one() -> None:
    assert quoted("a\nb") == "`a⏎b`"
    assert len(quoted("x" * 10_000)) == 42
