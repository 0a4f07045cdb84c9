"""A device that is heard on MQTT: topics in, readings out, silence noticed.

What a broker kept is of unknown age: a retained message counts only where the message itself says
when it was measured, or where the site says that it may.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import aiomqtt

from adapters.cancellation import all_or_none
from adapters.codec.mqtt_json import Json, PayloadError
from adapters.codec.mqtt_value import Found, content_of
from adapters.messaging.broker import BrokerSettings, hearing
from adapters.port import Clock, Command, Field, Publish, Reading
from engine.values.fact import Quality

LOOKED_EVERY_S = 1.0

Decode = Callable[[str, Json], Mapping[str, Found]]
"""From a topic and a message's content to what it tells, by field."""


class MqttSource:
    """One device that publishes on MQTT by itself."""

    def __init__(
        self,
        name: str,
        broker: BrokerSettings,
        topics: Mapping[str, Sequence[str]],
        device_fields: tuple[Field, ...],
        decode: Decode,
        clock: Clock,
        *,
        ttl_s: Mapping[str, float],
        takes_retained: frozenset[str] = frozenset(),
    ) -> None:
        """Hear `topics`, each with the fields it may tell; a field lives `ttl_s` of itself."""
        self.name = name
        self._broker = broker
        self._topics = topics
        self._fields = device_fields
        self._decode = decode
        self._clock = clock
        self._ttl_s = ttl_s
        self._takes_retained = takes_retained
        self._heard_s: dict[str, float] = {}

    def fields(self) -> tuple[Field, ...]:
        """Return everything that it can tell."""
        return self._fields

    def command(self, command: Command) -> None:
        """Ignore a command: it is only heard."""

    async def run(self, publish: Publish) -> None:
        """Listen until cancelled. Raises DeviceError when the broker is lost."""
        now_s = self._clock.monotonic_s()
        self._heard_s = dict.fromkeys(self._ttl_s, now_s)
        async with hearing(self.name, self._broker, self._topics) as link:
            await all_or_none(self._listen(link, publish), self._watch(publish))

    async def _listen(self, link: aiomqtt.Client, publish: Publish) -> None:
        async for message in link.messages:
            payload = message.payload if isinstance(message.payload, bytes) else b""
            readings = self.hear(message.topic.value, payload, retained=message.retain)
            if readings:
                publish(readings)

    def hear(self, topic: str, payload: bytes, *, retained: bool) -> list[Reading]:
        """Return what a message tells; whatever it says, this does not raise."""
        now_s, wall_s = self._clock.monotonic_s(), self._clock.wall_s()
        try:
            found = self._decode(topic, content_of(payload))
        except PayloadError as error:
            found = {name: Found(None, str(error)) for name in self._topics.get(topic, ())}
        readings = []
        for name, each in found.items():
            if retained and each.wall_s is None and name not in self._takes_retained:
                continue
            age_s = 0.0 if each.wall_s is None else max(0.0, wall_s - each.wall_s)
            self._heard_s[name] = max(now_s - age_s, self._heard_s.get(name, now_s - age_s))
            quality = Quality.BAD if each.value is None else Quality.GOOD
            readings.append(Reading(name, each.value, quality, now_s - age_s, each.reason))
        return readings

    async def _watch(self, publish: Publish) -> None:
        while True:
            await self._clock.sleep(LOOKED_EVERY_S)
            readings = self.silent()
            if readings:
                publish(readings)

    def silent(self) -> list[Reading]:
        """Return what has not been heard for its time to live, as MISSING."""
        now_s = self._clock.monotonic_s()
        return [
            Reading(name, None, Quality.MISSING, now_s, f"no message for {ttl_s:g} s")
            for name, ttl_s in self._ttl_s.items()
            if now_s - self._heard_s.get(name, now_s) > ttl_s
        ]


def seconds(options: Mapping[str, object], name: str, default: float) -> float:
    """Return a time of the options in seconds. Raises ValueError."""
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 1e6:  # noqa: PLR2004 - eleven days
        raise ValueError(f"`{name}` must be a number of seconds, at least 1")
    return float(value)
