"""A Buderus WLW186i, read through EMS-ESP on MQTT. It only tells.

    heatpump:
      driver: emsesp
      host: localhost
      facts: {heatpump.power: power, heatpump.running: running}

It is commanded by two relays of the PLC (SG-Ready): settings made through EMS-ESP last, and a
controller that dies would leave the heat pump locked or forced; relays fall back by themselves. The
field `sg_ready` is what the heat pump sees at its inputs.
"""

from collections.abc import Mapping

from adapters.codec import emsesp
from adapters.codec.mqtt_json import Json
from adapters.codec.mqtt_value import Found
from adapters.devices.mqtt_source import MqttSource, seconds
from adapters.messaging.broker import broker_from
from adapters.port import Clock

TTL_S = 120.0
"""EMS-ESP publishes on change, and everything at least every minute unless told otherwise."""


def build(name: str, options: Mapping[str, object], clock: Clock) -> MqttSource:
    """Return the heat pump that the options describe. Raises ValueError."""
    broker = broker_from(options, ("base", "ttl_s", "read_only"))
    base = options.get("base", "ems-esp")
    if not isinstance(base, str) or not base or set(base) & set("+#"):
        raise ValueError("`base` must be the first part of EMS-ESP's topics")
    ttl_s = seconds(options, "ttl_s", TTL_S)
    fields = emsesp.fields()
    names = tuple(field.name for field in fields)

    def decode(topic: str, content: Json) -> Mapping[str, Found]:
        if topic.endswith("_dhw"):
            return emsesp.found_in({"dhw": content})
        return emsesp.found_in(content)

    topics = {f"{base}/{emsesp.GROUPS[0]}": names, f"{base}/{emsesp.GROUPS[1]}": ()}
    return MqttSource(
        name, broker, topics, fields, decode, clock, ttl_s=dict.fromkeys(names, ttl_s)
    )
