"""Proof tests of trips: what a person does, how soon it must be seen, and when it was last done.

    proof_tests:                                   # in the site file, by trip
      safety_relay:
        do: Press the emergency stop at the cabinet door.
        back: Pull it out, and acknowledge the safety relay with its button.
        within: 5 s
        every: 365 d

A protection that nobody has tried may be dead. What came of each test is a line in the state folder
and forced to the disk; a test that failed, that is overdue or never was done is an alarm.
"""

import json
import logging
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from adapters.port import Clock
from adapters.recordings.moments import duration_ms
from engine.language.suggest import advise

FILE = "proof-tests.jsonl"
SECTION = "proof_tests"
LOOK_EVERY_S = 60.0
_KEYS = ("do", "back", "within", "every")
_BYTES_MAX = 1_000_000
_DAY_S = 86_400.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProofTest:
    """One test: what to do and how to undo it, in words; seconds to be seen, and to the next."""

    trip: str
    do: str
    back: str
    within_s: float
    every_s: float


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one test; `at_s` is Unix time."""

    trip: str
    by: str
    at_s: float
    passed: bool
    text: str


def proof_tests_of(section: object, trips: tuple[str, ...]) -> dict[str, ProofTest]:
    """Return the tests of a site by trip. Raises ValueError in user words."""
    if not section:
        return {}
    if not isinstance(section, Mapping):
        raise ValueError(f"`{SECTION}` holds a trip and settings for each")  # noqa: TRY004 - one error for all that is wrong
    return {str(trip): _test(str(trip), settings, trips) for trip, settings in section.items()}


def _test(trip: str, settings: object, trips: tuple[str, ...]) -> ProofTest:
    where = f"`{SECTION}`: `{trip}`"
    if trip not in trips:
        raise ValueError(f"{where} is not a trip; {advise(trip, trips)}".rstrip("; "))
    if not isinstance(settings, Mapping):
        raise ValueError(f"{where} holds {', '.join(_KEYS)}")  # noqa: TRY004 - same
    odd = [str(key) for key in settings if key not in _KEYS]
    missing = [key for key in _KEYS if not settings.get(key)]
    if odd or missing:
        wrong = f"has no `{odd[0]}`" if odd else f"needs `{missing[0]}`"
        raise ValueError(f"{where} {wrong}; it holds {', '.join(_KEYS)}")
    try:
        within_s, every_s = (duration_ms(str(settings[key])) / 1000 for key in ("within", "every"))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    return ProofTest(trip, str(settings["do"]), str(settings["back"]), within_s, every_s)


def write(folder: Path, result: Result) -> None:
    """Add a result to those of a state folder, and force it to the disk. Raises OSError."""
    line = json.dumps(asdict(result), ensure_ascii=False) + "\n"
    handle = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o660)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def read(folder: Path) -> tuple[Result, ...]:
    """Return all results, oldest first; a line that is none is passed over. Raises OSError."""
    try:
        with (folder / FILE).open("rb") as file:
            lines = file.read(_BYTES_MAX).splitlines()
    except FileNotFoundError:
        return ()
    return tuple(found for line in lines if (found := _result(line)) is not None)


def _result(line: bytes) -> Result | None:
    try:
        found = Result(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None
    times = isinstance(found.at_s, int | float) and math.isfinite(found.at_s)
    return found if times and isinstance(found.passed, bool) else None


def due(test: ProofTest, results: tuple[Result, ...], now_s: float) -> str:
    """Return why a test is due at Unix `now_s`, empty if it is not."""
    last = next((each for each in reversed(results) if each.trip == test.trip), None)
    if last is None:
        return f"{test.trip} was never tried"
    if not last.passed:
        return f"{test.trip} failed: {last.text}"
    if now_s >= last.at_s + test.every_s:
        return f"{test.trip} was to be tried every {test.every_s / _DAY_S:g} days"
    return ""


class Reminder:
    """Says what is due, for an alarm; looks into the folder once a minute at most."""

    def __init__(self, tests: Mapping[str, ProofTest], folder: Path, clock: Clock) -> None:
        """Look into `folder`, a daemon's state folder."""
        self._tests, self._folder, self._clock = tests, folder, clock
        self._looked_s, self._text = -math.inf, ""

    def text(self) -> str:
        """Return what is due, empty if nothing is."""
        now_s = self._clock.monotonic_s()
        if now_s - self._looked_s >= LOOK_EVERY_S:
            self._looked_s, self._text = now_s, self._look()
        return self._text

    def _look(self) -> str:
        if not self._tests:
            return ""
        try:
            results = read(self._folder)
        except OSError as error:
            return f"the results of proof tests cannot be read: {error}"
        wall_s = self._clock.wall_s()
        tried = {each.trip for each in results}
        never = [test.trip for test in self._tests.values() if test.trip not in tried]
        others = [test for test in self._tests.values() if test.trip in tried]
        found = [f"{', '.join(never)} {'was' if len(never) == 1 else 'were'} never tried"]
        found = [*(found if never else ()), *(due(test, results, wall_s) for test in others)]
        return f"proof test due: {'; '.join(filter(None, found))}" if any(found) else ""
