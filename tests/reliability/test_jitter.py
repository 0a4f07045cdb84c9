"""P10: how lateness is counted, and the small run of `jitter`. How late is for a quiet machine."""

import math

import pytest

from tests.reliability.jitter import PERIOD_S, Start, judged, lateness_s, quantile
from tests.reliability.running import ran

SCANS = 2_000


def starts(late_s: dict[int, float], waited_s: float = 0.0) -> list[Start]:
    """Return scans on their grid, in whole milliseconds, but those that are late."""
    found = []
    for number in range(SCANS + 1):
        at_s = 7.0004 + number * PERIOD_S + late_s.get(number, 0.0)
        found.append(Start(math.floor(at_s * 1000) / 1000, number * waited_s))
    return found


@pytest.mark.parametrize(
    ("late_s", "kept"),
    [
        ({}, True),
        (dict.fromkeys((5, 900), 0.2), True),
        (dict.fromkeys((5, 900, 901), 0.2), False),
        (dict.fromkeys(range(1, SCANS), 0.04), True),
        (dict.fromkeys(range(1, SCANS), 0.06), False),
    ],
    ids=["on time", "one in a thousand", "one more", "a little", "too late"],
)
def test_p10_one_scan_in_a_thousand_may_begin_late(late_s: dict[int, float], kept: bool) -> None:
    assert judged(starts(late_s), PERIOD_S, 0, 1).kept is kept


def test_p10_a_scan_that_never_came_is_later_than_any() -> None:
    gone = [each for number, each in enumerate(starts({})) if number not in {7, 8, 400}]
    late_s = lateness_s(gone, PERIOD_S)
    assert len(late_s) == SCANS
    assert late_s.count(math.inf) == 3
    assert "p99.9 begins more than a period late" in judged(gone, PERIOD_S, 0, 1).figure


def test_p10_the_wait_for_a_core_is_told_apart() -> None:
    found = starts(dict.fromkeys(range(1, SCANS), 0.06), waited_s=0.05)
    assert quantile(lateness_s(found, PERIOD_S), 0.999) == pytest.approx(0.06, abs=0.0011)
    own_s = quantile(lateness_s(found, PERIOD_S, without_waiting=True), 0.999)
    assert own_s == pytest.approx(0.01, abs=0.0011)


@pytest.mark.parametrize(("waited_s", "late_s"), [(0.0, 0.5), (0.3, 0.2), (0.6, 0.0)])
def test_p10_a_scan_that_never_came_may_have_waited_for_a_core(
    waited_s: float, late_s: float
) -> None:
    found = [Start(1.0, 0.0), Start(1.5, 0.0), Start(2.5, waited_s), Start(3.0, waited_s)]
    own_s = lateness_s(found, PERIOD_S, without_waiting=True)
    assert own_s == pytest.approx([0.0, 0.0, late_s, 0.0])


def test_p10_scans_are_seen_while_the_broker_is_flooded() -> None:
    _, told = ran("jitter", "--scans", "40", "--period-ms", "100")
    assert "40 scans of 100 ms under " in told, told
    assert " under 0 messages" not in told
