"""A recording of a sunny noon in the small house."""

from pathlib import Path

from adapters.recordings.data import PointInfo, Span
from adapters.recordings.recording import Recording
from engine.values.fact import Quality
from tests.reasons.house import NOON_S, USUAL

START_MS = int(NOON_S * 1000)
UNITS = {
    "pv.power": "W",
    "house.load": "W",
    "miner1.power": "W",
    "buffer.top": "°C",
    "outside.temperature": "°C",
    "battery.soc": "%",
    "price.buy": "ct/kWh",
}


def record(path: Path, *, without: str = "") -> Path:
    """Write half an hour: the sun comes out after five minutes and goes after twenty."""
    infos = [
        PointInfo(name, "number" if name in UNITS else "bool", UNITS.get(name, ""))
        for name in USUAL
        if name != without
    ]
    usual = [(START_MS, n, v, Quality.GOOD) for n, v in USUAL.items() if n != without]
    sun = [(5, 4600.0), (20, 900.0)]
    changes = [(START_MS + at * 60_000, "pv.power", power, Quality.GOOD) for at, power in sun]
    with Recording.create(path, infos) as writer:
        writer.add_samples([*usual, *(each for each in changes if each[1] != without)])
        writer.add_segment(Span(START_MS, START_MS + 30 * 60_000))
    return path
