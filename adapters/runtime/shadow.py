"""Shadow: the daemon beside another controller. It reads everything and can command nothing.

Each device is put behind a face that has no `command` and no `write`, and the gateway is given no
device to command: what would write does not exist for the loop, so no mistake in it can call it.
A driver that writes of its own accord (to restore a setting when it connects, say) is built with
the option `read_only: true`.
"""

from collections.abc import Sequence
from typing import Protocol, final, runtime_checkable

from adapters.port import Device, Field, Publish, Reading, ScanDevice


class Runner(Protocol):
    """The half of a Device that only tells."""

    @property
    def name(self) -> str:
        """The device's name in the site file."""
        ...

    def fields(self) -> tuple[Field, ...]:
        """Return everything that the device can tell or be told."""
        ...

    async def run(self, publish: Publish) -> None:
        """Connect and publish until cancelled; see Device."""
        ...


class ScanReader(Protocol):
    """The half of a ScanDevice that only tells."""

    @property
    def name(self) -> str:
        """The device's name in the site file."""
        ...

    def read(self, now_s: float) -> Sequence[Reading]:
        """Return all readings as of monotonic `now_s`; see ScanDevice."""
        ...


@runtime_checkable
class Closed(Protocol):
    """A scan device that holds something open."""

    def close(self) -> None:
        """Close it."""
        ...


@final
class ShadowDevice:
    """A device that can be heard and not told."""

    __slots__ = ("__device",)

    def __init__(self, device: Device) -> None:
        """Stand before `device`."""
        self.__device = device

    @property
    def name(self) -> str:
        """Return the device's name."""
        return self.__device.name

    def fields(self) -> tuple[Field, ...]:
        """Return the device's fields."""
        return self.__device.fields()

    async def run(self, publish: Publish) -> None:
        """Run the device."""
        await self.__device.run(publish)


@final
class ShadowScanDevice:
    """A scan device that can be read and not written."""

    __slots__ = ("__device",)

    def __init__(self, device: ScanDevice) -> None:
        """Stand before `device`."""
        self.__device = device

    @property
    def name(self) -> str:
        """Return the device's name."""
        return self.__device.name

    def read(self, now_s: float) -> Sequence[Reading]:
        """Return the device's readings."""
        return self.__device.read(now_s)

    def close(self) -> None:
        """Close the device, if it holds something open."""
        if isinstance(self.__device, Closed):
            self.__device.close()
