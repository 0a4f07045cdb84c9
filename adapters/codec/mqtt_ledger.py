"""Which requests were heard already, and how often people ask: replays and floods end here. Pure.

Time is an argument. A request whose id is known is refused as long as its first copy was valid; the
book is bounded, and while it is full of valid ids it takes no more. Ids are kept as short digests,
so that a full book is small on the disk.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

IDS_MAX = 1000
SETPOINT_REST_S = 1.0
"""A setpoint is taken at most that often."""
BURST_MAX = 20
BURST_S = 10.0
"""At most so many requests in so many seconds, all together."""


@dataclass(slots=True)
class Ledger:
    """The requests of the last day."""

    _until_s: dict[str, float] = field(default_factory=dict)
    _taken_s: dict[str, float] = field(default_factory=dict)
    _recent_s: list[float] = field(default_factory=list)

    def objection(self, request_id: str, setpoint: str, now_s: float) -> str:
        """Return why a request of that id must not be taken at Unix time `now_s`, else nothing.

        `setpoint` names the setpoint that it sets, if it sets one.
        """
        if self._until_s.get(_digest(request_id), now_s) > now_s:
            return "a request of this id was heard already"
        self._recent_s = [at for at in self._recent_s if 0 <= now_s - at < BURST_S]
        if len(self._recent_s) >= BURST_MAX:
            return f"more than {BURST_MAX} requests in {BURST_S:g} s"
        if (
            setpoint
            and 0 <= now_s - self._taken_s.get(setpoint, -SETPOINT_REST_S) < SETPOINT_REST_S
        ):
            return f"a setpoint is taken once in {SETPOINT_REST_S:g} s"
        if sum(at_s > now_s for at_s in self._until_s.values()) >= IDS_MAX:
            return f"{IDS_MAX} requests are standing"
        return ""

    def enter(self, request_id: str, setpoint: str, until_s: float, now_s: float) -> None:
        """Remember a request that was taken, or that was refused for what it asks."""
        self._until_s = {key: at_s for key, at_s in self._until_s.items() if at_s > now_s}
        self._until_s[_digest(request_id)] = until_s
        self._recent_s.append(now_s)
        if setpoint:
            self._taken_s[setpoint] = now_s

    def retained(self) -> dict[str, float]:
        """Return the requests to know after a restart: digests of ids, and until when."""
        return dict(self._until_s)

    def restore(self, retained: object) -> None:
        """Take what `retained` returned before a restart; what is nonsense is ignored."""
        for key, until_s in retained.items() if isinstance(retained, Mapping) else ():
            number = isinstance(until_s, int | float) and not isinstance(until_s, bool)
            if isinstance(key, str) and number and math.isfinite(until_s):
                if len(self._until_s) >= IDS_MAX:
                    return
                self._until_s[key] = float(until_s)


def _digest(request_id: str) -> str:
    return blake2b(request_id.encode(), digest_size=8).hexdigest()
