"""`thermiq diff --simulate`: the weather that both sides' simulated houses stand in."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from adapters.cli.simulate import read_weather, refuse_unfit
from adapters.compared.runner import Driven
from adapters.playback import spans_within
from adapters.recordings.data import RecordingError
from adapters.recordings.recording import Recording
from adapters.simulated.drive import stretches
from adapters.simulated.recorded_weather import recorded_weather
from engine.control.program import Program


def driven(
    path: Path,
    programs: Iterable[Program],
    within: tuple[int | None, int | None],
    step_ms: int,
    seed: int,
    *,
    csv: bool,
) -> Driven:
    """Return the stretches to simulate, from a CSV file of weather or from a recording.

    Exits with 1 if a plant is not the simulated one. Raises RecordingError.
    """
    programs = list(programs)
    for program in programs:
        refuse_unfit(program)
    start_ms, end_ms = within
    if csv:
        parts = stretches(read_weather(path), step_ms, start_ms)
        if end_ms is not None:
            within_end = [part for part in parts if end_ms - part.start_ms >= step_ms]
            parts = tuple(replace(part, end_ms=min(part.end_ms, end_ms)) for part in within_end)
    else:
        with Recording.open(path) as recording:
            spans = spans_within(recording.segments(), start_ms, end_ms)
            parts = stretches(recorded_weather(recording, programs[-1].rulebook, spans), step_ms)
    if not parts:
        raise RecordingError(path, "holds no weather of that time")
    return Driven(parts, seed)
