"""Setpoints from outside, as a device: what was accepted last, as long as it counts.

    setpoints:
      driver: setpoints
      setpoints:
        buffer: {unit: "°C", range: [35, 70], otherwise: 50, lasts_s: 86400}
      facts: {setpoint.buffer: buffer}

Who accepts a request (`adapters.messaging.desk`) hands it in with `take`; here it is kept, expires,
and is told to the scans. What the broker retained is not trusted: after a restart the daemon hands
back what it kept itself (`retained` and `restore`).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.codec.setpoint import Setpoint, ValueRefusedError, admit, setpoint_from
from adapters.port import Clock, Command, Field, Publish, Reading
from engine.language.types import EnumType
from engine.values.fact import Quality, Value

TOLD_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """A setpoint that was taken: its value, who asked, and until when (Unix time)."""

    value: Value
    by: str
    until_wall_s: float


class Setpoints:
    """All setpoints of the site."""

    def __init__(self, name: str, setpoints: Mapping[str, Setpoint], clock: Clock) -> None:
        """Begin with nothing accepted."""
        self.name = name
        self.setpoints = setpoints
        self._clock = clock
        self._accepted: dict[str, Accepted] = {}
        self._news = asyncio.Event()

    def fields(self) -> tuple[Field, ...]:
        """Return one field for each setpoint."""
        return tuple(
            Field(
                each.name,
                each.symbol,
                each.type.values if isinstance(each.type, EnumType) else (),
                about=each.about,
            )
            for each in self.setpoints.values()
        )

    def command(self, command: Command) -> None:
        """Ignore a command: rules read setpoints and write none."""

    async def run(self, publish: Publish) -> None:
        """Tell the setpoints when one changes, and once a second, until cancelled."""
        while True:
            self._news.clear()
            publish(self.readings())
            waiting = asyncio.ensure_future(self._news.wait())
            pausing = asyncio.ensure_future(self._clock.sleep(TOLD_EVERY_S))
            try:
                await asyncio.wait((waiting, pausing), return_when=asyncio.FIRST_COMPLETED)
            finally:
                waiting.cancel()
                pausing.cancel()

    def readings(self) -> list[Reading]:
        """Return all setpoints as of now: accepted, otherwise what the site says, or MISSING."""
        now_s = self._clock.monotonic_s()
        readings = []
        for name, setpoint in self.setpoints.items():
            found = self.standing(name)
            value = setpoint.otherwise if found is None else found.value
            quality = Quality.MISSING if value is None else Quality.GOOD
            reason = "" if value is not None else "nobody has set it, or it has expired"
            readings.append(Reading(name, value, quality, now_s, reason))
        return readings

    def take(self, name: str, value: Value, by: str, until_wall_s: float) -> None:
        """Let an admitted value count until Unix time `until_wall_s`."""
        self._accepted[name] = Accepted(value, by, until_wall_s)
        self._news.set()

    def standing(self, name: str) -> Accepted | None:
        """Return what counts now, None if nothing was accepted or it has expired."""
        found = self._accepted.get(name)
        return found if found and self._clock.wall_s() < found.until_wall_s else None

    def state(self, name: str) -> str:
        """Return `accepted`, `expired` or `unset`."""
        if self.standing(name) is not None:
            return "accepted"
        return "expired" if name in self._accepted else "unset"

    def retained(self) -> dict[str, object]:
        """Return what the daemon keeps for the next start: plain data."""
        return {
            name: {"value": found.value, "by": found.by, "until": found.until_wall_s}
            for name, found in self._accepted.items()
        }

    def restore(self, retained: object) -> None:
        """Take what `retained` returned before a restart, as far as the site still admits it.

        What has expired meanwhile counts no more.
        """
        for name, found in retained.items() if isinstance(retained, Mapping) else ():
            setpoint = self.setpoints.get(name)
            if setpoint is None or not isinstance(found, Mapping):
                continue
            by, until_s = found.get("by"), found.get("until")
            if not isinstance(by, str) or not isinstance(until_s, int | float):
                continue
            # A clock that lost the time at the restart must not make it count for years.
            until_s = min(float(until_s), self._clock.wall_s() + setpoint.lasts_s)
            try:
                value = admit(setpoint, found.get("value"), setpoint.symbol)
            except ValueRefusedError:
                continue
            self._accepted[name] = Accepted(value, by, until_s)


def build(name: str, options: Mapping[str, object], clock: Clock) -> Setpoints:
    """Return the setpoints of a site. Raises ValueError with everything that is wrong."""
    found: dict[str, Setpoint] = {}
    given = options.get("setpoints")
    problems = [f"`{key}` is no option" for key in options if key not in ("setpoints", "read_only")]
    if not isinstance(given, Mapping) or not given:
        problems.append("`setpoints` must hold a name and a description for each")
        given = {}
    for each, described in given.items():
        try:
            found[each] = setpoint_from(str(each), described)
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise ValueError("; ".join(problems))
    return Setpoints(name, found, clock)
