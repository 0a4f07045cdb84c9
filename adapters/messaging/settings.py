"""What the site file says under `mqtt:`.

mqtt:
  host: localhost
  username: thermiq
  password_file: /etc/thermiq/mqtt.password
  homeassistant: true               # or the prefix it was given there
  topics: {p3/relay: p3.run_target, outdoor/temperature: outside.temperature}
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.codec.mqtt_topics import BASE, DISCOVERY, Topics
from adapters.messaging.broker import BrokerSettings, broker_from

_OWN = ("base", "homeassistant", "topics")


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """Where the broker is, what the topics begin with, and the site's own topics."""

    broker: BrokerSettings
    topics: Topics
    has_homeassistant: bool = True
    extras: Mapping[str, str] = field(default_factory=dict)


def settings_from(
    site: str, options: Mapping[str, object], *, shadow: bool = False
) -> MqttSettings:
    """Return what the section says for the site. Raises ValueError with what is wrong.

    In shadow another controller has the topics: everything is told under `thermiq-shadow`, and Home
    Assistant is not told of it.
    """
    broker = broker_from(options, _OWN)
    base = options.get("base", BASE)
    prefix = options.get("homeassistant", True)
    extras = options.get("topics", {})
    if not isinstance(base, str):
        raise ValueError("`base` must be a text")  # noqa: TRY004 - one error for all that is wrong
    if not isinstance(prefix, bool | str):
        raise ValueError("`homeassistant` must be true, false or its prefix")  # noqa: TRY004 - same
    if not isinstance(extras, Mapping) or not all(isinstance(e, str) for e in extras.values()):
        raise ValueError("`topics` holds lines of `topic: point or output`")
    if shadow:
        base, prefix = f"{base}-shadow", False
    topics = Topics(site or "site", base, prefix if isinstance(prefix, str) else DISCOVERY)
    for path in extras:
        topics.own(path)
    return MqttSettings(broker, topics, prefix is not False, dict(extras))
