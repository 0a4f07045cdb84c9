"""The PLC: one image read and one image written a scan, in step with it, without a thread.

What cannot be believed is BAD with a reason and never the value of before: an image that cannot be
read whole, a driver that does not run, a module that is missing or objects, an image that stands
still, a broken wire, an impossible value. What is not commanded is 0 on its outputs, which is the
safe state by wiring; so is the whole first image, whatever a predecessor left behind.

A field that is an output is what was commanded; with `_accepted` it is what the image holds.
"""

import math
from collections.abc import Mapping, Sequence

from adapters.codec.revpi_layout import raw_of
from adapters.codec.revpi_signals import (
    Decoded,
    Input,
    InputKind,
    Output,
    decode,
    decode_output,
    encode,
    safe_value,
)
from adapters.codec.revpi_status import base_fault, input_fault, module_faults, output_fault
from adapters.codec.revpi_watch import Heartbeat, PowerOnValue, PulseCounter, Pulses
from adapters.devices.output_watchdog import OutputWatchdog
from adapters.devices.revpi_options import ACCEPTED, RevPiSettings, settings_from
from adapters.devices.revpi_plc import Plc
from adapters.port import Clock, Command, DeviceError, Field, Reading
from engine.values.fact import Quality, Value

CORE_TEMPERATURE = "Core_Temperature"
"""Of the base module, in °C, as piCtory names it."""
_REOPEN_AFTER = 3
"""Failed reads; fewer are taken for passing, and the file stays open."""
_FOREIGN_AFTER = 2


class RevPi:
    """A RevPi as a ScanDevice; see `adapters.port`."""

    def __init__(
        self, name: str, settings: RevPiSettings, watchdog: OutputWatchdog | None = None
    ) -> None:
        """Take the settings; nothing is opened before the first `read` or `write`."""
        self.name = name
        self._settings = settings
        self._watchdog = watchdog
        self._plc: Plc | None = None
        self._failed_reads = 0
        self._first = True
        self._driving = False
        self._beat = False
        self._foreign = 0
        self._commands: dict[str, Command] = {}
        self._refused: dict[str, str] = {}
        self._outputs = {each.field: each for each in settings.outputs}
        self._heartbeat = Heartbeat()
        counters = (each for each in settings.inputs if each.kind is InputKind.COUNTER)
        self._counters = {each.field: PulseCounter(each) for each in counters}
        self._pulses = {each.field: Pulses() for each in settings.inputs if each.pulses}
        self._doubts = {
            each.field: PowerOnValue(each.power_on_value)
            for each in settings.inputs
            if each.power_on_value is not None
        }

    def fields(self) -> tuple[Field, ...]:
        """Return inputs, outputs, outputs as read back, and what the PLC says of itself."""
        found = [Field(each.field, each.unit, about=each.about) for each in self._settings.inputs]
        for each in self._settings.outputs:
            found.append(Field(each.field, each.unit, each.values, writable=True, about=each.about))
            about = "As read back from the process image"
            found.append(Field(each.field + ACCEPTED, each.unit, each.values, about=about))
        return (
            *found,
            Field("driving", about="The last image of outputs was written whole"),
            Field("foreign_writer", about="Alarm: somebody else changes the outputs"),
            Field("output_watchdog", about="The kernel's output watchdog is armed"),
            Field("modules_ok", about="No module objects to anything; else the reason"),
            Field("core_temperature", "°C", about="Of the base module's processor"),
        )

    def read(self, now_s: float) -> Sequence[Reading]:
        """Read the image once and return every field; never raises for what is wrong out there."""
        try:
            plc = self._open()
            image = plc.image.read()
        except DeviceError as error:
            self._lose()
            return self._all_bad(str(error), now_s)
        self._failed_reads = 0
        fault = base_fault(plc.layout, image) or self._stuck(plc, image, now_s)
        if fault:
            return self._all_bad(fault, now_s)
        found = [self._input(plc, each, image, now_s) for each in self._settings.inputs]
        found += [self._accepted(plc, each, image, now_s) for each in self._settings.outputs]
        changed = plc.changed_by_others(image)
        self._foreign = self._foreign + 1 if changed else 0
        faults = module_faults(plc.layout, image)
        return [
            *found,
            *self._wanted(now_s),
            *self._of_itself(now_s, changed),
            Reading("modules_ok", not faults, Quality.GOOD, now_s, faults),
            self._core_temperature(plc, now_s),
        ]

    def command(self, command: Command) -> None:
        """Take a command for the next `write`. One that cannot be takes the output to safe."""
        output = self._outputs.get(command.field)
        if output is None:
            return
        try:
            encode(output, command.value)
        except ValueError as error:
            self._commands.pop(command.field, None)
            self._refused[command.field] = str(error)
        else:
            self._commands[command.field] = command
            self._refused.pop(command.field, None)

    def write(self, now_s: float) -> None:
        """Write one complete image, the safe one as the first of all. Raises DeviceError."""
        self._driving = False
        plc = self._writable()
        raws: dict[str, int] = {}
        if not self._first:
            for output in self._settings.outputs:
                raws |= self._raws(output, now_s)
            if self._settings.heartbeat_output:
                self._beat = not self._beat
                raws[self._settings.heartbeat_output] = int(self._beat)
        plc.write(raws)
        self._first, self._driving = False, True

    def write_safe(self) -> None:
        """Write 0 on every output and forget all commands. Raises DeviceError."""
        self._commands.clear()
        self._driving = False
        self._writable().write({})
        self._first, self._driving = False, True

    def feed(self) -> None:
        """Feed the kernel's output watchdog: a complete scan is done. Raises DeviceError."""
        if self._watchdog is not None and not self._settings.read_only:
            self._watchdog.feed()

    @property
    def released_after_s(self) -> float:
        """After how long without a scan the kernel sets the outputs to 0."""
        armed = self._watchdog is not None and not self._settings.read_only
        return self._settings.watchdog_s if armed else math.inf

    def close(self) -> None:
        """Let go of the image; an armed output watchdog then sets all outputs to 0."""
        if self._watchdog is not None:
            self._watchdog.close()
        if self._plc is not None:
            self._plc.close()
            self._plc = None

    def _open(self) -> Plc:
        if self._plc is None:
            self._plc = Plc(self._settings)
        return self._plc

    def _writable(self) -> Plc:
        if self._settings.read_only:
            raise DeviceError(f"{self.name} is only read")
        return self._open()

    def _lose(self) -> None:
        """Open the image anew after some failures, for the driver may have been loaded anew."""
        self._failed_reads += 1
        if self._plc is not None and self._failed_reads >= _REOPEN_AFTER:
            self._plc.close()
            self._plc = None

    def _stuck(self, plc: Plc, image: bytes, now_s: float) -> str:
        """Return why the image is taken to stand still, or nothing.

        RevPiIOCycle is the length of a cycle in ms and may well stay the same, so it is no proof of
        life on a real base module; an output wired back to an input is. Whoever only reads does not
        move that output and cannot tell.
        """
        name = self._settings.heartbeat_input
        if not name or (self._settings.read_only and self._settings.heartbeat_output):
            return ""
        if self._heartbeat.look(raw_of(plc.layout.ios[name], image), now_s):
            return f"the process image stands still: `{name}` has not changed"
        return ""

    def _input(self, plc: Plc, signal: Input, image: bytes, now_s: float) -> Reading:
        io = plc.layout.ios[signal.io]
        reason = input_fault(plc.layout, io, image)
        if reason:
            return _reading(signal.field, (None, reason), now_s)
        raw = plc.image.value(signal.io)
        if signal.kind is InputKind.COUNTER:
            return _reading(signal.field, self._counters[signal.field].take(raw, now_s), now_s)
        value, reason = decode(signal, raw)
        if signal.pulses:
            counter = plc.layout.ios[signal.pulses]
            reason = input_fault(plc.layout, counter, image)
            if not reason and self._pulses[signal.field].look(plc.image.value(signal.pulses)):
                value, reason = decode(signal, 0)  # open, if only for a moment
        doubt = self._doubts.get(signal.field)
        if doubt is not None and (said := doubt.look(value)):
            value, reason = None, said
        return _reading(signal.field, (value, reason), now_s)

    def _accepted(self, plc: Plc, output: Output, image: bytes, now_s: float) -> Reading:
        ios = [plc.layout.ios[name] for name in output.ios]
        faults = [output_fault(plc.layout, io, image) for io in ios]
        reason = next(filter(None, faults), "")
        found: Decoded = (None, reason)
        if not reason:
            found = decode_output(output, tuple(raw_of(io, image) for io in ios))
        return _reading(output.field + ACCEPTED, found, now_s)

    def _raws(self, output: Output, now_s: float) -> Mapping[str, int]:
        """Return the raw values of one output: as commanded, or 0."""
        command = self._commands.get(output.field)
        if command is None or now_s >= command.expires_at_s:
            return dict.fromkeys(output.ios, 0)
        return dict(zip(output.ios, encode(output, command.value), strict=True))

    def _wanted(self, now_s: float) -> list[Reading]:
        found = []
        for field, output in self._outputs.items():
            command = self._commands.get(field)
            value: Value = safe_value(output)
            if command is not None and now_s < command.expires_at_s:
                value = command.value
            found.append(_reading(field, (value, self._refused.get(field, "")), now_s))
        return found

    def _of_itself(self, now_s: float, changed: tuple[str, ...] = ()) -> list[Reading]:
        foreign = self._foreign >= _FOREIGN_AFTER
        armed = self._watchdog is not None and self._watchdog.armed
        named = "not as written: " + ", ".join(changed) if changed else ""
        return [
            Reading("driving", self._driving, Quality.GOOD, now_s),
            Reading("foreign_writer", foreign, Quality.GOOD, now_s, named),
            Reading("output_watchdog", armed, Quality.GOOD, now_s),
        ]

    def _core_temperature(self, plc: Plc, now_s: float) -> Reading:
        if CORE_TEMPERATURE not in plc.layout.ios:
            return Reading("core_temperature", None, Quality.MISSING, now_s, "it has none")
        value = float(plc.image.value(CORE_TEMPERATURE))
        return Reading("core_temperature", value, Quality.GOOD, now_s)

    def _all_bad(self, reason: str, now_s: float) -> list[Reading]:
        """Return every field that comes from the image as BAD, and what we know ourselves."""
        fields = [each.field for each in self._settings.inputs]
        fields += [each.field + ACCEPTED for each in self._settings.outputs]
        self._foreign = 0
        return [
            *(_reading(field, (None, reason), now_s) for field in fields),
            *self._wanted(now_s),
            *self._of_itself(now_s),
            Reading("modules_ok", False, Quality.GOOD, now_s, reason),
            _reading("core_temperature", (None, reason), now_s),
        ]


def _reading(field: str, decoded: Decoded, now_s: float) -> Reading:
    value, reason = decoded
    if reason:
        return Reading(field, None, Quality.BAD, now_s, reason)
    return Reading(field, value, Quality.GOOD, now_s)


def build(name: str, options: Mapping[str, object], clock: Clock) -> RevPi:  # noqa: ARG001 - every driver is handed one; the scans bring their own time
    """Return the PLC of a site; opens nothing. Raises ValueError with all that is wrong."""
    settings = settings_from(options)
    watchdog = None
    if settings.watchdog_s and not settings.read_only:
        watchdog = OutputWatchdog(settings.image, round(settings.watchdog_s * 1000))
    return RevPi(name, settings, watchdog)
