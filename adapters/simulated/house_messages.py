"""Who publishes on MQTT in the house on loopback: EMS-ESP, a weather service, a tariff.

Mosquitto runs as a child process. Without it the three are silent and the house says so.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import aiomqtt

from adapters.cancellation import cancellable
from adapters.messaging.steady_client import SteadyClient
from adapters.port import Clock
from adapters.simulated.broker import BrokerError, Mosquitto
from engine.values.fact import Value

_RECONNECT_S = 0.5
_HOURS = 24
_HOUR_S = 3600.0

Points = Callable[[], Mapping[str, Value]]


class HouseMessages:
    """The broker, and the publishers on it."""

    def __init__(self, points: Points, clock: Clock, folder: Path, every_s: float) -> None:
        """Publish everything each `every_s` seconds of `clock`."""
        self.silent: set[str] = set()
        """Publishers that say nothing: `heatpump`, `weather`, `tariff`."""
        self.trouble = ""
        """Why there is no broker."""
        self._points = points
        self._clock = clock
        self._every_s = every_s
        self._broker = Mosquitto(folder, stand_in=True)
        self._task: asyncio.Task[None] | None = None

    @property
    def note(self) -> str:
        """Return what a person should know of the broker."""
        return self._broker.note

    @property
    def port(self) -> int:
        """Return where the broker listens on loopback, or would."""
        return self._broker.port

    async def start(self) -> None:
        """Start the broker and publish on it; without Mosquitto only say why not."""
        await self.start_broker()
        self._task = asyncio.create_task(self._publish(), name="house on MQTT")

    async def start_broker(self) -> None:
        """Start the broker, again if it was stopped, on the same port."""
        try:
            await asyncio.to_thread(self._broker.start)
        except BrokerError as error:
            self.trouble = f"{error}; EMS-ESP, weather and tariff are silent"

    def stop_broker(self) -> None:
        """Stop the broker as a power cut would."""
        self._broker.stop()

    async def stop(self) -> None:
        """Stop publishing, and the broker."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.stop_broker()

    async def _publish(self) -> None:
        while not self.trouble:
            try:
                async with SteadyClient("127.0.0.1", self.port) as client:
                    while True:
                        for topic, content in self._messages().items():
                            await cancellable(client.publish(topic, json.dumps(content), qos=1))
                        await self._clock.sleep(self._every_s)
            except aiomqtt.MqttError:
                await asyncio.sleep(_RECONNECT_S)

    def _messages(self) -> dict[str, object]:
        points = self._points()
        messages: dict[str, object] = {}
        if "heatpump" not in self.silent:
            running = points["heatpump.running"] is True
            messages["ems-esp/boiler_data"] = {
                "hpcurrpower": round(float(points["heatpump.power"])),
                "hpcompon": "on" if running else "off",
                "hpactivity": "heating" if running else "none",
            }
        if "weather" not in self.silent:
            outside_c = round(float(points["outside.temperature"]), 1)
            messages["weather/now"] = {"outdoor": {"temperature": outside_c}}
        if "tariff" not in self.silent:
            first_s = self._clock.wall_s() // _HOUR_S * _HOUR_S
            price = float(points["price.buy"])
            messages["tariff/prices"] = [
                {"start": first_s + hour * _HOUR_S, "price": price} for hour in range(_HOURS)
            ]
        return messages
