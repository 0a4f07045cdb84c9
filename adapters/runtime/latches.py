"""What may be told of a latch: that it is one, when it will survive a power cut, and not before.

    alarm of the scan   the latch is on the disk   not yet                 the disk refused it
    tripped             tripped                    tripped                 tripped, and says so
    latched             latched                    tripped, and says so    tripped, and says so

Tripped is told in the scan that sees it; nothing waits for a disk.
"""

from engine.control.decision import Alarm, AlarmKind
from engine.control.program import Program
from engine.control.scan import Scan
from engine.control.state import Retained

NOT_KEPT = "its latch is not on the disk"


def latched_in(program: Program, retained: Retained) -> frozenset[str]:
    """Return the trips that are latched in a state of `program`."""
    trips = zip(program.rulebook.trips, retained.trips, strict=True)
    return frozenset(trip.id for trip, state in trips if state.latched)


def as_told(program: Program, scan: Scan, durable: frozenset[str], *, refused: bool) -> Scan:
    """Return a scan as people and programs outside may hear of it.

    `durable` are the latches on the disk; `refused`: the disk did not take the last save.
    """
    held = latched_in(program, scan.retained) - durable
    if not held:
        return scan
    alarms = tuple(
        _told(alarm, refused=refused) if alarm.subject in held else alarm
        for alarm in scan.trace.alarms
    )
    return scan._replace(trace=scan.trace._replace(alarms=alarms))


def _told(alarm: Alarm, *, refused: bool) -> Alarm:
    if alarm.kind is AlarmKind.LATCHED or (alarm.kind is AlarmKind.TRIPPED and refused):
        return Alarm(AlarmKind.TRIPPED, alarm.subject, f"{alarm.text} ({NOT_KEPT})")
    return alarm
