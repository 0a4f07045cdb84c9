"""What a device implements, and nothing more. Everything that touches the world stands behind this.

A device speaks of its own *fields* in its own units (`battery_soc` in %); `site.yaml` says which
point or output of the plant each field is, and the gateway converts. A device runs as one task of
its own, with its own deadlines and back-off; no device ever waits for another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from engine.values.fact import Quality, Value


@dataclass(frozen=True, slots=True)
class Field:
    """One quantity of a device: its name there, its unit (empty for on/off and states), what it is.

    `values` are the named states, if it has any. A `writable` field can be commanded.
    """

    name: str
    unit: str = ""
    values: tuple[str, ...] = ()
    writable: bool = False
    about: str = ""


ONLINE = "online"
"""The name of the field by which a device tells whether it answers, if it has one: True or False.

It goes on trying by itself while it is False; people hear of it all the same."""


class Reading(NamedTuple):
    """A field's value as measured, in the field's unit; None unless the quality is GOOD.

    `measured_at_s` is monotonic time of measurement, not of arrival. `reason` says why a reading is
    not GOOD, in a few words.
    """

    field: str
    value: Value | None
    quality: Quality
    measured_at_s: float
    reason: str = ""


class Command(NamedTuple):
    """What a field shall be, in the field's unit, until monotonic `expires_at_s` unless renewed."""

    field: str
    value: Value
    expires_at_s: float
    reason: str = ""


Publish = Callable[[Sequence[Reading]], None]
"""Takes readings at once, never waits, never raises."""


class Device(Protocol):
    """A device or a bus of devices, driven by one task."""

    name: str

    def fields(self) -> tuple[Field, ...]:
        """Return everything that the device can tell or be told."""
        ...

    async def run(self, publish: Publish) -> None:
        """Connect and publish until cancelled. Raises DeviceError when the link is lost.

        The supervisor starts it again after a pause; on cancellation it closes what it opened.
        """
        ...

    def command(self, command: Command) -> None:
        """Take the newest command of a field; returns at once. An expired command is dropped.

        What came of it is told by readings: wanted, accepted and measured are fields of their own.
        """
        ...


class ScanDevice(Protocol):
    """A device read and written once a scan, in step with it: the PLC's own process image."""

    name: str

    def fields(self) -> tuple[Field, ...]:
        """Return everything that the device can tell or be told."""
        ...

    def read(self, now_s: float) -> Sequence[Reading]:
        """Return all readings as of monotonic `now_s`. What cannot be read is BAD; never raises."""
        ...

    def command(self, command: Command) -> None:
        """Take the newest command of a field for the next `write`."""
        ...

    def write(self, now_s: float) -> None:
        """Write one complete image: every field commanded, or its safe value if not or expired.

        Raises DeviceError if the image could not be written whole.
        """
        ...

    def write_safe(self) -> None:
        """Write the safe image. Raises DeviceError."""
        ...


class Clock(Protocol):
    """The only reader of time. Tests hand in one that they move by hand."""

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards."""
        ...

    def wall_s(self) -> float:
        """Return Unix time in seconds."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait on the monotonic clock."""
        ...


class DeviceError(Exception):
    """A device that cannot be reached, or answers what it must not. Says which and why."""
