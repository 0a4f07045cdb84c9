"""Dry-running the recording that a simulation wrote gives the decisions that it recorded."""

import csv
from pathlib import Path

from adapters.clock import SiteClock
from adapters.playback import fit, play, play_from_checkpoint, pour
from adapters.recordings.recording import Recording
from adapters.scribe import Scribe, digest_of, infos
from adapters.simulated.drive import Turn, drive, stretches
from adapters.simulated.state import PlantParameters
from adapters.simulated.weather import segments, weather_row
from engine.control.scan import Scan, initial
from tests.simulation.small_rules import WEATHER, files, program

STEP_MS = 30_000
DAY_MS = 86_400_000
PROGRAM = program()
RULES = digest_of(files())


def simulate(path: Path, days: float) -> list[Turn]:
    with WEATHER.open() as file:
        weather = segments(map(weather_row, csv.DictReader(file)))
    parts = stretches(weather, STEP_MS, length_ms=round(days * DAY_MS))
    clock = SiteClock(PROGRAM.rulebook.plant.site)
    plant = PROGRAM.rulebook.plant
    turns = list(drive(PROGRAM, initial(PROGRAM), PlantParameters(), parts, clock, STEP_MS))
    with Recording.create(path, infos(plant, facts=True)) as writer:
        scribe = Scribe(writer, PROGRAM, RULES)
        for turn in turns:
            scribe.facts(turn.changes)
        pour(((turn.at_ms, turn.scan) for turn in turns), [scribe], STEP_MS)
    return turns


class Kept:
    """Keeps every scan."""

    def __init__(self) -> None:
        self.scans: list[tuple[int, Scan]] = []

    def add(self, at_ms: int, scan: Scan) -> None:
        self.scans.append((at_ms, scan))

    def pause(self, end_ms: int) -> None:
        assert end_ms == self.scans[-1][0] + STEP_MS


def test_a_replay_of_a_simulation_decides_the_same(tmp_path: Path) -> None:
    turns = simulate(tmp_path / "a.sqlite", 1.0)
    kept = Kept()
    with Recording.open(tmp_path / "a.sqlite") as recording:
        fitting = fit(recording.points(), PROGRAM.rulebook)
        pour(play(recording, PROGRAM, fitting, recording.segments(), STEP_MS), [kept], STEP_MS)
    assert fitting.warnings == ()
    assert len(kept.scans) == DAY_MS // STEP_MS
    for turn, (at_ms, scan) in zip(turns, kept.scans, strict=True):
        assert at_ms == turn.at_ms
        assert repr(scan.decisions) == repr(turn.scan.decisions)
        assert scan.trace.image == turn.scan.trace.image


def test_a_replay_from_a_checkpoint_ends_where_the_simulation_stood(tmp_path: Path) -> None:
    turns = simulate(tmp_path / "a.sqlite", 1.2)
    asked = turns[-1]
    with Recording.open(tmp_path / "a.sqlite") as recording:
        played = list(play_from_checkpoint(recording, PROGRAM, RULES, asked.at_ms + 5_000, STEP_MS))
        others = list(play_from_checkpoint(recording, PROGRAM, "other rules", asked.at_ms, STEP_MS))
    assert len(played) == len(turns) - DAY_MS // STEP_MS - 1
    assert len(others) == len(turns)
    for at_ms, scan in (played[-1], others[-1]):
        assert at_ms == asked.at_ms
        assert scan.decisions == asked.scan.decisions
        assert scan.trace.slots == asked.scan.trace.slots
