"""What Home Assistant is told there is: one device, and in it every point, alarm and control. Pure.

Keys are Home Assistant's own. A control sends the same commands as anybody else, with an id, a name
and an end; Home Assistant's templates make them up at the moment of pressing.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from adapters.codec.mqtt_json import PayloadError, parse_object
from adapters.codec.mqtt_state import unit_of
from adapters.codec.mqtt_topics import Topics
from adapters.codec.setpoint import Setpoint
from engine.language.plant import Output, Plant, Point
from engine.language.types import BoolType, EnumType, NumberType, Type

EXPIRE_AFTER_S = 180
"""A value that is older is unavailable: three times as long as ThermIQ ever keeps quiet."""
OVERRIDE_S = 3600
"""How long an override from Home Assistant stands."""
AUTOMATIC = "automatic"

Component = dict[str, object]

_CLASSES = {
    "W": ("power", "measurement"),
    "kW": ("power", "measurement"),
    "Wh": ("energy", "total"),
    "kWh": ("energy", "total"),
    "°C": ("temperature", "measurement"),
    "Hz": ("frequency", "measurement"),
    "V": ("voltage", "measurement"),
    "A": ("current", "measurement"),
    "s": ("duration", "measurement"),
    "min": ("duration", "measurement"),
    "h": ("duration", "measurement"),
}
"""Unit to device class and state class."""
_ON_OFF = "{{ 'ON' if value_json.value else 'OFF' if value_json.value is false else 'None' }}"
_ACTIVE = "{{ 'ON' if value_json.active else 'OFF' }}"


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that Home Assistant shall know of."""

    plant: Plant
    alarms: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    setpoints: tuple[Setpoint, ...] = ()
    version: str = ""


def discovery(topics: Topics, told: Told) -> dict[str, object]:
    """Return the payload of the site's device."""
    components: dict[str, Component] = {}
    for point in told.plant.points:
        components[f"fact-{_key(point.name)}"] = _shown(point, topics.fact(point.name))
    for output in told.plant.outputs:
        name, topic = _key(output.name), topics.decision(output.name)
        components[f"decision-{name}"] = _shown(output, topic)
        components |= _override(topics, output)
    for alarm in told.alarms:
        components[f"alarm-{_key(alarm)}"] = {
            **_sensor("binary_sensor", f"Alarm {alarm}", topics.alarm(alarm), _ACTIVE),
            "device_class": "problem",
        }
    if told.modes:
        components["mode"] = {
            **_control("select", "Mode", topics.command("mode")),
            "state_topic": topics.mode,
            "value_template": "{{ value_json.mode }}",
            "options": list(told.modes),
            "command_template": _command(300, '"mode":{{ value | tojson }}'),
        }
    for setpoint in told.setpoints:
        components[f"setpoint-{_key(setpoint.name)}"] = _setpoint(topics, setpoint)
    for key, component in components.items():
        component["unique_id"] = f"{topics.device_id}_{key}"
    return {
        "dev": {
            "ids": [topics.device_id],
            "name": f"ThermIQ {topics.site}",
            "mf": "ThermIQ",
            "sw": told.version,
        },
        "o": {"name": "thermiq", "sw": told.version},
        "availability_topic": topics.status,
        "availability_template": "{{ value_json.state }}",
        "qos": 1,
        "cmps": components,
    }


def farewell(old: bytes, new: Mapping[str, object]) -> dict[str, object] | None:
    """Return the payload that takes leave of what `old` had and `new` has not; None: of nothing.

    A component is removed by naming its platform alone, once. What cannot be read had nothing.
    """
    try:
        had = parse_object(old).get("cmps")
    except PayloadError:
        return None
    kept = new["cmps"]
    if not isinstance(had, dict) or not isinstance(kept, Mapping):
        return None
    leaving = {
        key: {"p": component["p"]}
        for key, component in had.items()
        if key not in kept and isinstance(component, dict) and isinstance(component.get("p"), str)
    }
    return {**new, "cmps": {**kept, **leaving}} if leaving else None


def _key(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter == "_" else "-" for letter in name)


def _sensor(platform: str, name: str, topic: str, template: str) -> Component:
    return {
        "p": platform,
        "name": name,
        "state_topic": topic,
        "value_template": template,
        "json_attributes_topic": topic,
        "expire_after": EXPIRE_AFTER_S,
    }


def _shown(thing: Point | Output, topic: str) -> Component:
    """Return a point or an output as a sensor."""
    if isinstance(thing.type, BoolType):
        return _sensor("binary_sensor", thing.name, topic, _ON_OFF)
    found = _sensor("sensor", thing.name, topic, "{{ value_json.value }}")
    if isinstance(thing.type, EnumType):
        return {**found, "device_class": "enum", "options": list(thing.type.values)}
    unit = unit_of(thing)
    if unit:
        found["unit_of_measurement"] = unit
    device_class, state_class = _CLASSES.get(unit, ("", "measurement"))
    if unit == "%" and thing.name.endswith("soc"):
        device_class = "battery"
    if device_class:
        found["device_class"] = device_class
    return {**found, "state_class": state_class}


def _control(platform: str, name: str, topic: str) -> Component:
    return {"p": platform, "name": name, "command_topic": topic, "retain": False}


def _command(ttl_s: float, *parts: str, **fixed: object) -> str:
    """Return the template of a command; `parts` are JSON with templates, `fixed` plain values."""
    head = '"id":"ha-{{ now().timestamp() }}","by":"Home Assistant"'
    known = [f"{json.dumps(key)}:{json.dumps(value)}" for key, value in fixed.items()]
    return "{" + ",".join([head, f'"ttl_s":{ttl_s:g}', *known, *parts]) + "}"


def _override(topics: Topics, output: Output) -> dict[str, Component]:
    """Return the controls of one output: a list to choose from, or a number and its release."""
    topic, name = topics.command("override"), f"Override {output.name}"
    key, state = _key(output.name), topics.override(output.name)
    if isinstance(output.type, NumberType):
        unit = unit_of(output)
        number = {
            **_control("number", name, topic),
            "state_topic": state,
            "value_template": "{{ value_json.value }}",
            **_span(output.low, output.high, unit),
            "command_template": _command(
                OVERRIDE_S, '"value":{{ value }}', output=output.name, unit=unit
            ),
        }
        release = {
            **_control("button", f"Release {output.name}", topic),
            "command_template": _command(300, output=output.name, value=None),
        }
        return {f"override-{key}": number, f"release-{key}": release}
    chosen = _choice(output.type)
    null = f"'null' if value == '{AUTOMATIC}' else"
    return {
        f"override-{key}": {
            **_control("select", name, topic),
            "state_topic": state,
            "value_template": f"{{{{ '{AUTOMATIC}' if value_json.value is none else"
            f" {_spelt(output.type)} }}}}",
            "options": [AUTOMATIC, *chosen],
            "command_template": _command(
                OVERRIDE_S,
                f'"value":{{{{ {null} {_sent(output.type)} }}}}',
                output=output.name,
            ),
        }
    }


def _setpoint(topics: Topics, setpoint: Setpoint) -> Component:
    name, topic = f"Setpoint {setpoint.name}", topics.set(setpoint.name)
    common = {"state_topic": topics.setpoint(setpoint.name)}
    if isinstance(setpoint.type, NumberType):
        return {
            **_control("number", name, topic),
            **common,
            "value_template": "{{ value_json.value }}",
            **_span(setpoint.low, setpoint.high, setpoint.symbol),
            "command_template": _command(
                setpoint.lasts_s, '"value":{{ value }}', unit=setpoint.symbol
            ),
        }
    return {
        **_control("select", name, topic),
        **common,
        "value_template": f"{{{{ {_spelt(setpoint.type)} }}}}",
        "options": list(_choice(setpoint.type)),
        "command_template": _command(setpoint.lasts_s, f'"value":{{{{ {_sent(setpoint.type)} }}}}'),
    }


def _span(low: float | None, high: float | None, unit: str) -> Component:
    found: Component = {"mode": "box"}
    if low is not None:
        found["min"] = low
    if high is not None:
        found["max"] = high
    if unit:
        found["unit_of_measurement"] = unit
    return found


def _choice(kind: Type) -> Iterable[str]:
    return kind.values if isinstance(kind, EnumType) else ("on", "off")


def _spelt(kind: Type) -> str:
    """Return the template's expression for a value as it is shown."""
    return (
        "value_json.value" if isinstance(kind, EnumType) else "'on' if value_json.value else 'off'"
    )


def _sent(kind: Type) -> str:
    """Return the template's expression for a choice as it is sent."""
    return (
        "value | tojson" if isinstance(kind, EnumType) else "'true' if value == 'on' else 'false'"
    )
