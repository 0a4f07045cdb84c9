"""Home Assistant hears what there is: at the start, after a reload, and when it starts itself.

What it was told before, perhaps by an older ThermIQ, the broker has kept: components that are no
longer there are taken leave of, once, before the new list is told.
"""

from adapters.codec.mqtt_discovery import Told, discovery, farewell
from adapters.codec.mqtt_json import dump
from adapters.codec.mqtt_topics import Kind, Topics
from adapters.messaging.outbox import Outbox


class HomeAssistant:
    """The discovery of one site."""

    def __init__(self, outbox: Outbox, topics: Topics) -> None:
        """Tell by `outbox`."""
        self._outbox = outbox
        self._topics = topics
        self._config: dict[str, object] | None = None
        self._before = b""

    def announce(self, told: Told, now_s: float) -> None:
        """Tell what there is from now on."""
        before = dump(self._config) if self._config else self._before
        self._config, self._before = discovery(self._topics, told), b""
        self._take_leave(before, now_s)

    def seen(self, retained: bytes) -> None:
        """Hear what the broker has kept of an earlier announcement."""
        self._before = retained
        if self._config is not None:
            self._take_leave(retained, 0.0)

    def again(self) -> None:
        """Tell it again: Home Assistant has started."""
        if self._config is not None:
            self._outbox.again(self._topics.config)

    def _take_leave(self, before: bytes, now_s: float) -> None:
        assert self._config is not None  # noqa: S101 - both callers have one
        parting = farewell(before, self._config) if before else None
        if parting is not None:
            self._outbox.post(Kind.DISCOVERED, self._topics.config, dump(parting))
        config = self._topics.config
        self._outbox.put(Kind.DISCOVERED, config, self._config, before, now_s)
