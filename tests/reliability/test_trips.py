"""P1 in small: every trip stops everything that can hear, whatever else fails; not how soon."""

import asyncio
import math

from tests.reliability.trips import FAULTS, RULES, measure

TRIPS, BLOCK = 500, 21
"""So many, in blocks that take turns: what fails is another thing after each."""


def test_f51_f70_every_trip_is_heard_by_all_whose_link_is_in_order() -> None:
    found = asyncio.run(measure(TRIPS, seed=1, block=BLOCK))
    assert len(found) == TRIPS >= BLOCK * len(FAULTS)
    assert all(math.isfinite(stop.whole_s) for _, stop in found), found


def test_f70_sabotage_a_trip_that_forgets_a_miner_is_found() -> None:
    forgetful = RULES.replace("      miner2.power_target: 0 W\n", "")
    assert forgetful != RULES
    ((_, stop),) = asyncio.run(measure(1, seed=1, rules=forgetful))
    assert math.isinf(stop.paused_s)
    assert math.isfinite(stop.written_s)
