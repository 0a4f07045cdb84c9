"""What the site says about the PLC: plain options in, frozen settings out, all mistakes at once.

plc:
  driver: revpi
  layout: 3f9c2a71d0b4e865              # the PLC drives this layout and no other
  heartbeat: {input: loop_in, output: loop_out}
  inputs:
    buffer_top: {io: buffer_top, kind: rtd}
    safety_a:   {io: safety_a, kind: contact}
  outputs:
    p3_run:     {io: p3_relay, kind: relay, inverted: true}   # on a normally closed contact
    sg_ready:   {io: [sg_1, sg_2], kind: sg_ready}
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

from adapters.codec.revpi_signals import (
    AO_HIGHEST_MV,
    Input,
    InputKind,
    Output,
    OutputKind,
    Span,
)
from engine.language.suggest import advise

Options = Mapping[str, object]

OWN_FIELDS = ("driving", "foreign_writer", "output_watchdog", "modules_ok", "core_temperature")
"""Fields that the PLC has of itself."""
ACCEPTED = "_accepted"
"""Ends the name of a field that is an output as read back."""
IMAGE, CONFIG = "/dev/piControl0", "/etc/revpi/config.rsc"
"""Where a RevPi has its process image and piCtory its configuration."""
_TOP = ("image", "config", "layout", "watchdog_s", "heartbeat", "inputs", "outputs", "read_only")
_INPUT_KEYS = (
    *("io", "kind", "unit", "inverted", "raw", "scale", "range", "power_on_value"),
    *("pulses", "per_pulse", "max_per_s", "about"),
)
_OUTPUT_KEYS = ("io", "kind", "unit", "inverted", "raw", "scale", "about")
_RTD_RANGE = (-60.0, 180.0)
_CURRENT_UA = (4000.0, 20_000.0)
_VOLTAGE_MV = (0.0, float(AO_HIGHEST_MV))
_PERCENT = (0.0, 100.0)
_WATCHDOG_S = (0.5, 60.0)


@dataclass(frozen=True, slots=True)
class RevPiSettings:
    """The PLC of a site."""

    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    image: str = IMAGE
    config: str = CONFIG
    layout: str = ""
    """Fingerprint of the layout that may be driven."""
    watchdog_s: float = 3.0
    """Of the kernel's output watchdog; 0 does without."""
    heartbeat_input: str = ""
    heartbeat_output: str = ""
    read_only: bool = False


class PlcOptionsError(ValueError):
    """Options that make no PLC; the message names everything that is wrong."""


class _Reader:
    """Takes keys out of one mapping of options and notes what is wrong with them."""

    def __init__(self, where: str, options: object, keys: tuple[str, ...]) -> None:
        self.problems: list[str] = []
        self._where = where
        self._options: Options = options if isinstance(options, Mapping) else {}
        if not isinstance(options, Mapping):
            self.wrong("holds settings")
        for key in self._options:
            if key not in keys:
                hint = advise(str(key), keys)
                self.wrong(f"has no option `{key}`" + (f" ({hint})" if hint else ""))

    def wrong(self, message: str) -> None:
        self.problems.append(f"{self._where} {message}")

    def text(self, key: str, default: str = "") -> str:
        value = self._options.get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and key == "layout":
            self.wrong("needs quotes around `layout`: it was read as a number")
        elif not isinstance(value, str):
            self.wrong(f"has `{key}: {value}`, which is no text")
        return value if isinstance(value, str) else default

    def switch(self, key: str) -> bool:
        value = self._options.get(key, False)
        if not isinstance(value, bool):
            self.wrong(f"has `{key}: {value}`, which is neither true nor false")
        return value is True

    def number(self, key: str, default: float, low: float, high: float) -> float:
        value = _number(self._options.get(key, default))
        if value is None or not low <= value <= high:
            self.wrong(
                f"has `{key}: {self._options.get(key)}`, which is no number "
                f"from {low:g} to {high:g}"
            )
            return default
        return value

    def maybe(self, key: str) -> float | None:
        return self.number(key, 0.0, -math.inf, math.inf) if key in self._options else None

    def span(self, key: str, default: Span | None) -> Span:
        value = self._options.get(key, default)
        if value is None:
            self.wrong(f"needs `{key}: [from, to]`")
            return 0.0, 1.0
        ends = [_number(each) for each in value] if isinstance(value, list | tuple) else []
        match ends:
            case [float(low), float(high)] if low != high:
                return low, high
        self.wrong(f"has `{key}: {value}`, which is not `[from, to]` of two numbers")
        return default or (0.0, 1.0)

    def names(self, key: str, count: int) -> tuple[str, ...]:
        value = self._options.get(key)
        found = value if isinstance(value, list) else [value]
        names = tuple(each for each in found if isinstance(each, str) and each)
        if len(names) != len(found) or len(names) != count:
            many = "the name of its input or output" if count == 1 else f"{count} names"
            self.wrong(f"needs `{key}`: {many} in piCtory")
            return ("",) * count
        return names

    def child(self, key: str) -> Options:
        value = self._options.get(key, {})
        if not isinstance(value, Mapping):
            self.wrong(f"has a `{key}` without lines")
            return {}
        return value


def settings_from(options: Options) -> RevPiSettings:
    """Return the settings. Raises PlcOptionsError."""
    top = _Reader("the PLC", options, _TOP)
    problems = top.problems
    beat = _Reader("`heartbeat`", top.child("heartbeat"), ("input", "output"))
    watchdog_s = top.number("watchdog_s", 3.0, 0.0, _WATCHDOG_S[1])
    if 0 < watchdog_s < _WATCHDOG_S[0]:
        top.wrong(f"has a `watchdog_s` below {_WATCHDOG_S[0]:g}; 0 does without")
    settings = RevPiSettings(
        inputs=_each(top.child("inputs"), "inputs", _input, problems),
        outputs=_each(top.child("outputs"), "outputs", _output, problems),
        image=top.text("image", IMAGE),
        config=top.text("config", CONFIG),
        layout=top.text("layout"),
        watchdog_s=watchdog_s,
        heartbeat_input=beat.text("input"),
        heartbeat_output=beat.text("output"),
        read_only=top.switch("read_only"),
    )
    problems += beat.problems
    problems += _contradictions(settings)
    if problems:
        raise PlcOptionsError("; ".join(problems))
    return settings


_Made = TypeVar("_Made", Input, Output)


def _each(
    options: Options,
    section: str,
    make: Callable[[str, str, object, list[str]], _Made | None],
    problems: list[str],
) -> tuple[_Made, ...]:
    made = (make(str(k), f"`{section}.{k}`", each, problems) for k, each in options.items())
    return tuple(each for each in made if each is not None)


def _kind(
    kinds: type[InputKind] | type[OutputKind], reader: _Reader, known: tuple[Enum, ...]
) -> Enum | None:
    words = [str(each.value) for each in known]
    said = reader.text("kind")
    if said in words:
        return kinds(said)
    hint = advise(said, words) or f"it is one of {', '.join(words)}"
    reader.wrong(f"has no `kind`; {hint}" if not said else f"has `kind: {said}`; {hint}")
    return None


def _input(field: str, where: str, options: object, problems: list[str]) -> Input | None:
    reader = _Reader(where, options, _INPUT_KEYS)
    kind = _kind(InputKind, reader, tuple(InputKind))
    found = None
    if isinstance(kind, InputKind):
        anything = (-math.inf, math.inf)
        analog = kind in (InputKind.CURRENT, InputKind.VOLTAGE)
        raw = _CURRENT_UA if kind is InputKind.CURRENT else _VOLTAGE_MV
        found = Input(
            field=field,
            io=reader.names("io", 1)[0],
            kind=kind,
            unit=reader.text("unit", "°C" if kind is InputKind.RTD else ""),
            inverted=reader.switch("inverted"),
            raw=reader.span("raw", raw) if analog else raw,
            scale=reader.span("scale", None) if analog else (0.0, 1.0),
            range=reader.span("range", _RTD_RANGE if kind is InputKind.RTD else anything),
            power_on_value=reader.maybe("power_on_value"),
            pulses=reader.text("pulses"),
            per_pulse=reader.number("per_pulse", 1.0, 1e-9, 1e9),
            max_per_s=reader.number("max_per_s", 1000.0, 1e-6, 1e6),
            about=reader.text("about"),
        )
        if found.inverted and kind is not InputKind.CONTACT:
            reader.wrong("cannot be inverted; only a contact can, and a `scale` can run downwards")
        if found.pulses and kind is not InputKind.CONTACT:
            reader.wrong("has `pulses`, which only a contact has: the counter of its edges")
        if kind is InputKind.CONTACT and found.unit:
            reader.wrong("is a contact and has no unit")
        if found.range[0] > found.range[1]:
            reader.wrong("has a `range` that runs downwards")
    problems += reader.problems
    return found


def _output(field: str, where: str, options: object, problems: list[str]) -> Output | None:
    reader = _Reader(where, options, _OUTPUT_KEYS)
    kind = _kind(OutputKind, reader, tuple(OutputKind))
    found = None
    if isinstance(kind, OutputKind):
        count = 2 if kind is OutputKind.SG_READY else 1
        voltage = kind is OutputKind.VOLTAGE
        found = Output(
            field=field,
            ios=reader.names("io", count),
            kind=kind,
            unit=reader.text("unit", "%" if voltage else ""),
            inverted=reader.switch("inverted"),
            raw=reader.span("raw", _VOLTAGE_MV),
            scale=reader.span("scale", _PERCENT),
            about=reader.text("about"),
        )
        if found.inverted and kind is OutputKind.SG_READY:
            reader.wrong("cannot be inverted: 0 on both relays must be `normal`")
        if not 0 <= min(found.raw) < max(found.raw) <= AO_HIGHEST_MV:
            reader.wrong(f"has a `raw` outside of 0 to {AO_HIGHEST_MV} mV")
            found = replace(found, raw=_VOLTAGE_MV)
        if found.unit and not voltage:
            reader.wrong("is no voltage and has no unit")
    problems += reader.problems
    return found


def _contradictions(settings: RevPiSettings) -> list[str]:
    problems = []
    fields = [each.field for each in settings.inputs] + [each.field for each in settings.outputs]
    fields += [each.field + ACCEPTED for each in settings.outputs]
    fields += OWN_FIELDS
    problems += [f"`{name}` is named twice" for name in sorted(_twice(fields))]
    driven = [name for each in settings.outputs for name in each.ios if name]
    driven += [settings.heartbeat_output] if settings.heartbeat_output else []
    problems += [f"the output `{name}` is driven twice" for name in sorted(_twice(driven))]
    if settings.heartbeat_output and not settings.heartbeat_input:
        problems.append("`heartbeat` needs the `input` that its `output` is wired to")
    return problems


def _twice(names: list[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if not math.isnan(value) else None
