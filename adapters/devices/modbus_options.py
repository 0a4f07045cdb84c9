"""What the site says about devices on Modbus: plain options in, frozen settings out.

All that is wrong is told at once, in the installer's words.
"""

import difflib
import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, TypeVar

from adapters.codec.modbus import deye
from adapters.codec.modbus.meters import METERS
from adapters.devices.modbus_link import LinkSettings

TRANSPORTS = ("rtu", "rtu-over-tcp", "tcp")

Options = Mapping[str, object]


class OptionsError(ValueError):
    """Options that make no device; the message names everything that is wrong."""


@dataclass(frozen=True, slots=True)
class BusOptions:
    """How a device on Modbus is reached: by `tty`, or by `host` and `port`."""

    host: str = ""
    port: int = 502
    tty: str = ""
    transport: str = ""
    """`rtu`, `rtu-over-tcp` or `tcp`; with `tty` it is `rtu`, with `host` it is `tcp`."""
    baudrate: int = 9600
    unit: int = 1
    """The device's id on the bus."""
    period_s: float = 2.0
    """From poll to poll."""
    deadline_s: float = 1.0
    """Of every single request."""
    worst_reply_s: float = 2.5
    """The latest that a reply can come; nothing is asked that long after a silence."""
    frame_gap_s: float = 0.05
    frozen_after_s: float = 300.0
    """A device that repeats itself for that long is not believed; 0 believes it for ever."""
    read_only: bool = False
    """Provably writes nothing: the wire refuses."""

    def link(self) -> LinkSettings:
        """Return the settings of the wire, the same for all devices on it."""
        return LinkSettings(
            transport=self.transport or ("rtu" if self.tty else "tcp"),
            host=self.host,
            port=self.port,
            tty=self.tty,
            baudrate=self.baudrate,
            deadline_s=self.deadline_s,
            worst_reply_s=self.worst_reply_s,
            frame_gap_s=self.frame_gap_s,
            read_only=self.read_only,
        )


@dataclass(frozen=True, slots=True)
class MeterOptions(BusOptions):
    """An energy meter; `model` is its driver's name."""

    model: str = "sdm630"


@dataclass(frozen=True, slots=True)
class InverterOptions(BusOptions):
    """A Deye hybrid inverter, the limits of its battery, and what its rules may set."""

    model: str = "auto"
    serial: str = ""
    """Who it must be; empty takes whoever answers first."""
    min_soc_percent: int = 20
    max_soc_percent: int = 95
    discharge_a: int = 120
    charge_a: int = 40
    settings: tuple[tuple[str, object], ...] = ()
    """Single settings that rules may command, each with the value it rests at."""
    settings_period_s: float = 60.0
    settle_s: float = 0.2
    """From a write to its read-back."""
    write_rest_s: float = 300.0
    writes_per_day: int = 200
    whole_kwh: bool = False
    """Firmware 1098 and later counts energies in whole kWh."""

    def limits(self) -> deye.BatteryLimits:
        """Return what the recipes need to know."""
        return deye.BatteryLimits(
            self.min_soc_percent, self.max_soc_percent, self.discharge_a, self.charge_a
        )


_SPANS: dict[str, tuple[float, float]] = {
    "port": (1, 65_535),
    "baudrate": (1200, 115_200),
    "unit": (1, 247),
    "period_s": (0.1, 600),
    "deadline_s": (0.05, 10),
    "worst_reply_s": (0.05, 30),
    "frame_gap_s": (0, 1),
    "frozen_after_s": (0, 86_400),
    "min_soc_percent": (0, 100),
    "max_soc_percent": (0, 100),
    "discharge_a": (1, 240),
    "charge_a": (1, 185),
    "settings_period_s": (1, 3600),
    "settle_s": (0, 10),
    "write_rest_s": (60, 86_400),
    "writes_per_day": (1, 2000),
}
_CHOICES = {"transport": ("", *TRANSPORTS)}

_Made = TypeVar("_Made", bound=BusOptions)


def meter_options_from(options: Options) -> MeterOptions:
    """Return a meter's settings. Raises OptionsError."""
    return _made(MeterOptions, options, {"model": tuple(METERS)})


def inverter_options_from(options: Options) -> InverterOptions:
    """Return an inverter's settings. Raises OptionsError."""
    return _made(InverterOptions, options, {"model": ("auto", *deye.MODELS)})


def _made(kind: type[_Made], options: Options, choices: Mapping[str, tuple[str, ...]]) -> _Made:
    known: dict[str, Field[Any]] = {each.name: each for each in fields(kind)}
    problems = []
    given: dict[str, object] = {}
    for name, value in options.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f": did you mean `{near[0]}`?" if near else ""
            problems.append(f"`{name}` is no option" + hint)
            continue
        try:
            given[name] = _typed(name, value, known[name], {**_CHOICES, **choices})
        except OptionsError as problem:
            problems.append(str(problem))
    if not problems:
        made = kind(**given)  # type: ignore[arg-type]  # each was made of its field's type
        problems += _contradictions(made)
    if problems:
        raise OptionsError("; ".join(problems))
    return made


def _typed(
    name: str, value: object, about: Field[Any], choices: Mapping[str, tuple[str, ...]]
) -> object:
    default = about.default
    assert default is not MISSING, "every option has a default"  # noqa: S101 - an invariant
    if name == "settings":
        if not isinstance(value, Mapping):
            raise OptionsError("`settings` holds lines of `setting: value it rests at`")
        return tuple(value.items())
    if isinstance(default, bool | str):
        if type(value) is not type(default):
            what = "true or false" if isinstance(default, bool) else "text"
            raise OptionsError(f"`{name}` must be {what}, not `{value}`")
        if name in choices and value not in choices[name]:
            listed = ", ".join(filter(None, choices[name]))
            raise OptionsError(f"`{name}` must be one of {listed}, not `{value}`")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise OptionsError(f"`{name}` must be a number, not `{value}`")
    if isinstance(default, int) and value != int(value):
        raise OptionsError(f"`{name}` must be a whole number, not `{value}`")
    low, high = _SPANS[name]
    if not low <= value <= high:
        raise OptionsError(f"`{name}` must lie between {low:g} and {high:g}, not `{value:g}`")
    return int(value) if isinstance(default, int) else float(value)


def _contradictions(made: BusOptions) -> list[str]:
    problems = []
    if bool(made.tty) == bool(made.host):
        problems.append("say either `tty` or `host`")
    if made.transport and made.tty and made.transport != "rtu":
        problems.append(f"a `tty` speaks `rtu`, not `{made.transport}`")
    if made.host and made.transport == "rtu":
        problems.append("a `host` speaks `tcp` or `rtu-over-tcp`, not `rtu`")
    if made.worst_reply_s < made.deadline_s:
        problems.append("`worst_reply_s` cannot be shorter than `deadline_s`")
    if isinstance(made, InverterOptions):
        if made.min_soc_percent >= made.max_soc_percent:
            problems.append("`min_soc_percent` must be below `max_soc_percent`")
        problems += _unknown_settings(made)
    return problems


def _unknown_settings(made: InverterOptions) -> list[str]:
    """Only settings on the allow-list of the model, or of every model while that is open."""
    models = deye.MODELS.values() if made.model == "auto" else [deye.MODELS[made.model]]
    allowed = set.intersection(*(set(deye.free_settings(model)) for model in models))
    return [
        f"`{name}` is no setting that rules may have: {', '.join(sorted(allowed))}"
        for name, _ in made.settings
        if name not in allowed
    ]
