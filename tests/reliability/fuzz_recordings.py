"""Target: a recording of which bytes were changed."""

import math
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from adapters.recordings.data import PointInfo, RecordingError
from adapters.recordings.recording import Recording
from engine.inference.image import plausible
from engine.values.fact import Quality
from tests.adapters.mqtt_bench import program_of
from tests.reliability.fuzz_target import Target


@cache
def _recording() -> bytes:
    with tempfile.TemporaryDirectory(prefix="thermiq-fuzz-") as name:
        path = Path(name) / "a.rec"
        points = [
            PointInfo("a", "number", "W", 0.0, 9.0),
            PointInfo("b", "bool"),
            PointInfo("c", "enum", values=("x", "y")),
        ]
        with Recording.create(path, points, {"site": "s"}) as writer:
            samples = [(at, "a", float(at), Quality.GOOD) for at in range(9)]
            writer.add_samples(
                [
                    *samples,
                    (9, "b", True, Quality.GOOD),
                    (9, "c", "x", Quality.GOOD),
                    (10, "c", None, Quality.BAD),
                ]
            )
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.executescript("PRAGMA page_size = 512; VACUUM")  # fewer bytes that mean nothing
        return path.read_bytes()


def _read_recording(data: bytes) -> list[object]:
    """Read all that anybody reads of a recording."""
    with tempfile.NamedTemporaryFile(prefix="thermiq-fuzz-", suffix=".rec") as file:
        file.write(data)
        file.flush()
        with Recording.open(file.name) as recording:
            recording.counts()
            recording.span()
            list(recording.decisions())
            list(recording.events())
            recording.state(5)
            if recording.tells_scans:
                list(recording.scans(0, 100))
                list(recording.measured(0, 100))
                list(recording.requests(0, 100))
            return list(recording.changes(start_ms=0, end_ms=100))


def _changes_law(found: object) -> str:
    """Say which value would get into an image though it is none."""
    assert isinstance(found, list)
    point = program_of().rulebook.plant.points[0]
    for _, name, value, quality in found:
        taken = plausible(point, value)
        if isinstance(taken, float) and not math.isfinite(taken):
            return f"{name}: {value}"
        if not isinstance(quality, Quality):
            return f"{name}: quality {quality}"
    return ""


RECORDING = Target(
    "recording",
    _read_recording,
    _changes_law,
    (_recording(),),
    (RecordingError,),
    cost=45,
)

TARGETS = (RECORDING,)
