"""Alarms in words: of every kind, in every language, with the operator's own text left as it is."""

import pytest

from engine.control.decision import Alarm, AlarmKind, AlarmText
from engine.workshop.alarm_wording import tell_alarm
from engine.workshop.english import ENGLISH
from engine.workshop.german import GERMAN


@pytest.mark.parametrize(
    ("kind", "text", "english", "german"),
    [
        (AlarmKind.TRIPPED, "Too hot.", "Too hot.", "Too hot."),
        (
            AlarmKind.TRIPPED,
            "Too hot." + AlarmText.TRIP_UNKNOWN,
            "Too hot. (cannot be evaluated)",
            "Too hot. (nicht auswertbar)",
        ),
        (AlarmKind.LATCHED, "Too hot.", "Too hot.", "Too hot."),
        (AlarmKind.CONTROLLER, "disk full", "disk full", "disk full"),
        (
            AlarmKind.CONFLICT,
            "a, b disagree: failsafe",
            "its rules disagree: failsafe",
            "die Regeln widersprechen sich: sicherer Wert",
        ),
        (
            AlarmKind.INTERLOCK,
            AlarmText.UNCURED.value,
            "still violated: its outputs go to failsafe",
            "weiterhin verletzt: die Ausgänge gehen auf ihren sicheren Wert",
        ),
        (
            AlarmKind.INTERLOCK,
            AlarmText.RESTLESS.value,
            "do not settle: failsafe",
            "kommen nicht zur Ruhe: sicherer Wert",
        ),
        (
            AlarmKind.INTERLOCK,
            AlarmText.UNKNOWN.value,
            "cannot be evaluated, so it holds",
            "nicht auswertbar und darum wirksam",
        ),
        (
            AlarmKind.INTERLOCK,
            "force m apart: failsafe",
            "force one output apart: failsafe",
            "erzwingen Verschiedenes an einem Ausgang: sicherer Wert",
        ),
        (
            AlarmKind.OVERRIDE_REFUSED,
            "`x` cannot be 3",
            "its output cannot have this value",
            "der Ausgang kann diesen Wert nicht annehmen",
        ),
        (
            AlarmKind.RESET_REFUSED,
            "reset refused: the cause still lasts",
            "reset refused: the cause still lasts",
            "Zurücksetzen abgelehnt: die Ursache besteht noch",
        ),
    ],
)
def test_every_kind_is_told(kind: AlarmKind, text: str, english: str, german: str) -> None:
    alarm = Alarm(kind, "it", text)
    assert tell_alarm(ENGLISH, alarm) == f"alarm: it: {english}"
    assert tell_alarm(GERMAN, alarm) == f"Alarm: it: {german}"
