"""The alarm book: what is wrong, since when, and who has seen it.

In this file: what becomes of an alarm, and nothing else changes that.

    an alarm is                    it comes        it goes          a person acknowledges
    not in the book                active, new     -                refused: no such alarm
    active, not acknowledged       active          over, waiting    active, acknowledged
    active, acknowledged           active          forgotten        refused: done already
    over, waiting for a person     active, new     over, waiting    forgotten

A trip and its latch are one alarm: it goes when the trip is reset. An acknowledgement says that
somebody knows. It releases nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.control.decision import Alarm, AlarmKind

WAITING_MAX = 200
"""So many alarms that are over may wait for a person; then the oldest are forgotten."""
_ANSWERED = frozenset({AlarmKind.RESET_REFUSED, AlarmKind.OVERRIDE_REFUSED})
"""Whoever asked was answered; when they are over they wait for nobody."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One alarm in the book. Times are Unix seconds; `acknowledged_s` is 0 until somebody did.

    `count` is how often it came since it was last new.
    """

    kind: AlarmKind
    subject: str
    text: str
    since_s: float
    active: bool = True
    by: str = ""
    acknowledged_s: float = 0.0
    count: int = 1

    @property
    def alarm(self) -> Alarm:
        """The alarm as the scan told it."""
        return Alarm(self.kind, self.subject, self.text)

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others, whatever its text."""
        return _key(self.kind, self.subject)


def _key(kind: AlarmKind, subject: str) -> tuple[str, str]:
    latched = AlarmKind.TRIPPED if kind is AlarmKind.LATCHED else kind
    return latched.value, subject


class AlarmBook:
    """Hears of every scan's alarms."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        """Begin with what was kept; all of it counts as over until a scan says otherwise."""
        self._entries: dict[tuple[str, str], Entry] = {
            entry.key: replace(entry, active=False) for entry in entries
        }
        self._heard: tuple[Alarm, ...] | None = None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All that is in the book, in the order in which it came."""
        return tuple(self._entries.values())

    def hear(self, alarms: tuple[Alarm, ...], wall_s: float) -> bool:
        """Take in one scan's alarms; tell whether the book has changed."""
        if alarms == self._heard:
            return False
        self._heard = alarms
        before = dict(self._entries)
        standing = {_key(alarm.kind, alarm.subject): alarm for alarm in alarms}
        for key, alarm in standing.items():
            self._entries[key] = _come(self._entries.get(key), alarm, wall_s)
        for key in [key for key in self._entries if key not in standing]:
            entry = self._entries[key]
            if entry.by or entry.kind in _ANSWERED:
                del self._entries[key]
            else:
                self._entries[key] = replace(entry, active=False)
        waiting = [key for key, entry in self._entries.items() if not entry.active]
        for key in waiting[: max(0, len(waiting) - WAITING_MAX)]:
            del self._entries[key]
        return self._entries != before

    def acknowledge(self, subject: str, by: str, wall_s: float) -> tuple[Entry, ...]:
        """Note that a person has seen what is about `subject`; returns the entries meant."""
        found = []
        for key, entry in list(self._entries.items()):
            if entry.subject != subject or entry.by:
                continue
            seen = replace(entry, by=by, acknowledged_s=wall_s)
            found.append(seen)
            if entry.active:
                self._entries[key] = seen
            else:
                del self._entries[key]
        return tuple(found)


def _come(known: Entry | None, alarm: Alarm, wall_s: float) -> Entry:
    if known is None:
        return Entry(alarm.kind, alarm.subject, alarm.text, wall_s)
    if known.active or known.by:
        # The same alarm, or one that lasted through a restart: who has seen it has seen it.
        return replace(known, kind=alarm.kind, text=alarm.text, active=True)
    return replace(known, kind=alarm.kind, text=alarm.text, active=True, count=known.count + 1)
