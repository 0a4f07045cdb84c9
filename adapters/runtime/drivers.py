"""The table of drivers: which module makes the devices that a site file names.

A driver is a function `build(name, options, clock)`. It returns a Device or a ScanDevice and raises
ValueError with everything that is wrong with its options. Only drivers that a site uses are
imported.
"""

import importlib
from collections.abc import Mapping
from typing import NamedTuple, Protocol, TypeGuard

from adapters.port import Clock, Device, ScanDevice


class Build(Protocol):
    """Makes one device of a site; connects to nothing yet."""

    def __call__(
        self, name: str, options: Mapping[str, object], clock: Clock
    ) -> Device | ScanDevice:
        """Return the device. Raises ValueError for options that make none."""
        ...


class Driver(NamedTuple):
    """Where a driver is found."""

    module: str
    function: str = "build"

    def load(self) -> Build:
        """Import it. Raises ImportError or AttributeError."""
        found: Build = getattr(importlib.import_module(self.module), self.function)
        return found


# To add a driver, add its line; it is imported when a site names it, and no sooner.
DRIVERS: Mapping[str, Driver] = {
    "braiins": Driver("adapters.devices.braiins"),
    "controller": Driver("adapters.devices.controller"),
    "deye": Driver("adapters.devices.deye"),
    "emsesp": Driver("adapters.devices.emsesp"),
    "meter": Driver("adapters.devices.meters"),
    "mqtt_values": Driver("adapters.devices.mqtt_values"),
    "revpi": Driver("adapters.devices.revpi"),
    "setpoints": Driver("adapters.devices.setpoints"),
    "sun": Driver("adapters.devices.sun"),
    "tariff": Driver("adapters.devices.tariff"),
}


def is_scan_device(device: Device | ScanDevice) -> TypeGuard[ScanDevice]:
    """Tell whether a device is read and written in step with the scans."""
    return hasattr(device, "write_safe")


def is_device(device: Device | ScanDevice) -> TypeGuard[Device]:
    """Tell whether a device runs as a task of its own."""
    return not is_scan_device(device)
