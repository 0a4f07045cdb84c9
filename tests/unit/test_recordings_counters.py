"""Energy counters to power: what the counter counted is what the power adds up to."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.recordings.counters import to_power
from adapters.recordings.findings import Findings
from adapters.recordings.mapping import ColumnMap, Series
from adapters.recordings.readings import Reading
from engine.language.position import NOWHERE
from engine.values.fact import Quality

HOUR_MS = 3_600_000
SERIES = Series(ColumnMap("meter", "load"), [], [], [], lambda _: NOWHERE)
GOOD, BAD, MISSING = Quality.GOOD, Quality.BAD, Quality.MISSING


def power(readings: list[Reading], hold_ms: int | None = None) -> tuple[list[Reading], list[str]]:
    findings = Findings()
    result = to_power(readings, hold_ms, 1.0, SERIES, findings)
    return result, [problem.code for problem in findings.problems()]


def hourly(*counts: float | None) -> list[Reading]:
    return [
        (i * HOUR_MS, count, MISSING if count is None else GOOD) for i, count in enumerate(counts)
    ]


def test_the_power_stands_from_the_reading_before() -> None:
    readings, codes = power(hourly(100.0, 2000.0, 2000.0))
    assert readings == [(0, 1900.0, GOOD), (HOUR_MS, 0.0, GOOD), (2 * HOUR_MS, None, MISSING)]
    assert codes == []


def test_a_missing_end_makes_the_interval_missing() -> None:
    readings, _ = power(hourly(1.0, None, 3.0, 4.0))
    assert [quality for _, _, quality in readings] == [MISSING, MISSING, GOOD, MISSING]


def test_an_interval_longer_than_the_hold_is_missing() -> None:
    assert power(hourly(1.0, 2.0), HOUR_MS)[0][0] == (0, 1.0, GOOD)
    assert power(hourly(1.0, 2.0), HOUR_MS - 1)[0][0] == (0, None, MISSING)


def test_a_reset_is_told_and_nothing_is_made_up() -> None:
    readings, codes = power(hourly(78_000.0, 30.0, 60.0))
    assert readings[0] == (0, None, MISSING)
    assert readings[1] == (HOUR_MS, 30.0, GOOD)
    assert codes == ["import-counter-reset"]


def test_a_counter_that_slips_back_is_bad() -> None:
    readings, codes = power(hourly(1000.0, 999.0, 1000.0))
    assert [quality for _, _, quality in readings] == [BAD, GOOD, MISSING]
    assert codes == ["import-counter-backwards"]


def test_a_bad_end_makes_the_interval_bad() -> None:
    assert power([(0, 1.0, GOOD), (HOUR_MS, None, BAD)])[0][0] == (0, None, BAD)


def test_no_readings_no_power() -> None:
    assert power([]) == ([], [])


@given(st.lists(st.tuples(st.integers(1, HOUR_MS), st.floats(0, 1e5)), min_size=1, max_size=20))
def test_the_power_adds_up_to_what_was_counted(steps: list[tuple[int, float]]) -> None:
    at_ms, count = 0, 0.0
    readings: list[Reading] = [(0, 0.0, GOOD)]
    for after_ms, more in steps:
        at_ms, count = at_ms + after_ms, count + more
        readings.append((at_ms, count, GOOD))
    powers, _ = power(readings)
    energy_wh = sum(
        value * (later[0] - at) / HOUR_MS
        for (at, value, _), later in pairwise(powers)
        if isinstance(value, float)
    )
    assert energy_wh == pytest.approx(count, rel=1e-9, abs=1e-9)
