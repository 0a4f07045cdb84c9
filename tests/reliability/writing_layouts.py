"""`python -m tests.reliability.writing_layouts 0.1.0`: keep what this program writes as a fixture.

Run once for each release that changed a format, with that release.
"""

import gzip
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from adapters.runtime.journal import Journal, Kind
from adapters.runtime.kept import Kept, to_bytes
from adapters.runtime.notes import Notes, Said
from adapters.runtime.store import Store
from adapters.runtime.versions import Saying, Versions
from engine.control.state import initial
from engine.control.trips import TripState
from tests.making.daemons import HandClock
from tests.reliability.writer import MOMENT, PLANT, RULES, TRIPS, program_in

KEPT_AS_THEY_ARE = (".json", ".yaml", "")


def write(state: Path, rules: Path) -> None:
    """Fill a state folder: the second trip latched, notes, a version, a journal."""
    program = program_in(rules)
    store = Store(state)
    store.occupy()
    store.restore(program, RULES, MOMENT)
    start = initial(program)
    trips = (start.trips[0], TripState(True, 100.0), start.trips[2])
    latched = replace(start, at_s=MOMENT.monotonic_s, trips=trips)
    assert store.save(program, RULES, latched, urgent=True)
    store.close()
    journal = Journal(state, HandClock(), b"b" * 16, about="rules ab")
    journal.tell(Kind.LATCH, "trip_b")
    assert journal.close("stopped", timeout_s=10.0)
    Kept(state)._write(to_bytes({"resets": [1_750_000_000.0]}))
    notes = Notes(state)
    notes.keep(Said("off", "anna", 1_750_000_000.0))
    notes.finish()
    versions = Versions(state)
    digest = versions.stage({"plant.yaml": PLANT.encode(), "trips.yaml": TRIPS.encode()})
    versions.run(versions.keep(digest, Saying("anna", "the first start"), 1_750_000_000.0))


def pack(state: Path, target: Path) -> None:
    """Copy a state folder; what is mostly zeros is compressed."""
    for path in sorted(each for each in state.rglob("*") if each.is_file()):
        place = target / path.relative_to(state)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in KEPT_AS_THEY_ARE:
            place.write_bytes(path.read_bytes())
        else:
            packed = gzip.compress(path.read_bytes(), mtime=0)
            place.with_name(f"{place.name}.gz").write_bytes(packed)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "state", Path(folder) / "rules")
        pack(Path(folder) / "state", Path(__file__).with_name("layouts") / sys.argv[1])
