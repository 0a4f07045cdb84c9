"""What waits to be published: the latest of each topic, and a few events. Bounded, never waits.

A broker that is away costs nothing but being out of date: when it is back, `renew` sends the
latest of everything once. An event (a reply) is sent once or, if too many wait, the oldest is lost.
"""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import NamedTuple

from adapters.codec.mqtt_json import dump
from adapters.codec.mqtt_topics import TABLE, Kind

TOPICS_MAX = 5000
EVENTS_MAX = 100
REPEAT_S = 60.0
"""What does not change is told again that often: Home Assistant knows by it that it still holds."""
REST_S = 1.0
"""A number that changes all the time is told at most that often."""


class Message(NamedTuple):
    """One message as it is published."""

    topic: str
    payload: bytes
    qos: int
    retained: bool


class _Told(NamedTuple):
    key: Hashable
    at_s: float


class Outbox:
    """The latest of every topic, and what of it is still to be sent."""

    def __init__(self) -> None:
        """Start empty."""
        self._current: dict[str, Message] = {}
        self._told: dict[str, _Told] = {}
        self._waiting: dict[str, None] = {}
        self._events: deque[Message] = deque(maxlen=EVENTS_MAX)
        self._ready = asyncio.Event()
        self.refused = 0
        """Topics that found no room."""

    def is_news(self, topic: str, key: Hashable, now_s: float, rest_s: float = 0.0) -> bool:
        """Tell whether `key`, what counts of a content, is worth telling at monotonic `now_s`."""
        told = self._told.get(topic)
        if told is None:
            return True
        return now_s - told.at_s >= (REPEAT_S if told.key == key else rest_s)

    def differs(self, topic: str, key: Hashable) -> bool:
        """Tell whether `key` is another than that of the latest."""
        told = self._told.get(topic)
        return told is None or told.key != key

    def repeat(self, topic: str, now_s: float) -> None:
        """Send the latest again, as it is, because it still holds at monotonic `now_s`."""
        if topic in self._current:
            self._told[topic] = self._told[topic]._replace(at_s=now_s)
            self._wait(topic)

    def put(
        self, kind: Kind, topic: str, content: dict[str, object], key: Hashable, now_s: float
    ) -> None:
        """Let `content` be the latest of a retained topic."""
        if topic not in self._current and len(self._current) >= TOPICS_MAX:
            self.refused += 1
            return
        row = TABLE[kind]
        self._told[topic] = _Told(key, now_s)
        self._current[topic] = Message(topic, dump(content), row.qos, row.retained)
        self._wait(topic)

    def post(self, kind: Kind, topic: str, payload: bytes) -> None:
        """Send something once, as its kind is sent."""
        self._events.append(Message(topic, payload, TABLE[kind].qos, retained=False))
        self._ready.set()

    def clear(self, topic: str) -> None:
        """Forget a topic, and let the broker forget what it kept of it."""
        self._current.pop(topic, None)
        self._told.pop(topic, None)
        if len(self._waiting) < 2 * TOPICS_MAX:
            self._wait(topic)

    def again(self, topic: str) -> None:
        """Send the latest of a topic once more."""
        if topic in self._current:
            self._wait(topic)

    def renew(self) -> None:
        """Send the latest of everything again, as to a broker that was restarted."""
        self._waiting |= dict.fromkeys(self._current)
        self._ready.set()

    def take(self) -> Message | None:
        """Return what is to be sent next, None if nothing waits."""
        if self._events:
            return self._events.popleft()
        if self._waiting:
            topic = next(iter(self._waiting))
            del self._waiting[topic]
            return self._current.get(topic) or Message(topic, b"", 1, retained=True)
        self._ready.clear()
        return None

    def give_back(self, message: Message) -> None:
        """Take back what could not be sent; the latest of a topic is still there."""
        if message.retained:
            self._wait(message.topic)
        else:
            self._events.appendleft(message)

    async def ready(self) -> None:
        """Wait until something is to be sent."""
        await self._ready.wait()

    def topics(self) -> frozenset[str]:
        """Return the topics that have a latest content."""
        return frozenset(self._current)

    def _wait(self, topic: str) -> None:
        self._waiting[topic] = None
        self._ready.set()
