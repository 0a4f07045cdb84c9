"""One value out of somebody else's message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codec.mqtt_json import Json, PayloadError
from adapters.codec.mqtt_value import AbsentError, Found, Wanted, content_of, find

OUTDOOR = Wanted("outdoor", ("now", "temp"), "°C", low=-40, high=50)
SWITCH = Wanted("window", is_number=False)
SEASON = Wanted("season", states=(("sommer", "summer"), (2.0, "winter")))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (21.5, Found(21.5)),
        (51.0, Found(None, "51 °C is outside its range")),
        ("21.5", Found(None, "not a number")),
        (True, Found(None, "not a number")),
        (None, Found(None, "the publisher knows none")),
        ([], Found(None, "not a number")),
    ],
)
def test_a_number_is_a_number_within_its_range(value: Json, found: Found) -> None:
    assert find(OUTDOOR, {"now": {"temp": value}}) == found


@pytest.mark.parametrize(
    ("value", "on"),
    [
        *((True, True), (False, False), (1.0, True), (0.0, False), ("ON", True), ("off", False)),
        *((2.0, None), ("maybe", None), ([], None), ("1", None)),
    ],
)
def test_on_and_off_have_many_spellings(value: Json, on: bool | None) -> None:
    assert find(SWITCH, value).value is on


def test_states_are_those_that_were_declared() -> None:
    assert find(SEASON, "Sommer").value == "summer"
    assert find(SEASON, 2.0).value == "winter"
    assert find(SEASON, "herbst") == Found(None, "an unknown state: herbst")
    assert find(SEASON, True).value is None, "true is not 1"


def test_a_path_leads_through_objects_and_lists_or_nowhere() -> None:
    assert find(Wanted("x", ("a", "1"), "W", factor=1000.0), {"a": [1.0, 2.5]}).value == 2500.0
    for path in (("a", "9"), ("a", "b"), ("c",)):
        with pytest.raises(AbsentError):
            find(Wanted("x", path), {"a": [1.0]})


def test_a_message_may_say_when_it_was_measured() -> None:
    wanted = Wanted("x", ("v",), time_path=("t",))
    assert find(wanted, {"v": 1.0, "t": 1_700_000_000.0}).wall_s == 1_700_000_000.0
    assert find(wanted, {"v": 1.0, "t": "yesterday"}).reason == "its time cannot be read"
    assert find(wanted, {"v": 1.0}).reason == "its time cannot be read"


def test_a_bare_word_is_on_or_off_and_nothing_else() -> None:
    assert content_of(b" ON ") == "on"
    assert content_of(b"21.5") == 21.5
    with pytest.raises(PayloadError):
        content_of(b"unavailable")


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    try:
        content = content_of(payload)
    except PayloadError:
        return
    for wanted in (OUTDOOR, SWITCH, SEASON, Wanted("x")):
        try:
            find(wanted, content)
        except AbsentError:
            continue
