"""Readings to samples: staleness, sums, ranges, stretches."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from adapters.recordings.combine import added, held, stretches, to_samples
from adapters.recordings.data import PointInfo, Span
from adapters.recordings.findings import Findings
from adapters.recordings.readings import Reading
from engine.language.position import Position
from engine.values.fact import Quality

GOOD, STALE, BAD, MISSING = Quality.GOOD, Quality.STALE, Quality.BAD, Quality.MISSING


def test_a_value_goes_stale_when_nothing_follows_in_time() -> None:
    readings: list[Reading] = [(0, 1.0, GOOD), (10, 2.0, GOOD), (30, 3.0, GOOD)]
    assert list(held(readings, 10)) == [
        (0, 1.0, GOOD),
        (10, 2.0, GOOD),
        (20, None, STALE),
        (30, 3.0, GOOD),
        (40, None, STALE),
    ]
    assert list(held(readings, None)) == readings


def test_what_has_no_value_does_not_go_stale() -> None:
    readings: list[Reading] = [(0, None, MISSING), (50, None, BAD)]
    assert list(held(readings, 10)) == readings


def test_columns_of_one_point_are_added_and_as_good_as_the_worst() -> None:
    one: list[Reading] = [(0, 5.0, GOOD), (20, None, MISSING), (30, 1.0, GOOD)]
    other: list[Reading] = [(0, -2.0, GOOD), (10, -3.0, GOOD), (30, None, BAD)]
    assert list(added([one, other])) == [
        (0, 3.0, GOOD),
        (10, 2.0, GOOD),
        (20, None, MISSING),
        (30, None, BAD),
    ]
    assert list(added([one])) == one
    assert list(added([[], []])) == []


def test_a_part_that_has_not_spoken_yet_is_missing() -> None:
    assert list(added([[(0, 1.0, GOOD)], [(5, 1.0, GOOD)]])) == [
        (0, None, MISSING),
        (5, 2.0, GOOD),
    ]


def test_values_outside_the_declared_range_are_bad_and_counted() -> None:
    findings = Findings()
    info = PointInfo("load", unit="W", low=0, high=10)
    readings: list[Reading] = [(0, -1.0, GOOD), (1, 0.0, GOOD), (2, 10.5, GOOD), (3, None, STALE)]
    samples = list(to_samples(readings, info, lambda at: Position("a", at + 2, 1), findings))
    assert [sample[2:] for sample in samples] == [
        (None, BAD),
        (0.0, GOOD),
        (None, BAD),
        (None, STALE),
    ]
    (problem,) = findings.problems()
    assert problem.message == "`load` is -1 W at 1970-01-01T00:00:00Z; BAD (the first of 2)"
    assert (problem.help, problem.position.line) == ("its range is 0 to 10 W", 2)


def test_a_gap_longer_than_the_hold_ends_a_stretch() -> None:
    times = [0, 10, 20, 100, 110]
    assert stretches(times, 10, 10) == [Span(0, 30), Span(100, 120)]
    assert stretches(times, None, 0) == [Span(0, 110)]
    assert stretches([5], 10, 0) == [Span(5, 5)]
    assert stretches([], 10, 10) == []


@given(st.lists(st.integers(0, 1000), min_size=1), st.integers(1, 100))
def test_stretches_cover_every_moment_and_never_touch(times: list[int], hold_ms: int) -> None:
    spans = stretches(times, hold_ms, hold_ms)
    assert all(sum(s.start_ms <= at < s.end_ms for s in spans) == 1 for at in times)
    assert all(a.end_ms < b.start_ms for a, b in pairwise(spans))
