"""A process that keeps a state folder busy, and what must be found in it after its end.

The child says before each step what it is about to write, and after it that it is on the medium:

    > store 17 101      save 17 begins, with the trips 0 and 2 latched
    < store 17          it was acknowledged
    > journal 40, > kept 9, > rules 0a1b…, and `<` for each of them

At its start it says what it found: `= store 17 101` and so on; `! …` says that something is
wrong in itself. What was acknowledged must be there; what was under way may be; nothing else.
"""

import math
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from unittest import mock

from adapters.runtime import journal as journals
from adapters.runtime import kept, ring
from adapters.runtime.kept import Kept
from adapters.runtime.ring import Framed, Ring
from adapters.runtime.slots import RealDisk
from adapters.runtime.start_rules import load_rules
from adapters.runtime.store import Store
from adapters.runtime.versions import Saying, VersionError, Versions
from engine.control.program import Program, compile_program
from engine.control.state import Retained, initial
from engine.control.trips import TripState
from engine.values.moment import Moment
from tests.reliability.children import Say

PLANT = """\
site: {name: test, time_zone: Europe/Berlin}
facts:
  safety.a: {type: bool, max_age: 2 s}
  safety.b: {type: bool, max_age: 2 s}
  safety.c: {type: bool, max_age: 2 s}
outputs:
  pump.run: {type: bool, default: off, failsafe: off}
"""
TRIPS = "ruleset: trips\ntrips:\n" + "".join(
    f"  - {{id: trip_{each}, when: not safety.{each}, latch: true, force: {{pump.run: off}}}}\n"
    for each in "abc"
)
MOMENT = Moment(500.5, 1_750_000_000.0)
"""Saves are numbered by the whole second since which a trip is as it is; a lost state has none."""
RULES = "ab" * 32
KINDS = ("store", "journal", "kept", "rules")
SABOTAGES = ("no-fsync", "no-latch-load", "early-acknowledgement")


def program_in(folder: Path) -> Program:
    """Return a program with three trips that latch."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plant.yaml").write_text(PLANT, "utf-8")
    (folder / "trips.yaml").write_text(TRIPS, "utf-8")
    checked, _ = load_rules(folder)
    assert checked.ok, checked.problems
    return compile_program(checked.rulebook)


class Careless(RealDisk):
    """Never flushes: the sabotage that a power cut must find."""

    def sync(self, handle: int) -> None:
        del handle


@dataclass(slots=True)
class Found:
    """What the parent knows: what was begun, and the last that was acknowledged."""

    begun: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    """What was promised and not found, in words."""
    count: int = 0
    """Acknowledgements heard."""

    def hear(self, line: str, *, counts: bool = True) -> None:
        """Take in one line. After a cut only what was begun counts: the rest may not be true."""
        if not (counts or line.startswith(">")):
            return
        if line.startswith("!"):
            self.lost.append(line[2:])
            return
        sign, what, number, *rest = line.split(" ")
        value = " ".join(rest)
        match sign:
            case ">":
                self.begun.setdefault(what, {}).setdefault(int(number), set()).add(value)
            case "<":
                self.acknowledged[what] = int(number)
                self.count += 1
            case "=":
                self._compare(what, int(number), value)
            case _:
                raise ValueError(f"not a line of a writer: {line}")

    def _compare(self, what: str, number: int, value: str) -> None:
        least = self.acknowledged.get(what, 0)
        begun = self.begun.get(what, {})
        if number < least:
            self.lost.append(f"{what}: {least} was acknowledged, {number} is there")
        elif number and value not in begun.get(number, ()):
            known = " or ".join(sorted(begun.get(number, ()))) or "never"
            self.lost.append(f"{what}: {number} is `{value}`, written was `{known}`")
        # What is there now is the start of the next round; older steps are not asked for again.
        self.begun[what] = {number: {value}}
        self.acknowledged[what] = number


def bits(retained: Retained) -> str:
    """Return which trips are latched, a letter each."""
    return "".join(str(int(trip.latched)) for trip in retained.trips)


class Writer:
    """The child's work in one folder."""

    def __init__(self, folder: Path, program: Program, say: Say, sabotage: str = "") -> None:
        """Hold `folder`; nothing is read before `start`."""
        self._folder = folder
        self._program = program
        self._say = say
        self._early = sabotage == "early-acknowledgement"
        self._forgets = sabotage == "no-latch-load"
        if sabotage == "no-fsync":
            for name in ("fsync", "fdatasync"):
                mock.patch.object(os, name, _not_at_all).start()
        self._disk = Careless() if sabotage == "no-fsync" else RealDisk()
        self._store = Store(folder, self._disk)
        self._ring = Ring(folder / ring.FILE, self._disk)
        self._kept = Kept(folder, self._disk)
        self._versions = Versions(folder)
        self._retained = initial(program)
        self._numbers = dict.fromkeys(KINDS, 0)

    def start(self) -> None:
        """Restore everything as a daemon does, and say what was found."""
        for part, _ in self.parts():
            part()

    def parts(self) -> tuple[tuple[Callable[[], None], type[Exception] | None], ...]:
        """Return the steps of a start, and what each may raise when the disk fails."""
        return (
            (self._store.occupy, OSError),
            (self._start_store, None),
            (self._start_journal, OSError),
            (self._start_kept, None),
            (self._start_rules, VersionError),
        )

    def close(self) -> None:
        """Let go of everything, as the end of a process does."""
        self._store.close()
        self._ring.close()
        self._kept._slots.close()

    def _start_store(self) -> None:
        restored = self._store.restore(self._program, RULES, MOMENT)
        since_s = restored.retained.trips[0].since_s
        number = int(since_s) if math.isfinite(since_s) and since_s.is_integer() else 0
        self._retained = initial(self._program) if self._forgets else restored.retained
        self._found("store", number, bits(self._retained))

    def _start_journal(self) -> None:
        records = self._ring.open().records
        if any(other.sequence != one.sequence + 1 for one, other in pairwise(records)):
            self._say("! the journal has a gap")
        last = journals.from_data(records[-1].data) if records else journals.Entry("", "0")
        self._found("journal", int(last.subject), last.text)

    def _start_kept(self) -> None:
        notes = self._kept._read()
        self._found("kept", int(str(notes.get("number", 0))), str(notes.get("value", "")))

    def _start_rules(self) -> None:
        running = self._versions.running()
        self._found("rules", int(running.reason) if running else 0, _digest(running))

    def _found(self, what: str, number: int, value: str) -> None:
        self._numbers[what] = number
        self._say(f"= {what} {number} {value}")

    def step(self, chance: random.Random) -> None:
        """Write one thing."""
        self.write(chance.choices(KINDS, (45, 45, 8, 2))[0], chance)

    def write(self, what: str, chance: random.Random) -> None:
        """Write one thing of a kind. Raises OSError, VersionError: it is not acknowledged."""
        self._numbers[what] += 1
        number = self._numbers[what]
        match what:
            case "store":
                self._save(number, chance)
            case "journal":
                text = f"{chance.random()}" * chance.randrange(1, 12)
                entry = journals.Entry("mode", str(number), text[:200])
                record = Framed(0, 1.0, 2.0, bytes(16), journals.to_data(entry))
                self._promise("journal", entry.text, lambda: self._ring.append([record]))
            case "kept":
                notes = {"number": number, "value": f"{chance.random()}"}
                data = kept.to_bytes(notes)
                self._promise("kept", notes["value"], lambda: self._kept._write(data))
            case _:
                self._activate(number)

    def _save(self, number: int, chance: random.Random) -> None:
        trips = [state.latched for state in self._retained.trips]
        urgent = chance.random() < 0.6
        if urgent:
            place = chance.randrange(len(trips))
            trips[place] = not trips[place]
        states = tuple(TripState(latched, float(number)) for latched in trips)
        self._retained = replace(self._retained, at_s=MOMENT.monotonic_s, trips=states)

        def save() -> None:
            if not self._store.save(self._program, RULES, self._retained, urgent=urgent):
                raise OSError(self._store.counters.error)

        self._promise("store", bits(self._retained), save)

    def _activate(self, number: int) -> None:
        files = {"trips.yaml": f"{TRIPS}# {number}\n".encode(), "plant.yaml": PLANT.encode()}
        digest = self._versions.stage(files)

        def run() -> None:
            version = self._versions.keep(digest, Saying("test", str(number)), 1.0)
            self._versions.run(version)

        self._promise("rules", digest, run)

    def _promise(self, what: str, value: object, do: Callable[[], object]) -> None:
        number = self._numbers[what]
        self._say(f"> {what} {number} {value}")
        if self._early:
            self._say(f"< {what} {number}")
        do()
        if not self._early:
            self._say(f"< {what} {number}")


def _not_at_all(handle: object) -> None:
    """Flush nothing."""
    del handle


def _digest(version: object) -> str:
    return getattr(version, "digest", "")


def work(folder: Path, program: Program, seed: int, sabotage: str = "") -> Callable[[Say], None]:
    """Return the child's whole life: start, then write until it is killed or the disk is gone."""

    def body(say: Say) -> None:
        writer = Writer(folder, program, say, sabotage)
        chance = random.Random(seed)  # noqa: S311 - a fault is drawn, not a secret
        try:
            writer.start()
            while True:
                writer.step(chance)
        except (OSError, VersionError) as error:
            say(f"! {error}")

    return body


def look(folder: Path, program: Program, sabotage: str = "") -> Callable[[Say], None]:
    """Return the life of a child that only says what it finds."""

    def body(say: Say) -> None:
        try:
            Writer(folder, program, say, sabotage).start()
        except (OSError, VersionError) as error:
            say(f"! {error}")

    return body
