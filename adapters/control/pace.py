"""How often one peer may ask: enough for people and their programs, too little to hold up a scan.

A bucket a peer: it holds so many requests and fills again at a rate. Time is an argument.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field

LOOKS_A_SECOND, LOOKS_AT_ONCE = 20.0, 100.0
CHANGES_A_SECOND, CHANGES_AT_ONCE = 2.0, 20.0
"""Of everything that is more than looking, all peers of one name together."""
PEERS_MAX = 200
"""Names that are remembered; when there are more, the oldest begins anew."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at_s: float


@dataclass(slots=True)
class Pace:
    """The buckets of all peers."""

    _buckets: dict[Hashable, _Bucket] = field(default_factory=dict)

    def admits(self, name: str, now_s: float, *, changes: bool) -> bool:
        """Count a request of `name` at monotonic `now_s`, and tell whether it may be answered."""
        rate = CHANGES_A_SECOND if changes else LOOKS_A_SECOND
        most = CHANGES_AT_ONCE if changes else LOOKS_AT_ONCE
        key = (name, changes)
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= PEERS_MAX:
                del self._buckets[next(iter(self._buckets))]
            bucket = self._buckets[key] = _Bucket(most, now_s)
        bucket.left = min(most, bucket.left + (now_s - bucket.at_s) * rate)
        bucket.at_s = now_s
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True
