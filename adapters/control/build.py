"""From a daemon and its site file to the control interface: what `thermiq run` calls.

    options = site.sections.get("control", {})
    control = control_of(daemon, clock, options, folder, state_folder, live)
    mqtt_of(daemon, clock, …, control.operations)
    … daemon.run …
    control.operations.close()

The daemon runs the server among its devices and tells it of every complete scan.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.control.house import House
from adapters.control.server import ControlServer
from adapters.control.service import Service
from adapters.control.settings import ControlSettings
from adapters.port import Clock
from adapters.runtime.going_live import GoingLive
from adapters.runtime.mode_wish import ModeWish, wish_from
from adapters.runtime.modes import own_modes
from adapters.runtime.operations import Operations
from engine.control.scan import Scan
from engine.language.plant import Plant


@dataclass(frozen=True, slots=True)
class Control:
    """`operations` is what every other way in (MQTT, say) uses too."""

    operations: Operations
    service: Service
    server: ControlServer


def control_of(
    house: House,
    clock: Clock,
    options: Mapping[str, object],
    folder: Path,
    state: Path | None,
    live: GoingLive | None = None,
) -> Control:
    """Build the interface from the section `control:` and hand it to the daemon.

    `folder` is where the site file stands, `state` where is kept what people said (None: it is
    not), `live` who lets other rules run (None in a shadow). A shadow listens beside the daemon
    that controls: on a socket of its own, and on no TCP. Raises ValueError in user words, before
    anything is opened.
    """
    settings = ControlSettings.of(options, folder)
    if house.shadow:
        settings = replace(settings, socket=shadow_socket(settings.socket), tcp=None)
    plant = house.cycle.program.rulebook.plant
    operations = Operations(
        house.cycle,
        clock,
        new_nonce,
        state,
        own_modes(options.get("modes"), plant),
    )
    recordings = None if state is None else state / "recordings"
    service = Service(house, operations, live, recordings)
    server = ControlServer(service, settings, clock)
    house.listen(server.name, _both(service.after, operations, options, plant))
    house.add(server)
    return Control(operations, service, server)


def _both(
    after: Callable[[Scan], None],
    operations: Operations,
    options: Mapping[str, object],
    plant: Plant,
) -> Callable[[Scan], None]:
    """Return what hears of a scan: with `mode_from:` the rules' wish for a mode, too."""
    settings = wish_from(options.get("mode_from"), plant, operations.modes())
    if settings is None:
        return after
    wish = ModeWish(operations, settings)

    def heard(scan: Scan) -> None:
        after(scan)
        wish.after(scan)

    return heard


def new_nonce() -> str:
    """Return what nobody can guess."""
    return secrets.token_hex(4)


def shadow_socket(path: Path) -> Path:
    """Return where the shadow of a daemon listens."""
    return path.with_name(f"{path.stem}-shadow{path.suffix}")
