"""From a daemon and its site file to the messenger: what `thermiq run` calls.

    operations = control_of(…).operations
    messenger = mqtt_of(daemon, clock, site.sections["mqtt"], devices, operations)

The daemon runs it among its devices. What it must know after a restart is `messenger.requests`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from adapters.devices.setpoints import Setpoints
from adapters.messaging.desk import Operations
from adapters.messaging.mqtt import Messenger
from adapters.messaging.settings import settings_from
from adapters.port import Clock, Device, ScanDevice
from adapters.runtime.cycle import Cycle
from adapters.runtime.gateway import Gateway
from adapters.runtime.shadow import Runner
from engine.control.scan import Scan


class House(Protocol):
    """A running daemon."""

    shadow: bool
    cycle: Cycle
    gateway: Gateway

    def listen(self, name: str, listener: Callable[[Scan], object]) -> None:
        """Let `listener` hear of every complete scan."""
        ...

    def add(self, runner: Runner) -> None:
        """Run something beside the devices."""
        ...


def mqtt_of(
    house: House,
    clock: Clock,
    options: Mapping[str, object],
    devices: Iterable[Device | ScanDevice],
    operations: Operations,
    version: str = "",
) -> Messenger:
    """Build the messenger from the section `mqtt:` and hand it to the daemon.

    Raises ValueError in user words, before anything is opened.
    """
    known = tuple(devices)
    site = house.cycle.program.rulebook.plant.site.name
    messenger = Messenger(
        settings_from(site, options, shadow=house.shadow),
        house.cycle,
        clock,
        operations,
        reasons=lambda: house.gateway.reasons,
        setpoints=next((each for each in known if isinstance(each, Setpoints)), None),
        version=version,
    )
    for device in known:
        if not isinstance(device, Setpoints):  # those have topics of their own
            messenger.know(device.name, device.fields())
    house.gateway.listeners.append(messenger.heard)
    house.listen(messenger.name, messenger.note)
    house.add(messenger)
    return messenger
