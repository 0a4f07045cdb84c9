"""A kept state is used only if the time of its last scan is one: else all latching trips latch."""

import json
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.runtime.latches import latched_in
from adapters.runtime.slots import Record, packed
from adapters.runtime.store import FILE, Store
from engine.control.retained import save
from engine.control.scan import initial
from tests.making.daemons import Site
from tests.unit.store_rig import MOMENT, RULES


@pytest.mark.parametrize(
    ("at_s", "is_used"),
    [(10**400, False), (2e17, False), (MOMENT.monotonic_s, True)],
    ids=["400 digits", "too large", "of a scan"],
)
def test_f79_a_state_is_used_only_if_its_time_is_that_of_a_scan(
    tmp_path: Path, at_s: float, is_used: bool
) -> None:
    program = Site(tmp_path / "site").load().program
    document = json.loads(save(program, replace(initial(program), at_s=MOMENT.monotonic_s)))
    data = zlib.compress(json.dumps({**document, "at_s": at_s}).encode())
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / FILE).write_bytes(packed(Record(1, bytes(32), data)))
    store = Store(folder)
    restored = store.restore(program, RULES, MOMENT)
    store.close()
    assert bool(latched_in(program, restored.retained)) is not is_used
    assert any("cannot be used" in note for note in restored.notes) is not is_used
