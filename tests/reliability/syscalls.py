"""P5: every call to the disk fails in turn, once and for ever, at work and during recovery.

The program is run below a small library (`faulty.c`) that lets the N-th call to the state folder
fail. For every N: what is acknowledged although a call fails is there at the next start; nothing
but the errors of a disk comes out; a latch that cannot be read counts as latched.
"""

import argparse
import ctypes
import errno
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from adapters.runtime import ring, store
from adapters.runtime.versions import VersionError
from tests.house.source import ROOT
from tests.reliability.outcome import Outcome
from tests.reliability.writer import SABOTAGES, Found, Writer, program_in

SOURCE = Path(__file__).with_name("faulty.c")
LIBRARY, FOLDER = "FAULTY_LIBRARY", "FAULTY_FOLDER"
NEVER = 1 << 40
STEPS = ("store", "journal", "kept", "rules", "store", "journal", "journal", "kept", "store")
SMALL_RING = 8


class Fault(NamedTuple):
    """Which call fails, whether all that follow fail too, and with what."""

    at: int
    stays: bool
    error: int


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--sabotage", choices=SABOTAGES, default="")
    parser.add_argument("--every", type=int, default=1, help="try only every so many-th call")


def run(options: argparse.Namespace) -> Outcome:
    """Try every call; outside the library this starts itself again inside it."""
    if LIBRARY in os.environ:
        return _inside(Path(os.environ[FOLDER]), options.sabotage, options.every)
    with tempfile.TemporaryDirectory(prefix="thermiq-syscalls-") as folder:
        library = Path(folder) / "faulty.so"
        compiler = os.environ.get("CC", "gcc").split()
        flags = ["-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-O1"]
        subprocess.run([*compiler, *flags, "-o", str(library), str(SOURCE), "-ldl"], check=True)
        state = Path(folder) / "state"
        state.mkdir()
        names = {LIBRARY: str(library), "LD_PRELOAD": str(library), FOLDER: str(state)}
        words = [sys.executable, "-m", "tests.reliability", *sys.argv[1:]]
        env = {**os.environ, **names, "PYTHONDONTWRITEBYTECODE": "1"}
        raise SystemExit(subprocess.run(words, cwd=ROOT, env=env, check=False).returncode)


def _inside(folder: Path, sabotage: str, every: int) -> Outcome:
    logging.disable()
    disk = ctypes.CDLL(os.environ[LIBRARY])
    disk.faulty_arm.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_int)
    disk.faulty_disarm.restype = ctypes.c_long
    mock.patch.object(ring, "BLOCKS", SMALL_RING).start()
    with tempfile.TemporaryDirectory() as elsewhere:
        bench = _Bench(folder, Path(elsewhere), disk, sabotage)
        wrong: list[str] = []
        tried = 0
        for scenario in (bench.work, bench.recover):
            calls, _ = scenario(Fault(NEVER, False, 0))
            for fault in _faults(calls, every):
                _, lost = scenario(fault)
                wrong += [f"{scenario.__name__} {fault}: {each}" for each in lost]
                tried += 1
                if sabotage and wrong:
                    break
    figure = f"{tried} runs in each of which a call fails, {len(wrong)} lost or wrong"
    if wrong:
        figure += f"; first {wrong[0]}"
    return Outcome("P5 a failing call at every place", figure, not wrong and tried > 0)


def _faults(calls: int, every: int) -> Iterator[Fault]:
    for error in (errno.EIO, errno.ENOSPC):
        for stays in (False, True):
            yield from (Fault(at, stays, error) for at in range(0, calls, every))


class _Bench:
    """The scenarios, each on a fresh copy of the same state folder."""

    def __init__(self, folder: Path, elsewhere: Path, disk: ctypes.CDLL, sabotage: str) -> None:
        self._folder = folder / "now"
        self._base, self._torn = elsewhere / "base", elsewhere / "torn"
        self._program = program_in(elsewhere / "rules")
        self._disk = disk
        self._sabotage = sabotage
        self._make()

    def _make(self) -> None:
        """Make a state that was acknowledged, and the same with two writes cut short."""
        writer = Writer(self._folder, self._program, lambda _: None)
        writer.start()
        self._write(writer, Found())
        writer.close()
        shutil.copytree(self._folder, self._base)
        shutil.copytree(self._folder, self._torn)
        for name, place in ((store.FILE, 0), (ring.FILE, -1)):
            path = self._torn / name
            data = bytearray(path.read_bytes())
            end = len(bytes(data).rstrip(b"\0")) if place else 100
            data[end - 20 : end] = bytes(20)
            path.write_bytes(data)

    def work(self, fault: Fault) -> tuple[int, list[str]]:
        """Start and write while a call fails; then start again."""
        return self._tried(self._base, fault, self._live)

    def recover(self, fault: Fault) -> tuple[int, list[str]]:
        """Start from writes that were cut short while a call fails; then start again."""
        return self._tried(self._torn, fault, self._start)

    def _tried(
        self, origin: Path, fault: Fault, do: Callable[[Writer, Found], None]
    ) -> tuple[int, list[str]]:
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(origin, self._folder)
        found = Found()
        self._found_first(origin, found)
        during = Writer(self._folder, self._program, _begun_only(found), self._sabotage)
        self._disk.faulty_arm(*fault)
        try:
            do(during, found)
        except Exception as error:  # noqa: BLE001 - whatever it is, no disk may cause it
            found.lost.append(f"{type(error).__name__}: {error}")
        calls = self._disk.faulty_disarm()
        during.close()
        hear = _tripped_is_fine(found) if fault.stays else found.hear
        after = Writer(self._folder, self._program, hear, self._sabotage)
        try:
            self._start(after, found)
        except Exception as error:  # noqa: BLE001 - same
            found.lost.append(f"afterwards {type(error).__name__}: {error}")
        after.close()
        return calls, found.lost

    def _found_first(self, origin: Path, found: Found) -> None:
        """Know what stands in the copy, from a look at another one."""
        look = origin.with_name(f"{origin.name}-look")
        if not look.exists():
            shutil.copytree(origin, look)
        writer = Writer(look, self._program, found.hear)
        writer.start()
        writer.close()
        found.lost.clear()

    def _start(self, writer: Writer, found: Found) -> None:
        del found
        for part, expected in writer.parts():
            try:
                part()
            except Exception as error:
                if expected is None or not isinstance(error, expected):
                    raise

    def _live(self, writer: Writer, found: Found) -> None:
        self._start(writer, found)
        self._write(writer, found)

    def _write(self, writer: Writer, found: Found) -> None:
        del found
        chance = random.Random(1)  # noqa: S311 - the same in every run
        for what in STEPS:
            with suppress(OSError, VersionError):
                writer.write(what, chance)


def _begun_only(found: Found) -> Callable[[str], None]:
    """Hear what is begun and acknowledged, but not what a start finds while calls fail."""

    def hear(line: str) -> None:
        if line[0] in "<>":
            found.hear(line)

    return hear


def _tripped_is_fine(found: Found) -> Callable[[str], None]:
    """Hear what is found after a disk that failed for long: a lost state must count as latched."""

    def hear(line: str) -> None:
        if line.startswith("= store") and line.endswith(" 111"):
            return
        found.hear(line)

    return hear
