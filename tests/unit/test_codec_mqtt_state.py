"""What is told, in which form."""

import math

from adapters.codec import mqtt_state as state
from engine.control.decision import (
    Alarm,
    AlarmKind,
    Cause,
    Decision,
    Restriction,
    RestrictionKind,
)
from engine.inference.image import Override
from engine.language.plant import Output
from engine.language.types import BOOL
from engine.values.fact import Quality

PUMP = Output("pump", BOOL, False, False)


def test_times_are_utc_with_milliseconds_and_never_is_nothing() -> None:
    assert state.tell_time(1_700_000_000.1234) == "2023-11-14T22:13:20.123Z"
    assert state.tell_time(-math.inf) == ""
    assert state.tell_time(1e18) == ""


def test_a_value_is_null_unless_it_is_good_and_then_says_why() -> None:
    good = state.value_content(21.123456789, "°C", Quality.GOOD, 0.0, "old reason")
    assert (good["value"], good["reason"]) == (21.1235, "")
    stale = state.value_content(21.0, "°C", Quality.STALE, 0.0)
    assert (stale["value"], stale["quality"], stale["reason"]) == (None, "stale", "stale")
    assert state.rounded(math.inf) is None
    assert state.rounded(True) is True


def test_a_decision_says_who_wanted_what_and_who_restricted_it() -> None:
    step = Restriction(RestrictionKind.INTERLOCK, "one_way_open", False)
    timer = Restriction(RestrictionKind.MIN_ON, "", True, 5.0)
    decision = Decision("pump", False, Cause.INTERLOCK, "x", True, "warm_up", (), (step, timer))
    content = state.decision_content(PUMP, decision, 0.0, "because")
    assert content["restricted_by"] == ["interlock:one_way_open", "min_on"]
    assert (content["cause"], content["wanted"], content["reason"]) == (
        "interlock",
        True,
        "because",
    )
    later = decision._replace(restrictions=(step, timer._replace(until_s=6.0)))
    assert state.said(decision) == state.said(later), "the passing of time is no news"
    assert state.said(decision) != state.said(decision._replace(value=True))


def test_alarms_of_one_subject_are_one() -> None:
    found = state.alarm_contents(
        [
            Alarm(AlarmKind.TRIPPED, "relay", "open"),
            Alarm(AlarmKind.RESET_REFUSED, "relay", "refused"),
            Alarm(AlarmKind.CONFLICT, "pump", "two rules"),
        ],
        0.0,
    )
    assert found["relay"]["kinds"] == ["reset_refused", "tripped"]
    assert found["relay"]["text"] == "open; refused"
    assert set(found) == {"relay", "pump"}
    assert state.quiet_content(0.0)["active"] is False


def test_an_override_says_until_when() -> None:
    override = Override("1", "pump", True, "anna", 5.0)
    content = state.override_content(PUMP, override, 1_700_000_000.0)
    assert content == {
        "value": True,
        "unit": "",
        "by": "anna",
        "until": "2023-11-14T22:13:20.000Z",
    }
    assert state.override_content(PUMP, None, 0.0)["value"] is None
    assert state.status_content("online", 0.0, {"scans": 5})["scans"] == 5
