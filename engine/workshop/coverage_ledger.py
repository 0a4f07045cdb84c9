"""In how many scans of which run each mark was seen, written down only when something changes."""

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

KEYS_MAX = 4_096
"""What one stretch counts apart before it is entered into the ledger."""

Key = TypeVar("Key", bound=Hashable)


class Ledger:
    """The scans of every mark by run, in the order in which runs began."""

    def __init__(self, count: int) -> None:
        """Begin with nothing seen of `count` marks."""
        self._seen: list[dict[str, int]] = [{} for _ in range(count)]
        self.run = ""

    def enter(self, marks: Iterable[int], scans: int) -> None:
        """Add scans of the present run to some marks."""
        for number in marks:
            seen = self._seen[number]
            seen[self.run] = seen.get(self.run, 0) + scans

    def seen(self, mark: int) -> tuple[tuple[str, int], ...]:
        """Return where a mark was seen, and in how many scans."""
        return tuple(self._seen[mark].items())


class Stretch(Generic[Key]):
    """What stands unchanged from scan to scan; `marks` tells which marks it shows."""

    def __init__(self, ledger: Ledger, marks: Callable[[Key], Iterable[int]]) -> None:
        """Begin with nothing standing."""
        self._ledger = ledger
        self._marks = marks
        self._key: Key | None = None
        self._since = 0
        self._counts: dict[Key, int] = {}

    def stand(self, key: Key, scan: int) -> None:
        """Note that from this scan on `key` stands."""
        if key != self._key:
            self._close(scan)
            self._key, self._since = key, scan

    def end(self, scan: int) -> None:
        """Enter everything before this scan into the ledger; nothing stands any more."""
        self._close(scan)
        self._key = None
        self._enter()

    def _close(self, scan: int) -> None:
        if self._key is None:
            return
        if len(self._counts) >= KEYS_MAX:
            self._enter()
        self._counts[self._key] = self._counts.get(self._key, 0) + scan - self._since

    def _enter(self) -> None:
        for key, scans in self._counts.items():
            self._ledger.enter(self._marks(key), scans)
        self._counts.clear()
