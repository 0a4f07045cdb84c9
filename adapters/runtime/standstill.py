"""A standstill: no scan came for more than two periods, whatever held the process up.

In this file: what a standstill makes of what was known before it. Nothing else does.

    a point                                                  its value from before the standstill
    usual                                                    BAD until it is measured anew
    that may be 10 min old, after less than a tenth of that  stands: weather and prices keep

Commands have expired after one that was long enough (`gateway.COMMAND_LIFE_S`), and a kernel that
watches over outputs has set them to 0 before: whoever drives it says after how long (`Released`).
Then every output counts as having stood at failsafe since.

Values that waited in a socket meanwhile cannot be told from new ones; a device's own polling, and
`max_age`, see to the next.
"""

import math
from collections.abc import Iterable, Sequence

from engine.inference.image import ProcessImage
from engine.language.plant import Point
from engine.values.fact import Fact, Quality

PERIODS = 2
SHORTEST_S = 1.0
"""With short periods a busy machine is no standstill."""
LASTING_S = 600.0
SHARE = 10.0
TOLD_S = 60.0
"""For so long the alarm stands."""


def longest_gap_s(period_s: float) -> float:
    """Return how long scans may stay away."""
    return max(PERIODS * period_s, SHORTEST_S)


class Standstill:
    """Hears of every scan when it begins."""

    def __init__(self, longest_s: float) -> None:
        """More than `longest_s` from scan to scan is a standstill."""
        self.longest_s = longest_s
        self.count = 0
        self._last_s: float | None = None
        self._ended_s = -math.inf
        self._gone_s = 0.0

    def look(self, now_s: float) -> float:
        """Return for how long no scan came, 0 if that is usual; `now_s` is monotonic."""
        gone_s = 0.0 if self._last_s is None else now_s - self._last_s
        self._last_s = now_s
        if gone_s <= self.longest_s:
            return 0.0
        self.count += 1
        self._ended_s, self._gone_s = now_s, gone_s
        return gone_s

    @property
    def reason(self) -> str:
        """Why values are BAD after it."""
        return f"measured before no scan came for {self._gone_s:.1f} s"

    def why(self, now_s: float) -> str:
        """Return the alarm's text at monotonic `now_s`, empty if there is none."""
        if now_s - self._ended_s > TOLD_S:
            return ""
        return f"no scan came for {self._gone_s:.1f} s: something held the controller up"

    def spoilt(
        self, points: Sequence[Point], image: ProcessImage, facts: Iterable[Fact], now_s: float
    ) -> list[Fact]:
        """Return that is BAD what was measured before the standstill and not since."""
        since_s = now_s - self.longest_s
        known = dict(zip((point.name for point in points), image.measured_at_s, strict=True))
        known |= {fact.point: fact.measured_at_s for fact in facts}
        return [
            Fact(point.name, None, Quality.BAD, since_s)
            for point in points
            if -math.inf < known[point.name] < since_s and not self._lasts(point)
        ]

    def _lasts(self, point: Point) -> bool:
        return point.max_age_s >= LASTING_S and self._gone_s * SHARE < point.max_age_s
