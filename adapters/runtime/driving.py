"""Which scan devices are driven, and which are held safe because their image cannot be written.

In this file: when a device is held and when it is let go. Nothing else changes that.

    driven    a write or a feed fails              held: safe image tried at once
    held      2 s after the last try               safe image tried again
              a try fails                          the 10 s begin anew
              a try succeeds, 10 s without failure driven from the next scan on

A PLC without its process image, or of a layout that nobody has looked at, is no reason to end: who
is reached through a network must still be told to stop. While a device is held its output watchdog
is not fed, so the kernel sets the outputs to 0 on its own; nothing else is commanded but failsafe.
"""

import logging
import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from adapters.port import DeviceError, ScanDevice

HOLD_S = 10.0
"""So long a device must take its safe image before it is driven again."""
RETRY_S = 2.0

log = logging.getLogger(__name__)


@runtime_checkable
class Fed(Protocol):
    """A scan device with an output watchdog of its own."""

    def feed(self) -> None:
        """Hear that a scan is complete. Raises DeviceError."""
        ...


@runtime_checkable
class Released(Protocol):
    """A scan device whose outputs go to 0 on their own when no scan feeds it for so long."""

    @property
    def released_after_s(self) -> float:
        """Seconds; infinite while nobody watches over the outputs."""
        ...


class Held(NamedTuple):
    """Why a device is held safe, how often it failed, and when it is tried and let go."""

    reason: str
    failures: int
    try_s: float
    until_s: float


class Driving:
    """The scan devices of a cycle."""

    def __init__(self, devices: Sequence[ScanDevice]) -> None:
        """Drive `devices`; none is held yet."""
        self.devices = tuple(devices)
        self._fed = tuple((each.name, each) for each in devices if isinstance(each, Fed))
        self.held: dict[str, Held] = {}
        self._failures: dict[str, int] = {}

    @property
    def released_after_s(self) -> float:
        """After how long without a scan some outputs are at 0, infinite if they never are."""
        found = (each.released_after_s for each in self.devices if isinstance(each, Released))
        return min(found, default=math.inf)

    @property
    def why(self) -> str:
        """Why not everything is driven, empty if it is."""
        return "; ".join(f"{name} is held safe: {each.reason}" for name, each in self.held.items())

    def failures(self, name: str) -> int:
        """Return how often a device has failed since the start."""
        return self._failures.get(name, 0)

    def begin(self, now_s: float) -> None:
        """Write the first image, the safe one; who does not take it is held."""
        for device in self.devices:
            self._write_safe(device, now_s)

    def write(self, now_s: float) -> None:
        """Write one image each: what was commanded, or the safe one to whom is held."""
        for device in self.devices:
            held = self.held.get(device.name)
            if held is None:
                try:
                    device.write(now_s)
                except DeviceError as error:
                    self._hold(device.name, str(error), now_s)
                    self._write_safe(device, now_s)
            elif now_s >= held.try_s and self._write_safe(device, now_s) and now_s >= held.until_s:
                del self.held[device.name]
                log.warning("%s is driven again", device.name)

    def feed(self, now_s: float) -> None:
        """Feed the output watchdogs after a complete scan, but of nobody who is held."""
        for name, device in self._fed:
            if name not in self.held:
                try:
                    device.feed()
                except DeviceError as error:
                    self._hold(name, str(error), now_s)

    def _write_safe(self, device: ScanDevice, now_s: float) -> bool:
        try:
            device.write_safe()
        except DeviceError as error:
            self._hold(device.name, str(error), now_s)
            return False
        held = self.held.get(device.name)
        if held is not None:
            self.held[device.name] = held._replace(try_s=now_s + RETRY_S)
        return True

    def _hold(self, name: str, reason: str, now_s: float) -> None:
        known = self.held.get(name)
        failures = self._failures[name] = self.failures(name) + 1
        self.held[name] = Held(reason, failures, now_s + RETRY_S, now_s + HOLD_S)
        if known is None or known.reason != reason:
            log.error("%s is held safe: %s; tried every %g s", name, reason, RETRY_S)
