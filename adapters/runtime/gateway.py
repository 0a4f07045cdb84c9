"""The gateway between devices and scans: newest facts in, one command per output out.

Devices publish whenever they like; the next scan takes what is newest. A scan's decisions become
commands that expire unless the next scans renew them, so a daemon that stops leaves devices to
their own failsafe.
"""

from collections.abc import Mapping, Sequence

from adapters.port import Command, Device, Publish, Reading
from adapters.runtime.wiring import Wire, Wiring
from engine.control.decision import Decision
from engine.values.fact import Fact, Quality, Value

COMMAND_LIFE_S = 10.0
"""How long a command stands without being renewed; a scan renews it every time."""


class Gateway:
    """Holds the newest fact of each point until a scan takes it. Single-threaded, never waits."""

    def __init__(self, wiring: Wiring, devices: Mapping[str, Device]) -> None:
        """Stand between `devices`, by name, and the scans."""
        self._wiring = wiring
        self._devices = devices
        self._next: dict[str, Fact] = {}
        self._reasons: dict[str, str] = {}

    def publisher(self, device: str) -> Publish:
        """Return the function that one device publishes with."""

        def publish(readings: Sequence[Reading]) -> None:
            for reading in readings:
                for wire in self._wiring.facts.get((device, reading.field), ()):
                    self._take_in(wire, reading)

        return publish

    def _take_in(self, wire: Wire, reading: Reading) -> None:
        value = reading.value
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = value if wire.factor == 1.0 else round(value * wire.factor, 9)
        self._next[wire.name] = Fact(wire.name, value, reading.quality, reading.measured_at_s)
        if reading.quality is Quality.GOOD:
            self._reasons.pop(wire.name, None)
        else:
            self._reasons[wire.name] = reading.reason

    def lose(self, device: str, at_s: float, reason: str) -> None:
        """Make every point of a device MISSING, as when its task has ended."""
        for (name, _), wires in self._wiring.facts.items():
            for wire in wires if name == device else ():
                self._next[wire.name] = Fact(wire.name, None, Quality.MISSING, at_s)
                self._reasons[wire.name] = reason

    def take(self) -> list[Fact]:
        """Return the facts that came since the last scan, the newest of each point."""
        facts, self._next = list(self._next.values()), {}
        return facts

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why points are not GOOD, in a few words, by point."""
        return self._reasons

    def give_out(self, decisions: Sequence[Decision], now_s: float) -> None:
        """Command every wired output to what was decided; renews commands that stay the same."""
        for decision in decisions:
            for wire in self._wiring.outputs.get(decision.output, ()):
                value = _outwards(wire, decision.value)
                command = Command(wire.field, value, now_s + COMMAND_LIFE_S, decision.by)
                self._devices[wire.device].command(command)


def _outwards(wire: Wire, value: Value) -> Value:
    if isinstance(value, bool | str) or wire.factor == 1.0:
        return value
    return round(value / wire.factor, 9)
