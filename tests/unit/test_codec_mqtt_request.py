"""Requests: what is taken, what is refused and why, and that nothing outside is ever taken."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.codec.mqtt_request import (
    AckAsked,
    ConfirmAsked,
    ModeAsked,
    Offer,
    OverrideAsked,
    RefusedError,
    Request,
    ResetAsked,
    SetpointAsked,
    read,
    read_time,
)
from adapters.codec.mqtt_topics import COMMANDS, Kind
from adapters.codec.setpoint import setpoint_from
from engine.language.plant import Output
from engine.language.types import BOOL, EnumType, NumberType
from engine.values.units import parse_unit

WATT = parse_unit("W")
assert WATT is not None
POWER = NumberType(WATT.dimension)
OUTPUTS = {
    "heater": Output("heater", POWER, 0.0, 0.0, WATT, 0.0, 3000.0),
    "pump": Output("pump", BOOL, False, False),
    "mode": Output("mode", EnumType(("locked", "normal")), "normal", "normal"),
}
SETPOINTS = {
    "buffer": setpoint_from("buffer", {"unit": "°C", "range": [35, 70], "lasts_s": 600}),
    "eco": setpoint_from("eco", {"values": "on/off"}),
    "season": setpoint_from("season", {"values": ["summer", "winter"]}),
}
OFFER = Offer(OUTPUTS, frozenset({"relay"}), ("automatic", "off"), SETPOINTS)
NOW_S = 1_700_000_000.0
ASKED = {"id": "1", "by": "anna", "ttl_s": 60}


def ask(name: str, kind: Kind = Kind.COMMAND, **own: object) -> Request:
    return read(kind, name, json.dumps({**ASKED, **own}).encode(), OFFER, NOW_S)


def why_not(name: str, kind: Kind = Kind.COMMAND, **own: object) -> str:
    with pytest.raises(RefusedError) as refused:
        ask(name, kind, **own)
    return str(refused.value)


def test_each_command_becomes_a_request() -> None:
    until_s = NOW_S + 60
    wish = ask("override", output="heater", value=1.5, unit="kW")
    assert wish == OverrideAsked("1", "anna", until_s, "heater", 1500.0)
    assert ask("override", output="pump", value=True) == OverrideAsked(
        "1", "anna", until_s, "pump", True
    )
    assert ask("override", output="mode", value=None) == OverrideAsked(
        "1", "anna", until_s, "mode", None
    )
    assert ask("reset", trip="relay") == ResetAsked("1", "anna", until_s, "relay")
    confirmed = ask("confirm", trip="relay", nonce="ab12")
    assert confirmed == ConfirmAsked("1", "anna", until_s, "relay", "ab12")
    assert ask("ack", alarm="relay") == AckAsked("1", "anna", until_s, "relay")
    assert ask("mode", mode="off") == ModeAsked("1", "anna", until_s, "off")
    setpoint = ask("buffer", Kind.SET, value=50, unit="°C")
    assert setpoint == SetpointAsked("1", "anna", until_s, "buffer", 50.0)
    assert isinstance(ask("eco", Kind.SET, value=False), SetpointAsked)
    assert isinstance(ask("season", Kind.SET, value="winter"), SetpointAsked)


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ({"value": "50"}, "must be a number"),
        ({"value": True}, "must be a number"),
        ({"value": [1]}, "must be a number"),
        ({"value": 3001}, "within its range from 0 to 3000 W"),
        ({"value": -1}, "within its range"),
        ({"value": 3.001, "unit": "kW"}, "within its range"),
        ({"value": 1, "unit": ""}, "`unit` must be W or of its kind"),
        ({"value": 1, "unit": "kWh"}, "`unit` must be W or of its kind"),
        ({"value": 1, "unit": "horsepower"}, "`unit` must be W or of its kind"),
        ({"value": 1, "unit": 5}, "`unit` must be W or of its kind"),
        ({"output": "pump", "value": 1, "unit": ""}, "true or false"),
        ({"output": "pump", "value": True, "unit": "W"}, "without a unit"),
        ({"output": "mode", "value": "forced", "unit": ""}, "one of locked, normal"),
        ({"output": "no"}, "no such output"),
        ({"output": 7}, "`output` must be"),
        ({"by": ""}, "`by` must say who asks"),
        ({"by": "a\nb"}, "`by` must say who asks"),
        ({"by": "x" * 65}, "`by` must say who asks"),
        ({"id": "a/b"}, "`id` must be"),
        ({"id": 1}, "`id` must be"),
        ({"ttl_s": 0}, "has expired"),
        ({"ttl_s": "60"}, "number of seconds"),
        ({"ttl_s": True}, "number of seconds"),
        ({"ttl_s": 86_401}, "must end within"),
        ({"expires_at": NOW_S + 9}, "one of `expires_at` and `ttl_s`"),
        ({"priority": 1}, "`priority` does not belong here"),
    ],
)
def test_what_is_not_exactly_an_override_is_refused(own: dict[str, object], why: str) -> None:
    assert why in why_not("override", **{"output": "heater", "value": 1, "unit": "W", **own})


@pytest.mark.parametrize(
    ("kind", "name", "own", "why"),
    [
        (Kind.COMMAND, "reset", {"trip": "no"}, "no such trip"),
        (Kind.COMMAND, "confirm", {"trip": "relay"}, "`nonce` must be"),
        (Kind.COMMAND, "reset", {"trip": "relay", "nonce": "x"}, "does not belong here"),
        (Kind.COMMAND, "mode", {"mode": "party"}, "no such mode"),
        (Kind.COMMAND, "ack", {}, "`alarm` must be"),
        (Kind.COMMAND, "explode", {}, "no such command"),
        (Kind.COMMAND, "override", {"output": "heater", "unit": "W"}, "`value` is missing"),
        (Kind.SET, "no", {"value": 1}, "no such setpoint"),
        (Kind.SET, "buffer", {"value": 71, "unit": "°C"}, "within 35 to 70 °C"),
        (Kind.SET, "buffer", {"value": 50, "unit": "K"}, "must be °C"),
        (Kind.SET, "buffer", {"value": None, "unit": "°C"}, "must be a number"),
        (Kind.SET, "buffer", {"unit": "°C"}, "`value` is missing"),
        (Kind.SET, "buffer", {"value": 50, "unit": "°C", "ttl_s": 601}, "end within 600 s"),
    ],
)
def test_the_other_requests_are_as_strict(
    kind: Kind, name: str, own: dict[str, object], why: str
) -> None:
    assert why in why_not(name, kind, **own)


@pytest.mark.parametrize(
    ("expires_at", "why"),
    [
        (NOW_S - 1, "has expired"),
        ("2023-11-14T22:13:19+00:00", "has expired"),
        ("2023-11-14T22:14:00", "with its offset"),
        ("soon", "with its offset"),
        (True, "with its offset"),
        (NOW_S + 90_000, "must end within"),
    ],
)
def test_an_end_is_a_moment_that_everybody_understands(expires_at: object, why: str) -> None:
    own = {"id": "1", "by": "anna", "trip": "relay", "expires_at": expires_at}
    with pytest.raises(RefusedError, match=why) as refused:
        read(Kind.COMMAND, "reset", json.dumps(own).encode(), OFFER, NOW_S)
    assert refused.value.id == "1"


def test_a_moment_is_unix_seconds_or_iso_with_its_offset() -> None:
    assert read_time("2023-11-14T23:13:20+01:00") == NOW_S
    assert read_time("2023-11-14T22:13:20Z") == NOW_S
    assert read_time(NOW_S) == NOW_S
    assert read_time("x" * 50) is None


_leaves = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=10)
    | st.sampled_from(["W", "kW", "heater", "pump", "anna", "relay", "°C", "kWh", "locked"])
)
_KEYS = ("id", "by", "ttl_s", "expires_at", "output", "value", "unit", "trip", "mode", "alarm")


@given(
    st.sampled_from([Kind.SET, Kind.COMMAND]),
    st.sampled_from([*COMMANDS, *SETPOINTS, "else"]),
    st.dictionaries(st.sampled_from(_KEYS), _leaves | st.lists(_leaves, max_size=2)),
    st.booleans(),
)
@example(Kind.COMMAND, "override", {"output": "heater", "value": 1e308, "unit": "kW"}, True)
def test_nothing_outside_is_ever_taken_and_nothing_else_is_raised(
    kind: Kind, name: str, own: dict[str, Any], polite: bool
) -> None:
    payload = json.dumps({**own, **ASKED} if polite else own).encode("utf-8", "replace")
    if polite and "expires_at" in own:
        own.pop("expires_at")
        payload = json.dumps({**own, **ASKED}).encode("utf-8", "replace")
    try:
        request = read(kind, name, payload, OFFER, NOW_S)
    except RefusedError:
        return
    assert NOW_S < request.until_wall_s <= NOW_S + 86_400
    if isinstance(request, OverrideAsked):
        assert request.value is None or OUTPUTS[request.output].holds(request.value)
    if isinstance(request, SetpointAsked) and request.setpoint == "buffer":
        assert isinstance(request.value, float)
        assert 35 <= request.value <= 70


@given(st.sampled_from([Kind.SET, Kind.COMMAND]), st.text(max_size=10), st.binary(max_size=300))
def test_any_bytes_on_any_topic_are_refused(kind: Kind, name: str, payload: bytes) -> None:
    with pytest.raises(RefusedError):
        read(kind, name, payload, OFFER, NOW_S)
