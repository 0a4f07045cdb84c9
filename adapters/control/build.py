"""From a daemon and its site file to the control interface: what `thermiq run` calls."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.control.house import House, ReadRules
from adapters.control.server import ControlServer
from adapters.control.service import Service
from adapters.control.settings import ControlSettings
from adapters.port import Clock
from adapters.runtime.modes import own_modes
from adapters.runtime.operations import Operations


@dataclass(frozen=True, slots=True)
class Control:
    """`server` is a task for the supervisor; `service.after` hears of every complete scan.

    `operations` is what every other way in (MQTT, say) uses too.
    """

    operations: Operations
    service: Service
    server: ControlServer


def control_of(
    house: House,
    clock: Clock,
    options: Mapping[str, object],
    folder: Path,
    state: Path | None,
    read_rules: ReadRules,
) -> Control:
    """Build the interface from the section `control:` of a site file that stands in `folder`.

    `state` is the folder of what is kept, None to keep nothing. Raises ValueError in user words.
    """
    settings = ControlSettings.of(options, folder)
    plant = house.cycle.program.rulebook.plant
    operations = Operations(
        house.cycle,
        clock,
        lambda: secrets.token_hex(4),
        state,
        own_modes(options.get("modes"), plant),
    )
    recordings = None if state is None else state / "recordings"
    service = Service(house, operations, read_rules, recordings)
    return Control(operations, service, ControlServer(service, settings))
