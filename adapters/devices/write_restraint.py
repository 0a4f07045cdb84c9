"""How often a device's settings may be written: they wear a memory that nobody warrants.

In this file: when a write is held back. Deye names no endurance, so a write happens on change only,
each register rests between writes, and a day has a budget. The way back to rest (the *normal*
value) is not held back, unless the very same write was just made and did not last.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

DAY_S = 86_400


@dataclass(slots=True)
class WriteRestraint:
    """Counts writes; days are UTC days. What it hands out by `retained` survives a restart."""

    rest_s: float = 300.0
    """Between two writes of one register."""
    daily_budget: int = 200
    """Writes of one register each, in a day."""
    day: int = 0
    written_today: int = 0
    _last: dict[int, tuple[float, int]] = field(default_factory=dict)

    def held_back(
        self, words: Mapping[int, int], now_s: float, wall_s: float, *, to_rest: bool
    ) -> str:
        """Return why these registers are not to be written now, or nothing."""
        self._turn_day(wall_s)
        for address, word in words.items():
            at_s, last_word = self._last.get(address, (-self.rest_s, -1))
            left_s = at_s + self.rest_s - now_s
            if left_s > 0 and not (to_rest and word != last_word):
                return f"register {address} rests for another {left_s:.0f} s"
        repeated = any(
            self._last.get(address, (0, -1))[1] == word for address, word in words.items()
        )
        spent = self.written_today + len(words) > self.daily_budget
        if spent and (repeated or not to_rest):
            return f"{self.written_today} of {self.daily_budget} writes are spent today"
        return ""

    def note(self, words: Mapping[int, int], now_s: float, wall_s: float) -> None:
        """Count a write that is about to be made; whether it arrives is another matter."""
        self._turn_day(wall_s)
        self.written_today += len(words)
        for address, word in words.items():
            self._last[address] = (now_s, word)

    def let_repeat(self, words: Mapping[int, int]) -> None:
        """Let a write that nobody confirmed be made again without rest; it stays counted."""
        for address in words:
            self._last.pop(address, None)

    def retained(self) -> dict[str, int]:
        """Return what must survive a restart."""
        return {"day": self.day, "written_today": self.written_today}

    def restore(self, retained: object) -> None:
        """Go on counting where an earlier process stopped; nonsense is ignored."""
        if not isinstance(retained, Mapping):
            return
        day, written = retained.get("day"), retained.get("written_today")
        if isinstance(day, int) and isinstance(written, int) and written >= 0:
            self.day, self.written_today = day, written

    def _turn_day(self, wall_s: float) -> None:
        day = int(wall_s // DAY_S)
        if day > self.day:  # a clock set back does not give a second budget
            self.day, self.written_today = day, 0
