"""What a running daemon shows: the control interface and MQTT, if the site file has their sections.

Both are told of complete scans and run among the devices; neither can hold up a scan. They share
one set of operations, so that a reset or an override means the same whichever way it came.
"""

from collections.abc import Callable
from contextlib import ExitStack

from adapters.control.build import control_of, new_nonce
from adapters.devices.controller import Controller, Standing
from adapters.messaging.build import mqtt_of
from adapters.port import Clock, Device, ScanDevice
from adapters.runtime.loading import Loaded
from adapters.runtime.operations import Operations
from adapters.runtime.proof_tests import SECTION, Reminder, proof_tests_of
from adapters.runtime.service import Service, state_folder
from adapters.runtime.standing import Board


def show(service: Service, loaded: Loaded, clock: Clock, *, shadow: bool) -> Callable[[], None]:
    """Join the faces to the daemon; the returned function closes what they keep.

    Raises ValueError in user words if a section of the site file is wrong.
    """
    sections, daemon = loaded.site.sections, service.daemon
    trips = tuple(trip.id for trip in loaded.program.rulebook.trips)
    tests = proof_tests_of(sections.get(SECTION), trips)
    reminder = Reminder(tests, state_folder(loaded, shadow=False), clock)
    daemon.own.told["proof_test"] = reminder.text
    operations: Operations | None = None
    with ExitStack() as opened:
        if "control" in sections:
            state = state_folder(loaded, shadow=shadow)
            control = control_of(
                daemon, clock, sections["control"], loaded.folder, state, service.live
            )
            operations = control.operations
            control.service.standing.board = Board(service, loaded.folder, clock)
            opened.callback(operations.close)
        if "mqtt" in sections:
            if operations is None:
                state = state_folder(loaded, shadow=shadow)
                operations = Operations(daemon.cycle, clock, new_nonce, state)
                opened.callback(operations.close)
                daemon.listen("operations", operations.after)
            devices: list[Device | ScanDevice] = [*loaded.devices, *loaded.scan_devices]
            messenger = mqtt_of(daemon, clock, sections["mqtt"], devices, operations)
            service.kept.join("requests", messenger.requests)
            daemon.own.told["mqtt"] = messenger.trouble
        if operations is not None:
            operations.tell = service.journal.tell
            service.kept.join("resets", operations)
            _tell_of_itself(service, loaded, operations)
        return opened.pop_all().close


def _tell_of_itself(service: Service, loaded: Loaded, operations: Operations) -> None:
    """Let the device that stands for the controller know how it stands."""
    live, supervisor = service.live, service.daemon.supervisor

    def standing() -> Standing:
        gone = sum(health.state != "running" for health in supervisor.health.values())
        watched = live is not None and live.watched_until_s is not None
        return Standing(operations.mode(), gone, watched)

    for device in loaded.devices:
        if isinstance(device, Controller):
            device.tell = standing
