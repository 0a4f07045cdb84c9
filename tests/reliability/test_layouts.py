"""F105: the state folders that released programs left behind, and those of newer ones.

`layouts/` holds what `writing_layouts.py` wrote with each released program. A change of a
format leaves these files as they are and adds others.
"""

import gzip
import shutil
from pathlib import Path

import pytest

from adapters.runtime.journal import from_data
from adapters.runtime.kept import Kept
from adapters.runtime.latches import latched_in
from adapters.runtime.notes import Notes
from adapters.runtime.ring import FILE as JOURNAL
from adapters.runtime.ring import read
from adapters.runtime.slots import MAGIC, SLOT_BYTES, SLOTS
from adapters.runtime.store import FILE, Store
from adapters.runtime.versions import Versions
from tests.reliability.writer import MOMENT, RULES, program_in

LAYOUTS = Path(__file__).with_name("layouts")
RELEASED = sorted(path.name for path in LAYOUTS.iterdir())


def unpacked(release: str, state: Path) -> Path:
    """Lay a released program's state folder down."""
    shutil.copytree(LAYOUTS / release, state)
    for packed in state.glob("*.gz"):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    return state


@pytest.mark.parametrize("release", RELEASED)
def test_f105_a_latch_of_every_released_program_is_still_latched(
    tmp_path: Path, release: str
) -> None:
    state = unpacked(release, tmp_path / "state")
    program = program_in(tmp_path / "rules")
    store = Store(state)
    restored = store.restore(program, RULES, MOMENT)
    store.close()
    assert latched_in(program, restored.retained) == {"trip_b"}
    assert [note.partition(":")[0] for note in restored.notes] == [
        "the last process did not end in order"  # it could not say so yet
    ]


@pytest.mark.parametrize("release", RELEASED)
def test_f105_notes_rules_and_journal_of_every_released_program_are_read(
    tmp_path: Path, release: str
) -> None:
    state = unpacked(release, tmp_path / "state")
    assert Kept(state)._read() == {"resets": [1_750_000_000.0]}
    assert Notes(state).read().mode == "off"
    running = Versions(state).running()
    assert running is not None
    assert running.author == "anna"
    assert [from_data(each.data)[:2] for each in read(state / JOURNAL).records] == [
        ("start", "the first"),
        ("latch", "trip_b"),
        ("end", "in order"),
    ]


@pytest.mark.parametrize("release", RELEASED)
def test_f105_a_newer_layout_of_the_slots_counts_as_latched(tmp_path: Path, release: str) -> None:
    state = unpacked(release, tmp_path / "state")
    data = bytearray((state / FILE).read_bytes())
    for slot in range(SLOTS):
        data[slot * SLOT_BYTES : slot * SLOT_BYTES + len(MAGIC)] = b"ThermIQ2"
    (state / FILE).write_bytes(data)
    program = program_in(tmp_path / "rules")
    store = Store(state)
    restored = store.restore(program, RULES, MOMENT)
    store.close()
    assert len(latched_in(program, restored.retained)) == 3
    assert "every latching trip counts as latched" in restored.notes[0]
    assert (state / "retained.unreadable").read_bytes() == data
