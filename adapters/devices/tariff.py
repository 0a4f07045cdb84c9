"""A dynamic tariff: the price that counts now, from a list on MQTT or in a file.

    tariff:
      driver: tariff
      topic: tariff/prices            # or  file: /srv/prices.csv  (JSON or CSV, whole path)
      unit: ct/kWh
      keys: {list: data, start: startsAt, price: total}
      facts: {price.buy: price}

The list may be old, for its steps say when they count: a retained one is as good as any. When it
has ended the price is unknown, never the last one that was.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import aiomqtt

from adapters.cancellation import all_or_none
from adapters.codec.mqtt_json import DATA_BYTES_MAX, PayloadError, parse
from adapters.codec.price_list import Keys, PriceList, from_csv, from_json
from adapters.messaging.broker import (
    BROKER_OPTIONS,
    BrokerSettings,
    broker_from,
    hearing,
)
from adapters.port import Clock, Command, Field, Publish, Reading
from engine.values.fact import Quality
from engine.values.units import parse_unit

TOLD_EVERY_S = 10.0
FILE_LOOKED_EVERY_S = 60.0
_OWN = ("topic", "file", "unit", "keys", "read_only")
_KEYS = ("list", "start", "end", "price")


class Tariff:
    """The prices, wherever they come from."""

    def __init__(  # noqa: D107 - the class says it
        self,
        name: str,
        unit: str,
        keys: Keys,
        clock: Clock,
        *,
        broker: BrokerSettings | None = None,
        topic: str = "",
        file: Path | None = None,
    ) -> None:
        self.name = name
        self._unit = unit
        self._keys = keys
        self._clock = clock
        self._broker = broker
        self._topic = topic
        self._file = file
        self._prices = PriceList()
        self._reason = "no list of prices yet"

    def fields(self) -> tuple[Field, ...]:
        """Return price, next price, and how far the list reaches."""
        return (
            Field("price", self._unit, about="What counts now"),
            Field("next_price", self._unit, about="What counts after the step of now"),
            Field("known_for", "h", about="How long prices are known"),
        )

    def command(self, command: Command) -> None:
        """Ignore a command: a tariff is only heard."""

    async def run(self, publish: Publish) -> None:
        """Tell the price of now until cancelled. Raises DeviceError when the broker is lost."""
        if self._broker is None:
            await self._tell(publish)
            return
        async with hearing(self.name, self._broker, (self._topic,)) as link:
            await all_or_none(self._listen(link, publish), self._tell(publish))

    async def _listen(self, link: aiomqtt.Client, publish: Publish) -> None:
        async for message in link.messages:
            payload = message.payload if isinstance(message.payload, bytes) else b""
            self.hear(payload)
            publish(self.readings())

    async def _tell(self, publish: Publish) -> None:
        looked_s: float | None = None
        while True:
            now_s = self._clock.monotonic_s()
            if self._file and (looked_s is None or now_s - looked_s >= FILE_LOOKED_EVERY_S):
                looked_s = now_s
                await asyncio.get_running_loop().run_in_executor(None, self._look, self._file)
            publish(self.readings())
            await self._clock.sleep(TOLD_EVERY_S)

    def hear(self, payload: bytes, *, is_csv: bool = False) -> None:
        """Take a new list; one that cannot be read leaves the old one standing."""
        try:
            if is_csv:
                text = payload.decode("utf-8-sig", "replace")
                self._prices = from_csv(text, self._keys)
            else:
                self._prices = from_json(parse(payload, 4 * DATA_BYTES_MAX), self._keys)
            self._reason = "the list of prices has ended"
        except PayloadError as error:
            self._reason = f"the last list could not be read: {error}"

    def _look(self, file: Path) -> None:
        """Read the file; it may be written anew at any time."""
        try:
            with file.open("rb") as open_file:
                data = open_file.read(4 * DATA_BYTES_MAX + 1)
        except OSError as error:
            self._reason = f"{file.name} cannot be read: {error.strerror}"
            return
        self.hear(data, is_csv=file.suffix.lower() == ".csv")

    def readings(self) -> list[Reading]:
        """Return the prices as of now."""
        now_s, wall_s = self._clock.monotonic_s(), self._clock.wall_s()
        step = self._prices.at(wall_s)
        following = self._prices.at(step.end_s) if step else None
        known_h = (self._prices.ends_s(wall_s) - wall_s) / 3600
        return [
            self._reading("price", step.price if step else None, now_s),
            self._reading("next_price", following.price if following else None, now_s),
            self._reading("known_for", known_h, now_s),
        ]

    def _reading(self, field: str, value: float | None, now_s: float) -> Reading:
        if value is None:
            return Reading(field, None, Quality.MISSING, now_s, self._reason)
        return Reading(field, value, Quality.GOOD, now_s)


def build(name: str, options: Mapping[str, object], clock: Clock) -> Tariff:
    """Return the tariff that the options describe. Raises ValueError."""
    topic, file = options.get("topic", ""), options.get("file", "")
    unit, given = options.get("unit", "ct/kWh"), options.get("keys", {})
    if not isinstance(topic, str) or not isinstance(file, str) or bool(topic) == bool(file):
        raise ValueError("one of `topic` and `file` must say where the prices come from")
    if not isinstance(unit, str) or parse_unit(unit) is None:
        raise ValueError(f"`{unit}` is no unit")
    if not isinstance(given, Mapping) or not set(given) <= set(_KEYS):
        raise ValueError(f"`keys` says what the publisher calls {', '.join(_KEYS)}")
    names = {("entries" if key == "list" else key): str(each) for key, each in given.items()}
    keys = Keys(**names)
    if file:
        unknown = [key for key in options if key not in (*_OWN, *BROKER_OPTIONS)]
        if unknown:
            raise ValueError(f"`{unknown[0]}` is no option")
        return Tariff(name, unit, keys, clock, file=Path(file))
    if set(topic) & set("+#"):
        raise ValueError("`topic` must be one topic, without wildcards")
    return Tariff(name, unit, keys, clock, broker=broker_from(options, _OWN), topic=topic)
