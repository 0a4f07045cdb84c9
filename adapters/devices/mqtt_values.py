"""Values of any program that publishes on MQTT: topic, place in the JSON, unit, time to live.

    weather:
      driver: mqtt_values
      host: localhost
      values:
        outdoor: {topic: weather/now, path: outdoor.temperature, unit: °C, range: [-40, 50]}
        window:  {topic: house/window, kind: on/off, ttl_s: 3600}
        season:  {topic: house/season, path: now, states: {summer: summer, winter: winter}}
      facts: {outside.temperature: outdoor}

`time` names where the time of measurement stands (Unix seconds or ISO 8601 with its offset);
without it a message is as old as its arrival, and a retained one is not believed unless
`retained: true` says so. A plain number, `ON` or `OFF` needs no path.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.codec.mqtt_json import Json
from adapters.codec.mqtt_value import AbsentError, Found, Wanted, find
from adapters.devices.mqtt_source import MqttSource, seconds
from adapters.messaging.broker import broker_from
from adapters.port import Clock, Field
from engine.values.units import parse_unit

TTL_S = 900.0
_KEYS = {
    *("topic", "path", "unit", "range", "ttl_s", "factor", "kind", "states", "time"),
    *("retained", "about"),
}


@dataclass(frozen=True, slots=True)
class _Value:
    topic: str
    wanted: Wanted
    field: Field
    ttl_s: float
    retained: bool


def build(name: str, options: Mapping[str, object], clock: Clock) -> MqttSource:
    """Return the device that the options describe. Raises ValueError."""
    broker = broker_from(options, ("values", "read_only"))
    described = options.get("values")
    if not isinstance(described, Mapping) or not described:
        raise ValueError("`values` must hold a name and a description for each")
    values, problems = [], []
    for each, about in described.items():
        try:
            values.append(_value(str(each), about))
        except ValueError as error:
            problems.append(f"{each}: {error}")
    if problems:
        raise ValueError("; ".join(problems))
    topics: dict[str, list[str]] = {}
    for value in values:
        topics.setdefault(value.topic, []).append(value.field.name)

    def decode(topic: str, content: Json) -> Mapping[str, Found]:
        found = {}
        for value in values:
            if value.topic == topic:
                try:
                    found[value.field.name] = find(value.wanted, content)
                except AbsentError:
                    continue
        return found

    return MqttSource(
        name,
        broker,
        topics,
        tuple(value.field for value in values),
        decode,
        clock,
        ttl_s={value.field.name: value.ttl_s for value in values},
        takes_retained=frozenset(value.field.name for value in values if value.retained),
    )


def _value(name: str, about: object) -> _Value:
    if not isinstance(about, Mapping):
        raise ValueError("needs at least a `topic`")  # noqa: TRY004 - one error for all that is wrong
    unknown = [str(key) for key in about if key not in _KEYS]
    if unknown:
        raise ValueError(f"`{unknown[0]}` is not known: {', '.join(sorted(_KEYS))}")
    topic, unit = about.get("topic"), about.get("unit", "")
    if not isinstance(topic, str) or not topic or set(topic) & set("+#"):
        raise ValueError("`topic` must be one topic, without wildcards")
    if not isinstance(unit, str) or (unit and parse_unit(unit) is None):
        raise ValueError(f"`{unit}` is no unit")
    states = _states(about.get("states", {}))
    kind = about.get("kind", "number")
    if kind not in ("number", "on/off"):
        raise ValueError("`kind` is number or on/off")
    low, high = _range(about.get("range"))
    factor = about.get("factor", 1.0)
    if isinstance(factor, bool) or not isinstance(factor, int | float):
        raise ValueError("`factor` must be a number")  # noqa: TRY004 - same
    wanted = Wanted(
        name,
        _path(about.get("path", "")),
        unit,
        states,
        low,
        high,
        float(factor),
        kind == "number",
        _path(about.get("time", "")),
    )
    names = tuple(dict.fromkeys(state for _, state in states))
    field = Field(name, unit, names, about=str(about.get("about", "")))
    return _Value(
        topic, wanted, field, seconds(about, "ttl_s", TTL_S), about.get("retained") is True
    )


def _path(text: object) -> tuple[str, ...]:
    if not isinstance(text, str):
        raise ValueError("a path is written `outer.inner`")  # noqa: TRY004 - same
    return tuple(text.split(".")) if text else ()


def _states(given: object) -> tuple[tuple[Json, str], ...]:
    if not isinstance(given, Mapping) or not all(isinstance(each, str) for each in given.values()):
        raise ValueError("`states` holds lines of `what is written: what it is`")
    return tuple((str(written), state) for written, state in given.items())


def _range(span: object) -> tuple[float | None, float | None]:
    if span is None:
        return None, None
    if isinstance(span, list) and len(span) == 2:  # noqa: PLR2004 - low and high
        numbers = [float(each) for each in span if isinstance(each, int | float)]
        if len(numbers) == len(span) and numbers[0] < numbers[1]:
            return numbers[0], numbers[1]
    raise ValueError("`range` is two numbers")
