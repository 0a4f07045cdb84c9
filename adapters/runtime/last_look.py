"""The last look before anything is written: the invariants of the scan, and of the commands.

    a scan is done        its invariants (`engine/control/invariants.py`) are looked at
    commands are given    they say what was decided, one for each wire, and will expire
    one is broken         InvariantError: safe image, failsafe commands, end, start anew

Devices send nothing before the loop turns, and the image is not written yet, so what is broken
never leaves the controller.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from adapters.runtime.gateway import COMMAND_LIFE_S, Given
from adapters.runtime.wiring import Wire
from engine.control.invariants import Broken, Invariants, alike
from engine.control.program import Program
from engine.control.scan import Scan
from engine.control.state import Retained, without_memory
from engine.values.fact import Value

log = logging.getLogger(__name__)


class InvariantError(Exception):
    """Something that must never be was about to be written."""

    def __init__(self, broken: Sequence[Broken], scan: Scan) -> None:
        """Keep what is broken, and the scan, for whoever writes it down."""
        super().__init__("; ".join(map(str, broken)))
        self.broken = tuple(broken)
        self.scan = scan


class LastLook:
    """Looks at every cycle of one program."""

    def __init__(self, program: Program, wires: Mapping[str, tuple[Wire, ...]]) -> None:
        """`wires` are the fields that follow each output."""
        self._invariants = Invariants(program)
        self._wires = wires

    def decided(self, before: Retained, scan: Scan) -> None:
        """Look at a scan that came after `before`. Raises InvariantError."""
        broken = self._invariants.broken(before, scan)
        if broken:
            raise InvariantError(broken, scan)

    def commanded(
        self, wanted: Mapping[str, Value], given: Sequence[Given], now_s: float, scan: Scan
    ) -> None:
        """Look at the commands that devices were `given`. Raises InvariantError."""
        commands = {(device, command.field): command for device, command in given}
        broken = []
        for output, value in wanted.items():
            for wire in self._wires.get(output, ()):
                command = commands.pop((wire.device, wire.field), None)
                told = None if command is None else command.value
                if told is not None and wire.factor != 1.0:
                    told = _inwards(wire, told)
                if (
                    command is None
                    or told is None
                    or (told is not value and not alike(value, told))
                ):
                    broken.append(
                        Broken("I8", f"`{output}` is {value}, `{wire.device}` is told {told}")
                    )
                elif not now_s < command.expires_at_s <= now_s + COMMAND_LIFE_S:
                    broken.append(
                        Broken("I8", f"the command of `{output}` does not expire in time")
                    )
        broken += [
            Broken("I8", f"`{device}.{field}` is told {command.value}, which nobody decided")
            for (device, field), command in commands.items()
        ]
        if broken:
            raise InvariantError(broken, scan)


def _inwards(wire: Wire, value: Value) -> Value:
    return value if isinstance(value, bool | str) else value * wire.factor


def salvaged(before: Retained, scan: Scan) -> Retained:
    """Return the state to go on from after a broken scan: the one before, and every latch of both.

    What was decided does not count, but a trip that was seen must not be forgotten (law 6).
    """
    after = scan.retained.trips
    if len(after) != len(before.trips):
        return without_memory(before)
    trips = tuple(
        new if new.latched and not old.latched else old
        for old, new in zip(before.trips, after, strict=True)
    )
    return replace(without_memory(before), trips=trips)
