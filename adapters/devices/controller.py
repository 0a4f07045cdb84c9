"""What the controller knows of itself, as facts that rules can read.

controller:
driver: controller
modes: [automatic, manual, off, holiday]
facts: {site.mode: mode, site.devices_gone: devices_gone, site.watched: rules_watched}

`modes` are those that rules may meet, the site's own ones too; the plant's fact lists the same. A
mode that is not among them is told as BAD.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from adapters.port import Clock, Command, Field, Publish, Reading
from engine.values.fact import Quality

TOLD_EVERY_S = 1.0
_MODES = ("automatic", "manual", "off")
_KEYS = ("modes", "read_only")


class Standing(NamedTuple):
    """How the controller stands: its mode, devices that do not run, rules on probation."""

    mode: str
    devices_gone: int
    rules_watched: bool


class Controller:
    """The controller as a device of its own; `tell` is given to it when it runs."""

    def __init__(self, name: str, modes: tuple[str, ...], clock: Clock) -> None:
        """Tell of these modes."""
        self.name = name
        self.tell: Callable[[], Standing] | None = None
        self._modes = modes
        self._clock = clock
        self._started_s = clock.monotonic_s()

    def fields(self) -> tuple[Field, ...]:
        """Return the mode, how many devices do not run, and whether rules are on probation."""
        return (
            Field("uptime", "s", about="Since the daemon started"),
            Field("mode", values=self._modes, about="What a person set for the whole site"),
            Field("devices_gone", about="Devices that do not run"),
            Field("rules_watched", about="New rules are watched and may go back"),
        )

    def command(self, command: Command) -> None:
        """Ignore a command: people set the mode, not rules."""

    async def run(self, publish: Publish) -> None:
        """Tell how the controller stands until cancelled."""
        while True:
            publish(self.readings())
            await self._clock.sleep(TOLD_EVERY_S)

    def readings(self) -> list[Reading]:
        """Return how it stands now."""
        now_s = self._clock.monotonic_s()
        uptime = Reading("uptime", now_s - self._started_s, Quality.GOOD, now_s)
        if self.tell is None:
            reason = "the site file has no section `control` or `mqtt`"
            unknown = ("mode", "devices_gone", "rules_watched")
            return [uptime, *(Reading(each, None, Quality.BAD, now_s, reason) for each in unknown)]
        standing = self.tell()
        known = standing.mode in self._modes
        mode = Reading(
            "mode",
            standing.mode if known else None,
            Quality.GOOD if known else Quality.BAD,
            now_s,
            "" if known else f"`modes` does not list `{standing.mode}`",
        )
        gone = Reading("devices_gone", float(standing.devices_gone), Quality.GOOD, now_s)
        watched = Reading("rules_watched", standing.rules_watched, Quality.GOOD, now_s)
        return [uptime, mode, gone, watched]


def build(name: str, options: Mapping[str, object], clock: Clock) -> Controller:
    """Return the controller that the options describe. Raises ValueError."""
    problems = [f"`{key}` is no option" for key in options if key not in _KEYS]
    modes = options.get("modes", list(_MODES))
    # YAML 1.2 reads `off` as a word, the site file as no; here it is the mode.
    named = ["off" if each is False else each for each in modes] if isinstance(modes, list) else []
    if not named or not all(isinstance(each, str) and each for each in named):
        problems.append("`modes` is a list of names")
    if problems:
        raise ValueError("; ".join(problems))
    return Controller(name, tuple(map(str, named)), clock)
