"""What an alarm says, put into words."""

from typing import assert_never

from engine.control.decision import Alarm, AlarmKind, AlarmText
from engine.workshop.words import Words


def tell_alarm(words: Words, alarm: Alarm) -> str:
    """Return `alarm: boiling: …`; a trip's own reason stays as the operator wrote it."""
    match alarm.kind:
        case AlarmKind.TRIPPED | AlarmKind.LATCHED:
            because = alarm.text.removesuffix(AlarmText.TRIP_UNKNOWN)
            unknown = because != alarm.text
            text = f"{because} ({words.alarm_trip_unknown})" if unknown else because
        case AlarmKind.CONFLICT:
            text = words.alarm_conflict
        case AlarmKind.INTERLOCK:
            text = {
                AlarmText.UNCURED.value: words.alarm_uncured,
                AlarmText.RESTLESS.value: words.alarm_restless,
                AlarmText.UNKNOWN.value: words.alarm_unknown,
            }.get(alarm.text, words.alarm_apart)
        case AlarmKind.OVERRIDE_REFUSED:
            text = words.alarm_override
        case AlarmKind.RESET_REFUSED:
            text = words.alarm_reset
        case AlarmKind.CONTROLLER:
            text = alarm.text  # what a device or a disk said, in no language of ours
        case _:
            assert_never(alarm.kind)
    return words.alarm.format(text=f"{alarm.subject}: {text}")
