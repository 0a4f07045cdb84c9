"""The gateway between devices and scans: newest facts in, one command per output out.

Devices publish whenever they like; the next scan takes what is newest. A scan's decisions become
commands that expire unless the next scans renew them, so a daemon that stops leaves devices to
their own failsafe.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from adapters.port import Command, Publish, Reading
from adapters.runtime.wiring import Wire, Wiring
from engine.control.decision import Decision
from engine.values.fact import Fact, Quality, Value

COMMAND_LIFE_S = 10.0
"""How long a command stands without being renewed; a scan renews it every time."""


class Commanded(Protocol):
    """What the gateway needs of a device: Device and ScanDevice have it, shadows have not."""

    def command(self, command: Command) -> None:
        """Take the newest command of a field; returns at once."""
        ...


Given = tuple[str, Command]
"""A device, and the command that it was given."""


Hearing = Callable[[str, Sequence[Reading]], None]
"""Hears of a device's readings, by its name, beside the scans; returns at once, never raises."""


class Gateway:
    """Holds the newest fact of each point until a scan takes it. Single-threaded, never waits."""

    def __init__(self, wiring: Wiring, devices: Mapping[str, Commanded]) -> None:
        """Stand between `devices`, by name, and the scans."""
        self._wiring = wiring
        self._wires: dict[str, dict[str, tuple[Wire, ...]]] = {}
        """By device and field: most of what a device says is no point."""
        for (device, field), wires in wiring.facts.items():
            self._wires.setdefault(device, {})[field] = wires
        self._devices = devices
        self.listeners: list[Hearing] = []
        self._next: dict[str, Fact] = {}
        self._reasons: dict[str, str] = {}
        self._urgent: dict[str, tuple[Value | None, Quality]] = {}
        self._wake: Callable[[], object] = _sleep_on

    def publisher(self, device: str) -> Publish:
        """Return the function that one device publishes with."""
        own = self._wires.get(device, {})
        wires = {f: tuple((w.name, w.factor, w) for w in each) for f, each in own.items()}

        def publish(readings: Sequence[Reading]) -> None:
            newest, reasons, good = self._next, self._reasons, Quality.GOOD
            for field, read, quality, measured_at_s, reason in readings:
                for name, factor, wire in wires.get(field, ()):
                    value = read if factor == 1.0 else _inwards(wire, read)
                    newest[name] = _fact(Fact, (name, value, quality, measured_at_s))
                    if quality is not good:
                        reasons[name] = reason
                    elif name in reasons:
                        del reasons[name]
                    if name in self._urgent:
                        self._notice(name, value, quality)
            for listener in self.listeners:
                listener(device, readings)

        return publish

    def wake_on(self, points: Iterable[str], wake: Callable[[], object]) -> None:
        """Call `wake` whenever one of these points becomes another than it was published last."""
        self._urgent = {name: self._urgent.get(name, (None, Quality.MISSING)) for name in points}
        self._wake = wake

    def _notice(self, name: str, value: Value | None, quality: Quality) -> None:
        known = self._urgent.get(name)
        if known is not None and known != (value, quality):
            self._urgent[name] = (value, quality)
            self._wake()

    def lose(self, device: str, at_s: float, reason: str) -> None:
        """Make every point of a device MISSING, as when its task has ended."""
        for wires in self._wires.get(device, {}).values():
            for wire in wires:
                self._next[wire.name] = Fact(wire.name, None, Quality.MISSING, at_s)
                self._reasons[wire.name] = reason
                self._notice(wire.name, None, Quality.MISSING)

    def take(self) -> list[Fact]:
        """Return the facts that came since the last scan, the newest of each point."""
        facts, self._next = list(self._next.values()), {}
        return facts

    def excuse(self, points: Iterable[str], reason: str) -> None:
        """Say why points are not GOOD although their devices say nothing of it."""
        for point in points:
            self._reasons[point] = reason

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why points are not GOOD, in a few words, by point."""
        return self._reasons

    @property
    def outputs(self) -> Mapping[str, tuple[Wire, ...]]:
        """The fields that follow each output."""
        return self._wiring.outputs

    def give_out(self, decisions: Sequence[Decision], now_s: float) -> list[Given]:
        """Command every wired output to what was decided; renews commands that stay the same."""
        given: list[Given] = []
        until_s, wires, devices = now_s + COMMAND_LIFE_S, self._wiring.outputs, self._devices
        for decision in decisions:
            for wire in wires.get(decision.output, ()):
                command = Command(wire.field, _outwards(wire, decision.value), until_s, decision.by)
                devices[wire.device].command(command)
                given.append((wire.device, command))
        return given

    def command(self, values: Mapping[str, Value], now_s: float, reason: str) -> list[Given]:
        """Command wired outputs to `values`, by name, for once."""
        given: list[Given] = []
        for name, value in values.items():
            for wire in self._wiring.outputs.get(name, ()):
                told, until_s = _outwards(wire, value), now_s + COMMAND_LIFE_S
                command = Command(wire.field, told, until_s, reason)
                self._devices[wire.device].command(command)
                given.append((wire.device, command))
        return given


_fact = tuple.__new__
"""Makes a Fact of its parts, in half the time: there are some with every scan."""


def _sleep_on() -> None:
    """Wake nobody."""


def _inwards(wire: Wire, value: Value | None) -> Value | None:
    if value is None or isinstance(value, bool | str):
        return value
    return round(value * wire.factor, 9)


def _outwards(wire: Wire, value: Value) -> Value:
    if isinstance(value, bool | str) or wire.factor == 1.0:
        return value
    return round(value / wire.factor, 9)
