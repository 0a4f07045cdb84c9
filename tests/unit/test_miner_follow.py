"""Off when off, near the target when on, and unknown when nobody knows."""

import pytest

from adapters.codec.miner_follow import Drawn, FollowRules, not_off, strays
from adapters.codec.miner_power import Standing, Strays

RULES = FollowRules()


@pytest.mark.parametrize(
    ("standing", "power_w", "off_for_s", "expected"),
    [
        (Standing.MINING, 3000, None, False),
        (Standing.MINING, 3000, 89, False),
        (Standing.MINING, 0, 90, True),
        (Standing.PAUSED, 300, 90, False),
        (Standing.PAUSED, 3000, 90, True),
        (Standing.SUSPENDED, 3000, 90, True),
        (Standing.DOWN, 15, 90, False),
        (Standing.PAUSED, None, 90, None),
        (Standing.UNKNOWN, 15, 90, None),
    ],
)
def test_not_off_asks_status_and_power_and_is_unknown_without_either(
    standing: Standing, power_w: float | None, off_for_s: float | None, expected: bool | None
) -> None:
    assert not_off(Drawn(standing, power_w), RULES, off_for_s) is expected


@pytest.mark.parametrize(
    ("power_w", "busy", "aimed_for_s", "expected"),
    [
        (3000, False, None, None),
        (3000, False, 899, None),
        (3000, False, 900, Strays.HIGH),
        (3000, True, 900, Strays.HIGH),
        (2290, False, 900, Strays.NOT),
        (1710, False, 900, Strays.NOT),
        (1600, False, 900, Strays.LOW),
        (1600, True, 900, None),
        (None, False, 900, None),
    ],
)
def test_power_astray_is_judged_after_due_time_and_low_is_excused_while_it_tunes(
    power_w: float | None, busy: bool, aimed_for_s: float | None, expected: Strays | None
) -> None:
    drawn = Drawn(Standing.MINING, power_w, 2000, busy)
    assert strays(drawn, RULES, aimed_for_s) is expected


def test_a_miner_that_does_not_mine_follows_no_target() -> None:
    assert strays(Drawn(Standing.PAUSED, 3000, 2000), RULES, 900) is None
    assert strays(Drawn(Standing.MINING, 3000, None), RULES, 900) is None
