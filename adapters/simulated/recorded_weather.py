"""The weather, the household and the prices out of a recording, for a run in closed loop.

What the recording's own miners and heat pump drew is taken off the load, for the simulated ones
will draw their own. Irradiance is no point of a plant, so no sun shines through the windows.
"""

from collections.abc import Iterator

from adapters.playback import converted, fit
from adapters.recordings.data import RecordingError, Span
from adapters.recordings.recording import Recording
from adapters.simulated.weather import Weather, WeatherRow
from engine.language.rulebook import Rulebook
from engine.values.fact import Value

SPACING_MS = 60_000
_NEEDED = ("house.load", "outside.temperature", "price.buy")
_DRAWN = ("miner1.power", "miner2.power", "heatpump.power")
_POINTS = ("pv.power", *_NEEDED, *_DRAWN)


def recorded_weather(
    recording: Recording, rulebook: Rulebook, spans: tuple[Span, ...]
) -> tuple[Weather, ...]:
    """Return the weather of each span, a row a minute. Raises RecordingError if it lacks some."""
    fitting = fit(recording.points(), rulebook)
    points = [name for name in _POINTS if name in fitting.points]
    found = []
    for span in spans:
        rows = tuple(_rows(recording, points, fitting.factors, span))
        for name, values in (
            ("house.load", [row.house_load_w for row in rows]),
            ("outside.temperature", [row.outside_temperature_c for row in rows]),
            ("price.buy", [row.price_ct_per_kwh for row in rows]),
        ):
            if all(value is None for value in values):
                advice = "or name a file of weather with `--weather`"
                message = f"never says `{name}`, which the simulated house needs"
                raise RecordingError(recording.path, message, advice)
        times_s = tuple(row.wall_s for row in rows)
        found.append(Weather(rows, times_s, span.end_ms / 1000))
    return tuple(found)


def _rows(
    recording: Recording, points: list[str], factors: dict[str, float], span: Span
) -> Iterator[WeatherRow]:
    changes = converted(recording.changes(points, span.start_ms, span.end_ms), factors)
    state: dict[str, Value | None] = dict.fromkeys(_POINTS)
    at_ms = span.start_ms
    for changed_ms, point, value, _ in changes:
        while changed_ms > at_ms:
            yield _row(at_ms, state)
            at_ms += SPACING_MS
        state[point] = value
    while at_ms < span.end_ms:
        yield _row(at_ms, state)
        at_ms += SPACING_MS


def _row(at_ms: int, state: dict[str, Value | None]) -> WeatherRow:
    load_w = _number(state["house.load"])
    if load_w is not None:
        load_w = max(0.0, load_w - sum(_number(state[name]) or 0.0 for name in _DRAWN))
    return WeatherRow(
        at_ms / 1000,
        _number(state["pv.power"]),
        load_w,
        _number(state["outside.temperature"]),
        None,
        _number(state["price.buy"]),
    )


def _number(value: Value | None) -> float | None:
    return None if value is None or isinstance(value, bool | str) else value
