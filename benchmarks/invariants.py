"""The look before anything is written, beside the scan that it looks at: asp1 for a simulated day.

The daemon takes it after every scan; a dry run and a replay do without.
"""

import gc
import time

from adapters.cli.simulate import read_weather
from adapters.clock import SiteClock
from adapters.files import read_rules
from adapters.simulated.drive import drive, stretches
from adapters.simulated.state import PlantParameters
from benchmarks.measure import RULES, WEATHER, Row, microseconds
from engine.control.invariants import Invariants
from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.language.checked import check_files

STEP_MS = 10_000
DAY_MS = 86_400_000


def run() -> list[Row]:
    """Measure both, scan by scan."""
    program = compile_program(check_files(read_rules(RULES).files).rulebook)
    invariants, state = Invariants(program), initial(program)
    parts = stretches(read_weather(WEATHER), STEP_MS, length_ms=DAY_MS)
    clock = SiteClock(program.rulebook.plant.site)
    scans, looks = [], []
    gc.collect()
    for turn in drive(program, state, PlantParameters(), parts, clock, STEP_MS):
        trace = turn.scan.trace
        began_s = time.perf_counter()
        done = scan(program, state, trace.image, trace.moment)
        scanned_s = time.perf_counter()
        assert not invariants.broken(state, done)
        looks.append(time.perf_counter() - scanned_s)
        scans.append(scanned_s - began_s)
        state = done.retained
    return [
        Row("one scan of asp1, 10 s after the last", microseconds(scans)),
        Row("its invariants, before anything is written", microseconds(looks)),
    ]
