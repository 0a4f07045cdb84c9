"""What EMS-ESP tells of the heat pump."""

import pytest

from adapters.codec.emsesp import ACTIVITIES, SG_READY, fields, found_in
from adapters.codec.mqtt_json import Json, parse

# As firmware 3.7 publishes it, cut down to what matters here.
BOILER_DATA = b"""{
  "outdoortemp": 3.4, "curflowtemp": 34.8, "rettemp": 29.9, "selflowtemp": 38,
  "hpcompon": "on", "hpactivity": "heating", "hpcurrpower": 1180, "hppower": 4.6, "hpcompspd": 41,
  "totalcompstarts": 812, "heatingstarts": 604, "nrgtotal": 9120.4, "metertotal": 2311.7,
  "metercomp": 2105.2, "metereheat": 12.3,
  "hpin1": "off", "hpin2": "off", "hpin3": "off", "hpin4": "on",
  "dhw": {"curtemp": 48.1, "settemp": 50}
}"""


def test_a_message_of_the_present_firmware_is_told_field_by_field() -> None:
    found = {name: each.value for name, each in found_in(parse(BOILER_DATA)).items()}
    assert found["power"] == 1180.0
    assert found["heat_power"] == 4.6
    assert found["running"] is True
    assert found["activity"] == "heating"
    assert found["flow_temperature"] == 34.8
    assert found["return_temperature"] == 29.9
    assert found["outdoor_temperature"] == 3.4
    assert found["hot_water_temperature"] == 48.1
    assert found["compressor_starts"] == 812.0
    assert found[SG_READY] == "recommended"
    assert set(found) <= {field.name for field in fields()}


@pytest.mark.parametrize(
    ("first", "fourth", "state"),
    [
        *((True, False, "locked"), ("OFF", "OFF", "normal"), (0.0, 1.0, "recommended")),
        *(("on", "on", "forced"), ("?", "on", None)),
    ],
)
def test_the_inputs_together_tell_the_state(first: Json, fourth: Json, state: str | None) -> None:
    assert found_in({"hpin1": first, "hpin4": fourth})[SG_READY].value == state


def test_what_is_not_told_is_left_out() -> None:
    assert found_in({"outdoortemp": 3.0}).keys() == {"outdoor_temperature"}
    assert not found_in({"hpin1": "on"}).keys() & {SG_READY}
    assert not found_in(None)
    assert not found_in([1.0])


@pytest.mark.parametrize(
    ("told", "activity"),
    [
        *(("hot water", "hot_water"), ("none", "off"), ("defrost", "defrost")),
        *(("compressor alarm", "alarm"), (3.0, "hot_water"), ("dancing", None)),
    ],
)
def test_activities_of_old_and_new_firmware(told: Json, activity: str | None) -> None:
    found = found_in({"hpactivity": told})["activity"]
    assert found.value == activity
    assert activity is None or activity in ACTIVITIES


def test_impossible_values_are_refused_with_their_reason() -> None:
    assert "outside" in found_in({"curflowtemp": -3200})["flow_temperature"].reason
    assert found_in({"hpcurrpower": "1180"})["power"].reason == "not a number"
    assert found_in({"hpcurrpower": None})["power"].value is None
