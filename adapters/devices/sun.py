"""Where the sun stands, computed here: no network, no sensor.

sun:
driver: sun
latitude: 51.27
longitude: 13.52
facts: {sun.elevation: elevation}
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from adapters.port import Clock, Command, Field, Publish, Reading
from engine.values.fact import Quality

TOLD_EVERY_S = 30.0
"""The sun moves an eighth of a degree in that time."""
_SPANS = {"latitude": 90.0, "longitude": 180.0}


class Sun:
    """The sun over one place, in degrees."""

    def __init__(self, name: str, latitude: float, longitude: float, clock: Clock) -> None:
        """Stand at `latitude` (north positive) and `longitude` (east positive)."""
        self.name = name
        self._latitude = latitude
        self._longitude = longitude
        self._clock = clock

    def fields(self) -> tuple[Field, ...]:
        """Return elevation, azimuth, and whether it is day."""
        return (
            Field("elevation", about="Degrees above the horizon, seen through the air"),
            Field("azimuth", about="Degrees from north over east"),
            Field("is_up", about="The sun is above the horizon"),
        )

    def command(self, command: Command) -> None:
        """Ignore a command: nobody commands the sun."""

    async def run(self, publish: Publish) -> None:
        """Tell where the sun stands until cancelled."""
        while True:
            publish(self.readings())
            await self._clock.sleep(TOLD_EVERY_S)

    def readings(self) -> list[Reading]:
        """Return where the sun stands now."""
        from astral import Observer  # noqa: PLC0415 - only sites that ask for it
        from astral.sun import azimuth, elevation  # noqa: PLC0415 - same

        at = datetime.fromtimestamp(self._clock.wall_s(), UTC)
        observer = Observer(self._latitude, self._longitude)
        up = float(elevation(observer, at))
        values = {"elevation": up, "azimuth": float(azimuth(observer, at)), "is_up": up > 0.0}
        now_s = self._clock.monotonic_s()
        return [Reading(name, value, Quality.GOOD, now_s) for name, value in values.items()]


def build(name: str, options: Mapping[str, object], clock: Clock) -> Sun:
    """Return the sun over the place that the options name. Raises ValueError."""
    problems = [f"`{key}` is no option" for key in options if key not in (*_SPANS, "read_only")]
    place = {}
    for key, most in _SPANS.items():
        value = options.get(key)
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if good and isinstance(value, int | float) and abs(value) <= most:
            place[key] = float(value)
        else:
            problems.append(f"`{key}` must be a number of degrees, at most {most:g}")
    if problems:
        raise ValueError("; ".join(problems))
    return Sun(name, place["latitude"], place["longitude"], clock)
