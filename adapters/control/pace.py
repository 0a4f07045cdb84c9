"""How often one peer may ask: enough for people and their programs, too little to hold up a scan.

A bucket a peer: it holds so many requests and fills again at a rate. Time is an argument.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field

LOOKS_A_SECOND, LOOKS_AT_ONCE = 5.0, 60.0
CHANGES_A_SECOND, CHANGES_AT_ONCE = 2.0, 20.0
"""Of everything that is more than looking, all peers of one name together."""
BYTES_A_SECOND, BYTES_AT_ONCE = 32_768.0, 262_144.0
"""Of one user of the machine, all connections together: what floods below any request is bytes."""
CONNECTION_BYTES = 8192.0
"""What a new connection counts for."""
WAIT_S_MAX = 10.0
"""Who has flooded is heard again after so long at the latest."""
PEERS_MAX = 200
"""Names that are remembered; when there are more, the oldest begins anew."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at_s: float


@dataclass(slots=True)
class Buckets:
    """A bucket for each key, the oldest forgotten when there are too many."""

    _of: dict[Hashable, _Bucket] = field(default_factory=dict)

    def take(
        self, key: Hashable, amount: float, now_s: float, *, rate: float, most: float
    ) -> float:
        """Take `amount` at monotonic `now_s`; return what is left, below 0 if it was not there.

        Each call is told the same `rate` and `most` for one key.
        """
        bucket = self._of.get(key)
        if bucket is None:
            if len(self._of) >= PEERS_MAX:
                del self._of[next(iter(self._of))]
            bucket = self._of[key] = _Bucket(most, now_s)
        bucket.left = min(most, bucket.left + (now_s - bucket.at_s) * rate) - amount
        bucket.at_s = now_s
        return bucket.left

    def give_back(self, key: Hashable, amount: float) -> None:
        """Put back what shall not count."""
        self._of[key].left += amount


@dataclass(slots=True)
class Pace:
    """How often each name asks."""

    _buckets: Buckets = field(default_factory=Buckets)

    def admits(self, name: str, now_s: float, *, changes: bool) -> bool:
        """Count a request of `name` at monotonic `now_s`, and tell whether it may be answered."""
        rate = CHANGES_A_SECOND if changes else LOOKS_A_SECOND
        most = CHANGES_AT_ONCE if changes else LOOKS_AT_ONCE
        key = (name, changes)
        if self._buckets.take(key, 1.0, now_s, rate=rate, most=most) >= 0:
            return True
        self._buckets.give_back(key, 1.0)
        return False


@dataclass(slots=True)
class Flow:
    """How many bytes each user sends."""

    _buckets: Buckets = field(default_factory=Buckets)

    def wait_s(self, user: int, size: float, now_s: float) -> float:
        """Count bytes of a user at monotonic `now_s`; return for how long to read no more."""
        left = self._buckets.take(user, size, now_s, rate=BYTES_A_SECOND, most=BYTES_AT_ONCE)
        wait_s = max(0.0, -left / BYTES_A_SECOND)
        if wait_s > WAIT_S_MAX:
            self._buckets.give_back(user, (wait_s - WAIT_S_MAX) * BYTES_A_SECOND)
        return min(wait_s, WAIT_S_MAX)
