"""What the daemon tells the process of a candidate, and what it hears from it: lines of JSON.

    first line    both sets of rule files, and the retained state that the live rules start from
    each scan     its moment, its facts, overrides and resets, and the values that were decided

A frame holds all facts, so one that is lost costs nothing but its own moment.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.control.decision import Decision
from engine.inference.image import Override, ProcessImage, Reset
from engine.values.fact import Quality, Value
from engine.values.moment import Moment

LINE_BYTES_MAX = 8_388_608


@dataclass(frozen=True, slots=True)
class Start:
    """The rules that run and the candidate, as files by name, and the live rules' state."""

    live: Mapping[str, bytes]
    candidate: Mapping[str, bytes]
    retained: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """One scan of the daemon. `decided` are the values in the order of the live plant."""

    moment: Moment
    image: ProcessImage
    decided: tuple[Value, ...]


def start_line(start: Start) -> bytes:
    """Return the first line."""
    document = {
        "live": {name: text.decode() for name, text in start.live.items()},
        "candidate": {name: text.decode() for name, text in start.candidate.items()},
        "retained": start.retained.decode(),
    }
    return _line(document)


def read_start(line: bytes) -> Start:
    """Return what the first line says. Raises ValueError, KeyError for another line."""
    document = json.loads(line)
    return Start(
        {name: text.encode() for name, text in document["live"].items()},
        {name: text.encode() for name, text in document["candidate"].items()},
        document["retained"].encode(),
    )


def frame_line(moment: Moment, image: ProcessImage, decisions: Sequence[Decision]) -> bytes:
    """Return a scan as a line."""
    return _line(
        {
            "moment": [
                moment.monotonic_s,
                moment.wall_s,
                moment.utc_offset_s,
                moment.sunrise_s,
                moment.sunset_s,
                moment.wall_trusted,
            ],
            "values": image.values,
            "qualities": [each.value for each in image.qualities],
            "measured_at_s": [
                at_s if math.isfinite(at_s) else None for at_s in image.measured_at_s
            ],
            "overrides": [[o.id, o.output, o.value, o.by, o.until_s] for o in image.overrides],
            "resets": [[reset.trip, reset.by] for reset in image.resets],
            "decided": [decision.value for decision in decisions],
        }
    )


def read_frame(line: bytes) -> Frame:
    """Return a scan. Raises ValueError, KeyError for a line that is none."""
    document = json.loads(line)
    measured = [-math.inf if at_s is None else at_s for at_s in document["measured_at_s"]]
    image = ProcessImage(
        tuple(map(_value, document["values"])),
        tuple(map(Quality, document["qualities"])),
        tuple(measured),
        tuple(Override(*each) for each in document["overrides"]),
        tuple(Reset(*each) for each in document["resets"]),
    )
    return Frame(Moment(*document["moment"]), image, tuple(document["decided"]))


def _value(value: Value | None) -> Value | None:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _line(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode() + b"\n"
