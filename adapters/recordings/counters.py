"""Cumulative energy counters to power."""

from collections.abc import Sequence
from itertools import pairwise

from adapters.recordings.findings import Findings, quoted
from adapters.recordings.mapping import Series
from adapters.recordings.moments import iso
from adapters.recordings.readings import Reading, tidy
from engine.values.fact import Quality

_RESET_BELOW = 0.9
"""A counter that falls below this part of its last reading began again; above it, it slipped.

The same line as Home Assistant draws for `total_increasing`.
"""
_MS_PER_HOUR = 3_600_000


def to_power(
    readings: Sequence[Reading],
    hold_ms: int | None,
    factor: float,
    series: Series,
    findings: Findings,
) -> list[Reading]:
    """Return the mean power, W times `factor`, from each reading (Wh) to the next one.

    The power stands from the earlier reading on, so that its sum over time is what the counter
    counted. It is MISSING where an end of the interval is missing or further away than `hold_ms`,
    and across a reset, for nobody knows what was counted before it; BAD where the counter slips
    back. Resets and slips are noted.
    """
    result: list[Reading] = []
    source = series.column.source
    for (start_ms, start, quality), (end_ms, end, end_quality) in pairwise(readings):
        if quality is not Quality.GOOD or end_quality is not Quality.GOOD:
            bad = Quality.BAD in (quality, end_quality)
            result.append((start_ms, None, Quality.BAD if bad else Quality.MISSING))
            continue
        assert isinstance(start, float)  # noqa: S101 - a counter is a number, or not GOOD
        assert isinstance(end, float)  # noqa: S101 - the same
        if end < start * _RESET_BELOW:
            message = f"the counter {quoted(source)} began again before {iso(end_ms)}"
            help_ = "the power of this interval is MISSING"
            findings.warn("import-counter-reset", source, message, series.place(0), help_)
            result.append((start_ms, None, Quality.MISSING))
        elif end < start:
            message = f"the counter {quoted(source)} runs backwards before {iso(end_ms)}; BAD"
            findings.warn("import-counter-backwards", source, message, series.place(0))
            result.append((start_ms, None, Quality.BAD))
        elif hold_ms is not None and end_ms - start_ms > hold_ms:
            result.append((start_ms, None, Quality.MISSING))
        else:
            power = (end - start) * _MS_PER_HOUR / (end_ms - start_ms)
            result.append((start_ms, tidy(power * factor), Quality.GOOD))
    if readings:
        result.append((readings[-1][0], None, Quality.MISSING))
    return result
