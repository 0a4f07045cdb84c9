"""What the site says about one miner, read from plain options, with every problem at once."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields

from adapters.codec.miner_follow import FollowRules
from adapters.codec.miner_target import PowerRules
from adapters.secret import read_secret

PORT = 50051
"""Plaintext HTTP/2; the interface offers no TLS, so miners belong on a network of their own."""


class SettingsError(ValueError):
    """Options that make no miner; the message names every one of them."""


@dataclass(frozen=True, slots=True)
class MinerSettings:
    """One miner: where it is, who it must be, and how far it may be driven.

    `serial` (or `mac`) is what the miner says of itself; another one is not commanded. `cap_w` is
    ours: fuse, supply and cooling decide it, the firmware's own maximum is meant for rebuilt ones.
    """

    name: str
    host: str
    cap_w: float
    serial: str = ""
    mac: str = ""
    port: int = PORT
    username: str = "root"
    password_file: str = ""
    password_env: str = ""
    poll_s: float = 5.0
    configuration_s: float = 30.0
    """How often the stored target is read, beside after every change."""
    deadline_s: float = 2.0
    """Of every single call."""
    failures_max: int = 3
    """So many looks in a row may fail before the link counts as lost."""
    has_hash_rate: bool = True
    step_w: float = 100.0
    settle_s: float = 60.0
    max_changes_per_h: int = 12
    off_after_s: float = 90.0
    off_below_w: float = 400.0
    on_after_s: float = 900.0
    tolerance_percent: float = 15.0
    read_only: bool = False
    """Reads and never writes, whatever is commanded."""
    pause_on_stop: bool = True
    """A device that is stopped after it commanded leaves a paused miner, for nobody renews."""

    @property
    def power_rules(self) -> PowerRules:
        """How often and how finely it may be told."""
        return PowerRules(self.cap_w, self.step_w, self.settle_s, self.max_changes_per_h)

    @property
    def follow_rules(self) -> FollowRules:
        """How long it may take, and how far off it may be."""
        tolerance = self.tolerance_percent / 100
        return FollowRules(self.off_after_s, self.off_below_w, self.on_after_s, tolerance)


_SPANS: dict[str, tuple[float, float]] = {
    "cap_w": (300.0, 10_000.0),
    "port": (1, 65_535),
    "poll_s": (0.5, 600.0),
    "configuration_s": (1.0, 3600.0),
    "deadline_s": (0.05, 60.0),
    "failures_max": (1, 100),
    "step_w": (10.0, 1000.0),
    "settle_s": (0.0, 3600.0),
    "max_changes_per_h": (3, 60),
    "off_after_s": (5.0, 3600.0),
    "off_below_w": (0.0, 1000.0),
    "on_after_s": (10.0, 36_000.0),
    "tolerance_percent": (1.0, 100.0),
}


def settings_from(options: Mapping[str, object]) -> MinerSettings:
    """Return the settings that the options spell; raises SettingsError with every problem."""
    known = {each.name: each for each in fields(MinerSettings)}
    problems = [_unknown(name, known) for name in options if name not in known]
    given = {name: value for name, value in options.items() if name in known}
    for name, each in known.items():
        if name not in given:
            if each.default is MISSING:
                problems.append(f"`{name}` is missing")
            continue
        try:
            given[name] = _typed(name, given[name], each.type)
        except ValueError as problem:
            problems.append(str(problem))
    if not (given.get("serial") or given.get("mac")):
        problems.append("`serial` is missing: without it, whoever has the address is commanded")
    if given.get("password_file") and given.get("password_env"):
        problems.append("`password_file` and `password_env` are both given: one of them counts")
    if problems:
        who = options.get("name", "miner")
        raise SettingsError(f"{who}: " + "; ".join(problems))
    return MinerSettings(**given)  # type: ignore[arg-type]  # each was made of its field's type


def _unknown(name: str, known: Mapping[str, object]) -> str:
    if name == "password":
        return "`password` does not belong here: put it into a file and name it: `password_file`"
    near = difflib.get_close_matches(name, known, n=1)
    return f"`{name}` is no option of a miner" + (f": did you mean `{near[0]}`?" if near else "")


def _typed(name: str, value: object, kind: object) -> object:
    """Return the value as the type that the field has; raises ValueError in user words."""
    if kind is bool:
        if isinstance(value, bool):
            return value
        raise ValueError(f"`{name}` must be true or false, not `{value}`")
    if kind is str:
        if isinstance(value, str) and (value.strip() or name == "username"):
            return value.strip()
        raise ValueError(f"`{name}` must be text, not `{value}`")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"`{name}` must be a number, not `{value}`")
    if kind is int and value != int(value):
        raise ValueError(f"`{name}` must be a whole number, not `{value}`")
    low, high = _SPANS[name]
    if not low <= value <= high:
        raise ValueError(f"`{name}` must lie between {low:g} and {high:g}, not `{value:g}`")
    return int(value) if kind is int else float(value)


def password(settings: MinerSettings) -> str:
    """Return the password, read anew at each login; empty when none is configured.

    It is never logged, and no message holds it. Raises DeviceError.
    """
    return read_secret(settings.password_file, settings.password_env, settings.name) or ""
