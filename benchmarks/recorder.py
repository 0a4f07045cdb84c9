"""What the recorder writes to flash: hours of asp1's scans, without waiting for them.

Six facts a second change, about what two meters, an inverter, two miners and ten sensors tell; the
scans come a millisecond late now and then. Counted is what reaches the disk (`/proc/self/io`), not
the size of the file: WAL, checkpoints and indexes are in it. Committed ten times as often it would
be far too much: that is where the day's budget of the flash must hold, for a whole day.
"""

import logging
import random
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.runtime.recorder import Recorder, Seen
from adapters.runtime.recorder_files import RecorderSettings
from adapters.runtime.start_rules import load_rules
from benchmarks.measure import ROOT, RULES, Row
from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.inference.image import empty_image, freeze
from engine.language.types import NumberType
from engine.values.fact import Fact, Quality
from engine.values.moment import Moment

HOURS = 6
A_DAY = 24
SCANS_AN_HOUR = 7_200
OFTEN_MS = 30_000
NO_BUDGET = 1_000_000_000_000
FACTS_A_SCAN = 3
START_S = 1_750_000_000.0


def _written() -> int:
    text = Path("/proc/self/io").read_text("ascii")
    return int(text.split("\nwrite_bytes: ")[1].split()[0])


def _record(folder: Path, settings: RecorderSettings, hours: int) -> None:
    """Record some hours."""
    chance = random.Random(1)  # noqa: S311 - values for a measurement
    checked, digest = load_rules(RULES)
    program = compile_program(checked.rulebook)
    plant = program.rulebook.plant
    numbers = [point for point in plant.points if isinstance(point.type, NumberType)]
    recorder = Recorder(folder, settings)
    retained, image = initial(program), empty_image(plant)
    for number in range(hours * SCANS_AN_HOUR):
        now_s = 100.0 + number / 2
        late_s = chance.choice((0.0, 0.0, 0.0, 0.001))
        facts = []
        for point in chance.sample(numbers, FACTS_A_SCAN):
            low = 0.0 if point.low is None else point.low
            high = 100.0 if point.high is None else point.high
            value = round(low + (high - low) * (0.4 + 0.01 * chance.random()), 2)
            facts.append(Fact(point.name, value, Quality.GOOD, now_s))
        moment = Moment(now_s + late_s, START_S + number / 2 + late_s, 7200)
        image = freeze(plant, image, facts, moment.monotonic_s)
        done = scan(program, retained, image, moment)
        alarms = done.trace.alarms
        recorder.take(Seen(program, digest, retained, moment, image, done.decisions, alarms))
        retained = done.retained
    recorder.close()


def _a_day(hours: int = HOURS, **settings: int) -> tuple[float, float]:
    """Return the MB that a day writes, and that it keeps."""
    # Beside the project, for the system's folder of temporary files may lie in memory.
    with TemporaryDirectory(dir=ROOT, prefix=".benchmark-") as folder:
        before = _written()
        _record(Path(folder), RecorderSettings(free_bytes=0, **settings), hours)
        written = _written() - before
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
    return written * A_DAY / hours / 1e6, size * A_DAY / hours / 1e6


def run() -> list[Row]:
    """Measure some hours and tell a day."""
    logging.getLogger("adapters.runtime.flash_budget").setLevel(logging.CRITICAL)
    usual_mb, size_mb = _a_day()
    often_mb, _ = _a_day(A_DAY, commit_every_ms=OFTEN_MS)
    free_mb, _ = _a_day(commit_every_ms=OFTEN_MS, budget_bytes=NO_BUDGET)
    budget = "≤ 50 MB/day"
    return [
        Row("recording, 6 changed facts/s", f"{usual_mb:.0f} MB/day", budget, usual_mb <= 50),
        Row("and what is kept of it", f"{size_mb:.0f} MB/day"),
        Row("commit_every: 30 s", f"{often_mb:.0f} MB/day", budget, often_mb <= 50),
        Row("the same without a budget", f"{free_mb:.0f} MB/day"),
    ]
