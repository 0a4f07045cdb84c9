"""Targets: what the controller itself has written, after a disk or a hand has changed it.

Where a checksum would stop every mutation at the door, a second target puts the right one on it:
the reader behind it must hold as well.
"""

import atexit
import io
import json
import math
import os
import shutil
import tempfile
import zlib
from functools import cache
from pathlib import Path

from adapters.codec.mqtt_ledger import Ledger
from adapters.devices.setpoints import Setpoints
from adapters.devices.write_restraint import WriteRestraint
from adapters.runtime import kept, ring, starts
from adapters.runtime.clock_trust import ClockTrust
from adapters.runtime.journal import Entry, from_data, to_data
from adapters.runtime.operations import Operations
from adapters.runtime.slots import HEADER_BYTES, SLOT_BYTES, Record, packed, unpacked
from adapters.runtime.store import FILE, MARKER, Store
from adapters.runtime.versions import Version, VersionError, Versions
from adapters.scribe import digest_of
from engine.control.program import Program, compile_program
from engine.control.retained import RetainedError, restore, save
from engine.control.scan import Scan, scan
from engine.control.state import Retained, initial
from engine.inference.image import empty_image, freeze
from engine.language.checked import check_files
from engine.values.fact import Fact, Quality
from engine.values.moment import Moment
from tests.adapters.manual_clock import ManualClock
from tests.making.daemons import INTERLOCKS, PLANT, RULES
from tests.reliability.fuzz_messages import SETPOINTS, _house, readings_law
from tests.reliability.fuzz_target import Target, first

DIGEST = "ab" * 32


@cache
def _program() -> Program:
    checked = check_files(
        {"plant.yaml": PLANT.encode(), "r.yaml": RULES.encode(), "i.yaml": INTERLOCKS.encode()}
    )
    assert checked.ok
    return compile_program(checked.rulebook)


def _scanned(retained: Retained, seconds: int) -> Scan:
    """Return the last of some scans of a warm house."""
    program = _program()
    plant, image = program.rulebook.plant, empty_image(program.rulebook.plant)
    for second in range(1, seconds + 1):
        now_s = 1000.0 + second
        values = {"tank.top": 40.0 + second, "sun.power": 5000.0, "safety.ok": True}
        facts = [Fact(name, value, Quality.GOOD, now_s) for name, value in values.items()]
        image = freeze(plant, image, facts, now_s)
        last = scan(program, retained, image, Moment(now_s, 1.8e9 + second))
        retained = last.retained
    return last


@cache
def _saved() -> tuple[bytes, ...]:
    program = _program()
    after = [_scanned(initial(program), seconds).retained for seconds in (1, 5, 30)]
    return tuple(save(program, each) for each in after)


def _retained(data: bytes) -> Retained:
    return restore(_program(), data, Moment(1000.0, 1.8e9)).retained


def _retained_law(found: object) -> str:
    """Whatever came back can be scanned on, and every output stays one of the plant's."""
    assert isinstance(found, Retained)
    outputs = _program().rulebook.plant.outputs
    states = zip(outputs, found.outputs, strict=True)
    odd = ((each, state.value) for each, state in states if not each.holds(state.value))
    wrong = (f"{each.name} held {value!r}" for each, value in odd)
    later = _scanned(found, 3)
    held = zip(outputs, later.decisions, strict=True)
    decided = (
        f"{each.name} is {done.value!r}" for each, done in held if not each.holds(done.value)
    )
    return first(wrong) or first(decided)


RETAINED = Target(
    "retained-state",
    _retained,
    _retained_law,
    _saved(),
    (RetainedError,),
    (b"null", b"1e300", b"-1e300", b'"at_s": 1e308', b"[[[]]]", b'"running"'),
    cost=6,
)

_RECORDS = [Record(number, bytes(32), data) for number, data in enumerate(_saved(), 1)]
_SLOTS = tuple(map(packed, _RECORDS))

SLOT = Target(
    "slot",
    unpacked,
    lambda found: "" if found is None or found in _RECORDS else "a record that was never saved",
    (*_SLOTS, bytes(HEADER_BYTES), _SLOTS[0].ljust(2 * len(_SLOTS[0]), b"\0")),
)


def _stored(data: bytes) -> object:
    """Start from a folder whose slots hold these bytes, put together from the two slots."""
    with tempfile.TemporaryDirectory(prefix="thermiq-fuzz-") as name:
        folder = Path(name)
        (folder / FILE).write_bytes(data)
        (folder / MARKER).touch()
        store = Store(folder)
        try:
            restored = store.restore(_program(), DIGEST, Moment(1000.0, 1.8e9))
        finally:
            store.close()
        damaged = unpacked(data[:SLOT_BYTES]) is None and unpacked(data[SLOT_BYTES:]) is None
        latched = restored.retained.trips[0].latched
        assert latched or not damaged, "nothing could be read, and nothing is latched"
        return restored.retained


def _two(first_slot: bytes, second_slot: bytes) -> bytes:
    return first_slot.ljust(SLOT_BYTES, b"\0") + second_slot


def _kept_record(data: bytes) -> bytes:
    return packed(Record(9, bytes(32), zlib.compress(data)))


STORE = Target(
    "store",
    _stored,
    _retained_law,
    (
        _two(_kept_record(_saved()[0]), _kept_record(_saved()[1])),
        _two(_kept_record(_saved()[2]), b""),
        _two(packed(Record(3, bytes(32), b"not packed")), b""),
    ),
    words=(_kept_record(b'{"format": 1}'), b"ThermIQ1"),
    cost=150,
)


def _notes(data: bytes) -> object:
    """Give notes back to everybody who may have kept some; each takes what makes sense to it."""
    notes = kept.from_bytes(zlib.compress(data))
    clock = ManualClock()
    setpoints = Setpoints("s", SETPOINTS, clock)
    ledger, restraint, trust = Ledger(), WriteRestraint(), ClockTrust(lambda: False)
    keepers = {"setpoints": setpoints, "ledger": ledger, "restraint": restraint, "trust": trust}
    for name, keeper in keepers.items():
        if name in notes:
            keeper.restore(notes[name])
        json.dumps(keeper.retained(), allow_nan=False)
    _operations().restore(notes.get("resets"))
    trust.look(clock.wall_s(), clock.monotonic_s())
    ledger.objection("a", "limit", clock.wall_s())
    restraint.held_back({1: 2}, clock.monotonic_s(), clock.wall_s(), to_rest=False)
    for name, each in SETPOINTS.items():
        if (found := setpoints.standing(name)) and isinstance(found.value, float):
            assert each.low <= found.value <= each.high, f"{name} is {found.value}"
    return setpoints.readings()


@cache
def _operations() -> Operations:
    return Operations(_house().daemon.cycle, ManualClock(), lambda: "nonce")


NOTES = Target(
    "kept-notes",
    _notes,
    readings_law,
    (
        json.dumps(
            {
                "format": 1,
                "notes": {
                    "setpoints": {"limit": {"value": 50, "by": "anna", "until": 1.8e9 + 60}},
                    "ledger": {"0123456789abcdef": 1.8e9 + 60},
                    "restraint": {"day": 20833, "written_today": 3},
                    "trust": 1.8e9,
                    "resets": [1.8e9 - 5, 1.8e9 - 3],
                },
            }
        ).encode(),
    ),
    (ValueError,),
    (b'"trust": ', b'"resets": [', b'"until": ', b'"written_today": '),
    cost=5,
)

STARTS = Target(
    "starts",
    lambda data: starts.to_bytes(
        starts.at_start(starts.from_bytes(data), starts.Ended(1.8e9, 1000.0))
    ),
    lambda found: "" if isinstance(found, bytes) else "not kept",
    (
        starts.to_bytes(starts.Starts()),
        starts.to_bytes(starts.at_start(starts.Starts(running=True), starts.Ended(1.8e9, 9.0))),
    ),
    (ValueError,),
    (b'"unclean": [[', b"1e308", b"true"),
    cost=2,
)


class _MemoryDisk:
    """A disk of one file; only what a reader asks of it."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def open(self, path: Path, flags: int) -> int:
        """Give a handle that may be closed."""
        del path, flags
        return os.open("/dev/null", os.O_RDONLY)

    def pread(self, handle: int, count: int, offset: int) -> bytes:
        """See `Disk`."""
        del handle
        self._file.seek(offset)
        return self._file.read(count)

    def pwrite(self, handle: int, data: bytes, offset: int) -> int:
        """Refuse: nobody who reads writes."""
        raise OSError(f"{handle}: {len(data)} bytes for {offset}")

    def sync(self, handle: int) -> None:
        """Nothing is written."""

    def rename(self, source: Path, target: Path) -> None:
        """Nothing is renamed."""


_TIMES = (1.0, 1.8e9, bytes(16))
_FRAMES = tuple(
    ring.framed(ring.Framed(number, *_TIMES, to_data(Entry("start", "s", "t" * number, "anna"))))
    for number in range(1, 60)
)


def _ring_seed(count: int) -> bytes:
    blocks = [b"".join(_FRAMES[:count]), b"".join(_FRAMES[count : 2 * count])]
    return ring.title() + b"".join(each.ljust(ring.BLOCK_BYTES, b"\0") for each in blocks)


def _ring(data: bytes) -> ring.Read:
    found = ring.read(Path("ring"), _MemoryDisk(data))
    for record in found.records:
        from_data(record.data)
    return found


def _ring_law(found: object) -> str:
    """Every record is one that was written, whole, once, in order; what lacks is told."""
    assert isinstance(found, ring.Read)
    numbers = [each.sequence for each in found.records]
    odd = [each.sequence for each in found.records if ring.framed(each) not in _FRAMES]
    missing = sum(each.missing for each in found.gaps)
    if odd or numbers != sorted(set(numbers)):
        return f"records {odd or numbers} were never written"
    held = not numbers or numbers[-1] - numbers[0] + 1 - len(numbers) == missing
    return "" if held else f"{numbers} and gaps of {missing}"


RING = Target(
    "journal-ring",
    _ring,
    _ring_law,
    (_ring_seed(5), _ring_seed(20), ring.title()),
    words=(ring._MAGIC, _FRAMES[3], _FRAMES[40], bytes(8)),
    cost=120,
)

JOURNAL = Target(
    "journal-entry",
    from_data,
    lambda found: "" if all(isinstance(each, str) for each in found) else "not texts",  # type: ignore[attr-defined] # an Entry
    (to_data(Entry("trip", "too_hot", "90 °C", "")), to_data(Entry("reset", "x", "", "anna"))),
    (ValueError,),
    cost=4,
)


@cache
def _versions_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="thermiq-fuzz-"))
    atexit.register(shutil.rmtree, folder, True)
    place = folder / "versions" / "0001"
    place.mkdir(parents=True)
    (place / "r.yaml").write_bytes(RULES.encode())
    return folder


def _versions(data: bytes) -> object:
    """Read `running` (before the first zero byte) and `version.json` (after it) of one version."""
    folder = _versions_folder()
    running, _, about = data.partition(b"\0")
    (folder / "versions" / "running").write_bytes(running)
    (folder / "versions" / "0001" / "version.json").write_bytes(about)
    versions = Versions(folder)
    return (*versions.all(), versions.running())


def _version_seed() -> bytes:
    digest = digest_of({"r.yaml": RULES.encode()})
    about = {"number": 1, "digest": digest, "author": "anna", "reason": "r"}
    about |= {"evidence": ["e"], "at_s": 1.8e9}
    return b"1\n\0" + json.dumps(about).encode()


def _versions_law(found: object) -> str:
    assert isinstance(found, tuple)
    each_is = (each is None or isinstance(each, Version) for each in found)
    times = (each.at_s for each in found if each is not None)
    return "" if all(each_is) and all(map(math.isfinite, times)) else f"{found}"


VERSIONS = Target(
    "versions",
    _versions,
    _versions_law,
    (_version_seed(),),
    (VersionError,),
    (b"\0", b"9" * 30, b'"at_s": Infinity', b'"evidence": 3'),
    cost=40,
)


TARGETS = (RETAINED, SLOT, STORE, NOTES, STARTS, RING, JOURNAL, VERSIONS)
