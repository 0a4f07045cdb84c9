"""What the journal is told of scans: everything that comes or goes between one and the next.

in the alarms that people hear         in the journal
a trip is new                          trip
its latch is on the disk               latch
the disk does not take its latch       latch not durable
neither tripped nor latched any more   trip over
a reset or override refused by a scan  refused
one about the controller itself        alarm, and when it is gone alarm over
the wall clock against the monotonic   clock, if it went by more than 2 s
"""

from typing import Final, Protocol

from adapters.runtime.journal import Kind, Tell
from adapters.runtime.latches import NOT_KEPT
from engine.control.decision import Alarm, AlarmKind
from engine.control.scan import Scan
from engine.values.moment import Moment

CLOCK_STEP_S: Final = 2.0

_Key = tuple[AlarmKind, str]


class Latches(Protocol):
    """Whoever keeps the latches on the disk."""

    owes: bool
    durable: frozenset[str]


class Witness:
    """Hears of every complete scan, as people outside do."""

    def __init__(self, tell: Tell, latches: Latches) -> None:
        """Tell the journal; `latches` knows which of them are on the disk."""
        self._tell = tell
        self._latches = latches
        self._alarms: dict[_Key, Alarm] = {}
        self._trips: dict[str, str] = {}
        self._durable: frozenset[str] = frozenset()
        self._owed: set[str] = set()
        self._ahead_s: float | None = None

    def after(self, scan: Scan) -> None:
        """Hear of one scan."""
        self._look_at_clock(scan.trace.moment)
        self._look_at_trips(scan.trace.alarms)
        self._look_at_others(scan.trace.alarms)

    def _look_at_clock(self, moment: Moment) -> None:
        ahead_s = moment.wall_s - moment.monotonic_s
        if self._ahead_s is not None and abs(ahead_s - self._ahead_s) > CLOCK_STEP_S:
            step_s = ahead_s - self._ahead_s
            way = "forward" if step_s > 0 else "back"
            self._tell(Kind.CLOCK, "", f"the wall clock was set {way} by {abs(step_s):.0f} s", "")
        self._ahead_s = ahead_s

    def _look_at_trips(self, alarms: tuple[Alarm, ...]) -> None:
        """Tell of trips that come and go, and of their latches when the disk has answered."""
        found = (AlarmKind.TRIPPED, AlarmKind.LATCHED)
        now = {alarm.subject: alarm.text for alarm in alarms if alarm.kind in found}
        for trip in now.keys() - self._trips.keys():
            self._tell(Kind.TRIP, trip, now[trip], "")
        for trip in self._trips.keys() - now.keys():
            self._tell(Kind.TRIP_OVER, trip, "", "")
        self._trips = now
        durable, owes = self._latches.durable, self._latches.owes
        for trip in durable - self._durable:
            self._tell(Kind.LATCH, trip, "it is on the disk", "")
        owed = {trip for trip, text in now.items() if owes and NOT_KEPT in text}
        for trip in owed - self._owed:
            self._tell(Kind.NOT_DURABLE, trip, "the disk does not take it", "")
        self._durable, self._owed = durable, owed

    def _look_at_others(self, alarms: tuple[Alarm, ...]) -> None:
        told = {
            AlarmKind.CONTROLLER: Kind.ALARM,
            AlarmKind.RESET_REFUSED: Kind.REFUSED,
            AlarmKind.OVERRIDE_REFUSED: Kind.REFUSED,
        }
        now = {(each.kind, each.subject): each for each in alarms if each.kind in told}
        for key, alarm in now.items():
            if key not in self._alarms:
                self._tell(told[alarm.kind], alarm.subject, alarm.text, "")
        for kind, subject in self._alarms.keys() - now.keys():
            if kind is AlarmKind.CONTROLLER:
                self._tell(Kind.ALARM_OVER, subject, "", "")
        self._alarms = now
