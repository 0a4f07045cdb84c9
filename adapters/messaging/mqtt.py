"""The messenger: keeps a connection to the broker, tells what happened, hears what is asked.

The scan never waits for it: a listener notes the newest scan, everything else happens in tasks of
its own, and a broker that is away or frozen costs nothing but a bounded cache. Nothing on the way
to safety goes through here.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import aiomqtt

from adapters.cancellation import all_or_none, cancellable, heed_cancellation
from adapters.codec import mqtt_state
from adapters.codec.mqtt_discovery import Told
from adapters.codec.mqtt_json import dump
from adapters.codec.mqtt_ledger import Ledger
from adapters.codec.mqtt_topics import TABLE, Kind
from adapters.devices.setpoints import Setpoints
from adapters.messaging.broker import PAUSES_S, client, own_id
from adapters.messaging.desk import Desk, Operations
from adapters.messaging.homeassistant import HomeAssistant
from adapters.messaging.outbox import Outbox
from adapters.messaging.settings import MqttSettings
from adapters.messaging.teller import Teller, alarms_of, sentences_of
from adapters.port import Clock, DeviceError, Field, Publish, Reading
from adapters.runtime.cycle import Cycle
from engine.control.program import Program
from engine.control.scan import Scan

HEARTBEAT_S = 10.0
SWEEP_S = 5.0
"""How long the messenger looks for topics that an earlier one left behind."""
SILENT_S = 3 * HEARTBEAT_S
"""A broker that has not passed our own heartbeat back for so long drops what we publish."""
PARTING_S = 2.0
AWAY_S = 60.0
"""A broker that is away for so long is worth an alarm."""
OFTEN, OFTEN_S = 4, 60.0
"""So many connections in so many seconds: somebody takes our place, or the broker is ill."""

log = logging.getLogger(__name__)


def _to_nobody(readings: Sequence[Reading]) -> None:
    """Publish nothing."""


class Happened(NamedTuple):
    """A scan, and the program it ran."""

    program: Program
    scan: Scan


class Messenger:
    """Everything the site tells and hears on MQTT; `adapters.messaging.build` makes one."""

    name = "mqtt"

    def __init__(
        self,
        settings: MqttSettings,
        cycle: Cycle,
        clock: Clock,
        operations: Operations,
        *,
        reasons: Callable[[], Mapping[str, str]] = dict,
        setpoints: Setpoints | None = None,
        version: str = "",
    ) -> None:
        """Stand between `cycle` and the broker; nothing is opened before `run`."""
        self._settings = settings
        self._topics = settings.topics
        self._cycle = cycle
        self._clock = clock
        self._operations = operations
        self._setpoints = setpoints
        self._version = version
        self._outbox = Outbox()
        self._teller = Teller(
            self._outbox, self._topics, self._operations, reasons, setpoints, settings.extras
        )
        self.requests = Ledger()
        """Which requests were heard; to be kept over a restart."""
        self._desk = Desk(cycle, clock, self._reply, self._operations, setpoints, self.requests)
        self._home = HomeAssistant(self._outbox, self._topics)
        self._announced: Program | None = None
        self._newest: Happened | None = None
        self._fields: dict[str, dict[str, Field]] = {}
        self._happened = asyncio.Event()
        self._echo_s = math.inf
        self.is_connected = False
        self.connections = 0
        """How often a connection was made."""
        self._connected_s: list[float] = []
        self._lost_s = clock.monotonic_s()
        self.last_error = ""
        self.is_dropped = False
        """The broker accepts what is published and passes it to nobody."""

    def fields(self) -> tuple[Field, ...]:
        """Return nothing: it is supervised as the devices are, but feeds no point."""
        return ()

    def trouble(self) -> str:
        """Return what a person should do something about, or nothing."""
        now_s = self._clock.monotonic_s()
        if self.is_dropped:
            return "the broker drops what is published: look at its access list"
        if sum(now_s - at_s < OFTEN_S for at_s in self._connected_s) >= OFTEN:
            return "the connection to the broker ends again and again: has somebody our name?"
        if not self.is_connected and now_s - self._lost_s > AWAY_S:
            return f"no broker for {AWAY_S:g} s: {self.last_error}"
        return ""

    def know(self, device: str, fields: Sequence[Field]) -> None:
        """Tell from now on what `device` says of itself, field by field.

        Raises ValueError if a name cannot stand in a topic.
        """
        for each in fields:
            self._topics.reading(device, each.name)
        self._fields[device] = {each.name: each for each in fields}

    def heard(self, device: str, readings: Sequence[Reading]) -> None:
        """Hear a device's readings, beside the gateway; returns at once."""
        fields = self._fields.get(device)
        if fields is not None:
            self._teller.readings(device, fields, readings, self._cycle.moment())

    def note(self, scan: Scan) -> None:
        """Hear of a complete scan; returns at once, everything else happens in `run`."""
        self._newest = Happened(self._cycle.program, scan)
        self._desk.after(scan)
        self._happened.set()

    async def run(self, publish: Publish = _to_nobody) -> None:  # noqa: ARG002 - it feeds no point
        """Tell and hear until cancelled; whatever the broker does, this goes on."""
        await all_or_none(self._keep_telling(), self._keep_beating(), self._keep_connected())

    async def _keep_telling(self) -> None:
        while True:
            await self._happened.wait()
            self._happened.clear()
            if self._newest is not None:
                await self._tell(*self._newest)

    async def _tell(self, program: Program, scan: Scan) -> None:
        self._announce(program)
        news = self._teller.look(program, scan)
        if news:
            reasons = await asyncio.to_thread(sentences_of, program, scan, news)
            self._teller.decided(zip(news, reasons, strict=True), program, scan)

    def _announce(self, program: Program) -> None:
        if program is self._announced:
            return
        self._announced = program
        if self._settings.has_homeassistant:
            told = Told(
                program.rulebook.plant,
                alarms_of(program),
                self._operations.modes(),
                tuple(self._setpoints.setpoints.values()) if self._setpoints else (),
                self._version,
            )
            self._home.announce(told, self._clock.monotonic_s())

    async def _keep_beating(self) -> None:
        while True:
            self._beat("online")
            silent = self._clock.monotonic_s() - self._echo_s > SILENT_S
            if silent and self.is_connected and not self.is_dropped:
                log.error("the broker drops what is published: look at its access list")
            self.is_dropped = silent and self.is_connected
            await self._clock.sleep(HEARTBEAT_S)

    def _beat(self, state: str) -> None:
        now_s = self._clock.monotonic_s()
        content = self._status(state)
        self._outbox.put(Kind.STATUS, self._topics.status, content, now_s, now_s)

    def _status(self, state: str) -> mqtt_state.Content:
        counters = self._cycle.counters
        numbers = {"scans": counters.scans, "overruns": counters.overruns}
        return mqtt_state.status_content(state, self._clock.wall_s(), numbers)

    def _reply(self, topic: str, content: mqtt_state.Content) -> None:
        self._outbox.post(Kind.REPLY, f"{topic}/reply", dump(content))

    async def _keep_connected(self) -> None:
        attempt = 0
        while True:
            before = self.connections
            error = await self._one_connection()
            if self.is_connected:
                self._lost_s = self._clock.monotonic_s()
            self.is_connected = False
            heed_cancellation()
            attempt = 0 if self.connections > before else attempt + 1
            pause_s = PAUSES_S[min(attempt, len(PAUSES_S) - 1)]
            if error != self.last_error or attempt == 0:
                log.warning("mqtt: %s; next try in %g s", error, pause_s)
            self.last_error = error
            await self._clock.sleep(pause_s)

    async def _one_connection(self) -> str:
        """Connect and stay connected as long as it lasts; returns why it ended."""
        row = TABLE[Kind.STATUS]
        will = aiomqtt.Will(self._topics.status, dump(mqtt_state.WILL), row.qos, row.retained)
        broker = self._settings.broker
        try:
            identifier = own_id(broker, f"thermiq-{self._topics.site}")
            async with client(broker, identifier, will) as link:
                try:
                    await self._converse(link)
                except asyncio.CancelledError:
                    await self._part(link)
                    raise
        except (aiomqtt.MqttError, DeviceError) as error:
            return str(error)
        return "the connection has ended"

    async def _converse(self, link: aiomqtt.Client) -> None:
        topics = self._topics
        wanted = [*topics.requests(), topics.status, *topics.kept()]
        if self._settings.has_homeassistant:
            wanted += [topics.birth, topics.config]
        heed_cancellation()
        await cancellable(link.subscribe([(topic, 1) for topic in wanted]))
        self.connections += 1
        self._connected_s = [*self._connected_s, self._clock.monotonic_s()][-OFTEN:]
        self.is_connected, self.last_error = True, ""
        self._echo_s = self._clock.monotonic_s()
        self._beat("online")
        self._outbox.renew()
        log.info("mqtt: connected")
        await all_or_none(self._send(link), self._receive(link), self._stop_sweeping(link))

    async def _send(self, link: aiomqtt.Client) -> None:
        while True:
            message = self._outbox.take()
            if message is None:
                await self._outbox.ready()
                continue
            try:
                await cancellable(link.publish(*message))
            except aiomqtt.MqttError:
                self._outbox.give_back(message)
                raise

    async def _receive(self, link: aiomqtt.Client) -> None:
        async for message in link.messages:
            payload = message.payload if isinstance(message.payload, bytes) else b""
            self._hear(message.topic.value, payload, retained=message.retain)

    def _hear(self, topic: str, payload: bytes, *, retained: bool) -> None:
        topics = self._topics
        asked = topics.asked(topic)
        if asked is not None:
            self._desk.hear(*asked, topic, payload, retained=retained)
            if retained and payload:
                self._outbox.clear(topic)
        elif topic == topics.status:
            if not retained:
                self._echo_s = self._clock.monotonic_s()
        elif topic == topics.birth:
            if payload == b"online":
                self._home.again()
        elif topic == topics.config:
            if retained and payload:
                self._home.seen(payload)
        elif retained and payload and topic not in self._outbox.topics():
            self._outbox.clear(topic)

    async def _stop_sweeping(self, link: aiomqtt.Client) -> None:
        await self._clock.sleep(SWEEP_S)
        await cancellable(link.unsubscribe(list(self._topics.kept())))

    async def _part(self, link: aiomqtt.Client) -> None:
        """Say goodbye: the broker's will speaks only for who goes without a word."""
        row, content = TABLE[Kind.STATUS], dump(self._status("offline"))
        try:
            await link.publish(
                self._topics.status, content, row.qos, row.retained, timeout=PARTING_S
            )
        except aiomqtt.MqttError as error:
            log.warning("mqtt: no goodbye: %s", error)
