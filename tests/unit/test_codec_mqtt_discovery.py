"""What Home Assistant is told: its own rules for device discovery, kept."""

import json
import re
from typing import Any

from adapters.codec.mqtt_discovery import Told, discovery, farewell
from adapters.codec.mqtt_json import DATA_BYTES_MAX, dump, parse
from adapters.codec.mqtt_request import Offer, read
from adapters.codec.mqtt_topics import Kind, Topics
from adapters.codec.setpoint import setpoint_from
from adapters.files import read_rules
from engine.language.checked import check_files
from tests.house.source import ROOT

TOPICS = Topics("asp1")
_READ = read_rules(ROOT / "rules" / "asp1")
BOOK = check_files(_READ.files, _READ.problems).rulebook
SETPOINTS = tuple(
    setpoint_from(name, options)
    for name, options in {
        "buffer": {"unit": "°C", "range": [35, 70]},
        "eco": {"values": "on/off"},
        "season": {"values": ["summer", "winter"]},
    }.items()
)
TOLD = Told(
    BOOK.plant,
    ("relay",),
    ("automatic", "off"),
    SETPOINTS,
    "0.1",
)
PAYLOAD = discovery(TOPICS, TOLD)
COMPONENTS: dict[str, dict[str, Any]] = PAYLOAD["cmps"]  # type: ignore[assignment]


def test_the_whole_house_fits_into_one_message_that_the_broker_takes() -> None:
    assert len(dump(PAYLOAD)) < DATA_BYTES_MAX
    assert parse(dump(PAYLOAD))
    assert {"dev", "o", "cmps"} <= set(PAYLOAD)
    assert TOPICS.config == "homeassistant/device/thermiq_asp1/config"
    assert PAYLOAD["availability_topic"] == "thermiq/asp1/status"


def test_every_component_has_a_platform_an_id_of_its_own_and_topics() -> None:
    ids = {component["unique_id"] for component in COMPONENTS.values()}
    assert len(ids) == len(COMPONENTS)
    for key, component in COMPONENTS.items():
        assert re.fullmatch(r"[A-Za-z0-9_-]+", key)
        assert component["p"] in {"sensor", "binary_sensor", "select", "number", "button"}
        assert component.get("state_topic") or component.get("command_topic")
        if component["p"] == "binary_sensor" or component["p"] == "sensor":
            assert component["expire_after"] == 180


def test_every_point_and_output_of_the_house_is_there() -> None:
    for point in BOOK.plant.points:
        assert any(each.get("name") == point.name for each in COMPONENTS.values())
    for output in BOOK.plant.outputs:
        key = output.name.replace(".", "-")
        assert {f"decision-{key}", f"override-{key}"} <= set(COMPONENTS)


def test_units_have_the_classes_that_home_assistant_allows() -> None:
    assert COMPONENTS["fact-battery-soc"]["device_class"] == "battery"
    assert COMPONENTS["fact-buffer-top"]["device_class"] == "temperature"
    power = COMPONENTS["fact-pv-power"]
    assert (power["unit_of_measurement"], power["state_class"]) == ("W", "measurement")
    assert COMPONENTS["fact-p3-running"]["p"] == "binary_sensor"
    assert COMPONENTS["decision-heatpump-sg_ready"]["device_class"] == "enum"
    assert "state_class" not in COMPONENTS["decision-heatpump-sg_ready"]


def rendered(template: str, value: object) -> bytes:
    """Do what Home Assistant does with our few templates."""
    text = template.replace("{{ now().timestamp() }}", "1700000000.123456")

    def choose(match: re.Match[str]) -> str:
        expression = match[1].strip()
        names = {"value": value}
        expression = re.sub(
            r"'(\w+)' if value == '(\w+)' else", r"'\1' if value == '\2' else", expression
        )
        if "| tojson" in expression:
            expression = expression.replace("value | tojson", "tojson(value)")
        return str(eval(expression, {"tojson": json.dumps, "__builtins__": {}}, names))  # noqa: S307 - our own

    return re.sub(r"\{\{(.*?)\}\}", choose, text).encode()


def test_what_its_controls_send_is_a_request_that_is_taken() -> None:
    offer = Offer(
        {output.name: output for output in BOOK.plant.outputs},
        frozenset(trip.id for trip in BOOK.trips),
        TOLD.modes,
        {each.name: each for each in SETPOINTS},
    )
    sent = 0
    for component in COMPONENTS.values():
        if "command_topic" not in component:
            continue
        match component["p"]:
            case "select":
                values = component["options"]
            case "number":
                values = [component["min"], component["max"]]
            case _:
                values = ["PRESS"]
        asked = TOPICS.asked(component["command_topic"])
        assert asked is not None
        for value in values:
            payload = rendered(component["command_template"], value)
            assert read(*asked, payload, offer, 1_700_000_000.0).by == "Home Assistant"
            sent += 1
    assert sent > 50


def test_what_is_gone_is_taken_leave_of_by_its_platform_alone() -> None:
    old = {**PAYLOAD, "cmps": {**COMPONENTS, "fact-old": {"p": "sensor", "name": "old"}, "x": 1}}
    parting = farewell(dump(old), PAYLOAD)
    assert parting is not None
    gone: dict[str, Any] = parting["cmps"]  # type: ignore[assignment]
    assert gone["fact-old"] == {"p": "sensor"}
    assert set(gone) == {*COMPONENTS, "fact-old"}
    assert farewell(dump(PAYLOAD), PAYLOAD) is None
    for garbage in (b"", b"x", b"[]", b'{"cmps":5}', b'{"cmps":{"a":5}}'):
        assert farewell(garbage, PAYLOAD) is None


def test_a_plant_without_extras_has_no_controls_for_them() -> None:
    bare = discovery(TOPICS, Told(BOOK.plant))["cmps"]
    assert isinstance(bare, dict)
    assert not any(key.startswith(("mode", "setpoint", "reset", "alarm")) for key in bare)


def test_kinds_are_what_the_topics_say() -> None:
    assert TOPICS.asked(COMPONENTS["setpoint-eco"]["command_topic"]) == (Kind.SET, "eco")
