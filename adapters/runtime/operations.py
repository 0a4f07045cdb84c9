"""What people may do to a running controller, however they reach it: every request checked here.

The scans hear of it by `cycle.requests` alone. Nothing here waits; every refusal is a RefusedError
with its reason.
"""

import logging
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from adapters.port import Clock
from adapters.runtime.alarm_book import AlarmBook, Entry
from adapters.runtime.cycle import Cycle
from adapters.runtime.journal import Kind, tell_nobody
from adapters.runtime.kept import Sparing
from adapters.runtime.modes import AUTOMATIC, ModeRequests, modes_of
from adapters.runtime.notes import Notes, Said
from adapters.runtime.refusal import Refusal, RefusedError
from adapters.runtime.reset import RESETS_MAX, Asked, Objection, ResetState, arm, confirm
from engine.control.program import Program
from engine.control.scan import Scan
from engine.inference import memory
from engine.inference.image import Override, Reset
from engine.language.plant import Output
from engine.language.rulebook import Trip
from engine.language.suggest import advise
from engine.values.fact import Value
from engine.values.truth import Truth
from engine.workshop.figures import figure
from engine.workshop.quantity import declared

OVERRIDE_S_MAX = 86_400.0
AUTHOR_LETTERS_MAX = 64
KEEP_EVERY_S = 60.0
KEPT_AT_ONCE, KEEP_REST_S = 10, 600.0
"""Alarms that come and go are written down once a minute, after ten times once in ten minutes: a
file that is made anew costs the flash 64 KiB. What a person says is written at once."""

log = logging.getLogger(__name__)


class View(NamedTuple):
    """The last complete scan, and the rules that ran it."""

    program: Program
    scan: Scan


class TripNow(NamedTuple):
    """A trip as the last scan left it; `cause` is its condition."""

    trip: Trip
    latched: bool
    since_s: float
    cause: Truth


@dataclass(frozen=True, slots=True)
class ModeNow:
    """The mode that counts, who set it and when (Unix seconds; 0: nobody did)."""

    name: str = AUTOMATIC
    by: str = ""
    since_s: float = 0.0


class Operations:
    """One for each daemon, shared by all that people reach it by."""

    def __init__(
        self,
        cycle: Cycle,
        clock: Clock,
        nonce: Callable[[], str],
        folder: Path | None = None,
        own_modes: Mapping[str, Mapping[str, Value]] | None = None,
    ) -> None:
        """Take over the requests of `cycle`; mode and alarms are kept in `folder`.

        A mode that was kept counts from the first scan on. `nonce` returns what nobody can guess.
        """
        self.cycle = cycle
        self.view: View | None = None
        self.tell = tell_nobody
        """Whoever keeps the journal."""
        self._clock = clock
        self._nonce = nonce
        self._notes = Notes(folder)
        said = self._notes.read()
        self._modes = modes_of(cycle.program.rulebook.plant, own_modes or {})
        self._requests = ModeRequests(cycle.requests.overrides, cycle.requests.resets)
        cycle.requests = self._requests
        self._mode = ModeNow()
        self.book = AlarmBook(said.alarms)
        self._reset = ResetState()
        self._granted_wall_s: tuple[float, ...] = ()
        self._count = 0
        self._unkept, self._kept_s = False, -math.inf
        self._sparing = Sparing(KEPT_AT_ONCE, KEEP_REST_S)
        if said.mode in self._modes:
            self._mode = ModeNow(said.mode, said.by, said.since_s)
            self._requests.change(self._modes[said.mode], said.by)
        elif said.mode:
            log.warning("the mode `%s` is gone: %s", said.mode, AUTOMATIC)

    def after(self, scan: Scan) -> bool:
        """Hear of a complete scan; tell whether the alarm book has changed."""
        self.view = View(self.cycle.program, scan)
        now = scan.trace.moment
        changed = self.book.hear(scan.trace.alarms, now.wall_s)
        self._unkept |= changed
        may = self._sparing.may(now.monotonic_s)
        if may and self._unkept and now.monotonic_s - self._kept_s >= KEEP_EVERY_S:
            self._sparing.spend()
            self._keep()
        return changed

    def close(self) -> None:
        """Wait until what people said is written."""
        if self._unkept:
            self._keep()
        self._notes.finish()

    def refused(self, asked: str, why: str, by: str = "") -> None:
        """Let the journal know that something was asked for and refused, by whatever way in."""
        self.tell(Kind.REFUSED, asked, why, by)

    # Modes

    def modes(self) -> tuple[str, ...]:
        """Return the modes that can be asked for."""
        return tuple(self._modes)

    def mode(self) -> str:
        """Return the name of the mode that counts."""
        return self._mode.name

    @property
    def mode_now(self) -> ModeNow:
        """The mode that counts, and who set it."""
        return self._mode

    def change_mode(self, name: str, by: str) -> ModeNow:
        """Go over to another mode with the next scan. Raises RefusedError."""
        author = author_of(by)
        _known(name, self._modes, "mode")
        self.tell(Kind.MODE, name, f"before: {self._mode.name}", author)
        self._mode = ModeNow(name, author, self._clock.wall_s())
        self._requests.change(self._modes[name], author)
        self._keep()
        log.info("mode %s, set by %s", name, author)
        return self._mode

    def set_mode(self, mode: str, by: str) -> str:
        """Change the mode; returns why not, or nothing."""
        return _why_not(lambda: self.change_mode(mode, by))

    # Alarms

    def seen(self, subject: str, by: str) -> tuple[Entry, ...]:
        """Acknowledge what is about `subject`. Raises RefusedError."""
        author = author_of(by)
        _known(subject, {entry.subject for entry in self.book.entries}, "alarm")
        found = self.book.acknowledge(subject, author, self._clock.wall_s())
        if not found:
            raise RefusedError(Refusal.NOT_NOW, f"`{subject}` is acknowledged already")
        self._keep()
        self.tell(Kind.SEEN, subject, "", author)
        log.info("alarm %s acknowledged by %s", subject, author)
        return found

    def acknowledge(self, alarm: str, by: str) -> str:
        """Note that a person has seen an alarm; returns why not, or nothing."""
        return _why_not(lambda: self.seen(alarm, by))

    # Overrides

    def output(self, name: str) -> Output:
        """Return an output of the plant. Raises RefusedError."""
        outputs = {each.name: each for each in self.cycle.program.rulebook.plant.outputs}
        return outputs[_known(name, outputs, "output")]

    def override(self, name: str, value: Value, lasts_s: float, by: str) -> Override:
        """Let an output have a value, in its unit, for so long. Raises RefusedError."""
        author, output = author_of(by), self.output(name)
        if not (math.isfinite(lasts_s) and 0 < lasts_s <= OVERRIDE_S_MAX):
            text = "an override needs an end: more than 0 s, at most 24 h from now"
            raise RefusedError(Refusal.INVALID, text)
        if not output.holds(value):
            told = figure(declared(value, output.unit))
            raise RefusedError(Refusal.INVALID, f"`{name}` cannot be {told}: {_range(output)}")
        if self._requests.mode.above:
            text = f"the mode is {self._mode.name}; an override would do nothing"
            raise RefusedError(Refusal.NOT_NOW, text)
        now_s = self._clock.monotonic_s()
        self._count += 1
        override_id = f"override:{self._clock.wall_s():.0f}:{self._count}"
        override = Override(override_id, name, value, author, now_s + lasts_s)
        self._requests.overrides[name] = override
        self.tell(Kind.OVERRIDE, name, f"{value} for {lasts_s:g} s", author)
        log.info("%s overridden to %s for %g s by %s", name, value, lasts_s, author)
        return override

    def withdraw(self, name: str, by: str) -> Override:
        """End the override of an output with the next scan. Raises RefusedError."""
        author = author_of(by)
        self.output(name)
        self._requests.standing(self._clock.monotonic_s())
        found = self._requests.overrides.pop(name, None)
        if found is None:
            raise RefusedError(Refusal.NOT_NOW, f"`{name}` has no override")
        self.tell(Kind.OVERRIDE_ENDED, name, "", author)
        log.info("override of %s withdrawn by %s", name, author)
        return found

    # Resets

    def trip(self, name: str) -> TripNow:
        """Return a trip as the last scan left it. Raises RefusedError."""
        if self.view is None:
            raise RefusedError(Refusal.NOT_NOW, "no scan is complete yet")
        program, scan = self.view
        trips = {trip.id: place for place, trip in enumerate(program.rulebook.trips)}
        place = trips[_known(name, trips, "trip")]
        state = scan.retained.trips[place]
        cause = memory.truth(scan.trace.slots[program.network.trips[place]])
        return TripNow(program.rulebook.trips[place], state.latched, state.since_s, cause)

    def arm_reset(self, name: str, by: str) -> str:
        """Take the first step of a reset and return its nonce. Raises RefusedError."""
        asked = self._asked(name, by, self._nonce())
        self._reset, objection = arm(self._reset, asked)
        _object(name, objection)
        self.tell(Kind.RESET_ARMED, name, "", asked.by)
        log.info("reset of %s armed by %s", name, asked.by)
        return asked.nonce

    def confirm_reset(self, name: str, by: str, nonce: str) -> None:
        """Take the second step: the next scan hears of it. Raises RefusedError."""
        asked = self._asked(name, by, nonce)
        self._reset, objection = confirm(self._reset, asked)
        _object(name, objection)
        self._granted_wall_s = (*self._granted_wall_s, self._clock.wall_s())[-RESETS_MAX:]
        self._requests.resets.append(Reset(name, asked.by))
        self.tell(Kind.RESET_CONFIRMED, name, "", asked.by)
        log.warning("trip %s reset by %s", name, asked.by)

    def retained(self) -> list[float]:
        """Return when resets were granted lately, in Unix time: a restart forgives none."""
        return list(self._granted_wall_s)

    def restore(self, retained: object) -> None:
        """Go on counting resets; one that the clock places in the future was just granted."""
        now_s, wall_s = self._clock.monotonic_s(), self._clock.wall_s()
        found = retained if isinstance(retained, list) else []
        times = [at for at in found if isinstance(at, int | float) and math.isfinite(at)]
        self._granted_wall_s = tuple(times[-RESETS_MAX:])
        granted_s = tuple(now_s - max(0.0, wall_s - at) for at in self._granted_wall_s)
        self._reset = replace(self._reset, granted_s=granted_s)

    def _asked(self, name: str, by: str, nonce: str) -> Asked:
        author, now = author_of(by), self.trip(name)
        now_s = self._clock.monotonic_s()
        return Asked(name, author, nonce, now_s, now.latched, now.cause)

    def _keep(self) -> None:
        entries = tuple(replace(entry, active=False) for entry in self.book.entries)
        mode = self._mode
        self._unkept, self._kept_s = False, self._clock.monotonic_s()
        self._notes.keep(Said(mode.name, mode.by, mode.since_s, entries))


def author_of(by: str) -> str:
    """Return who asks, as it is kept. Raises RefusedError if nobody is named."""
    author = by.strip()
    if not author or len(author) > AUTHOR_LETTERS_MAX or not author.isprintable():
        text = f"say who asks: `author`, in at most {AUTHOR_LETTERS_MAX} letters"
        raise RefusedError(Refusal.INVALID, text)
    return author


def unknown(name: str, known: Iterable[str], what: str) -> RefusedError:
    """Return the refusal of a name that nothing has."""
    article = "an" if what[0] in "aeiou" else "a"
    advice = advise(name[:80], known)
    text = f"`{name[:80]}` is not {article} {what}" + (f"; {advice}" if advice else "")
    return RefusedError(Refusal.UNKNOWN, text)


def _known(name: str, known: Iterable[str], what: str) -> str:
    names = set(known)
    if name not in names:
        raise unknown(name, names, what)
    return name


def _object(name: str, objection: Objection | None) -> None:
    if objection is not None:
        raise RefusedError(objection.kind, f"no reset of `{name}`: {objection.text}")


def _range(output: Output) -> str:
    unit = output.unit.symbol if output.unit else ""
    if output.low is None and output.high is None:
        return f"it is {output.type}"
    low = "" if output.low is None else f" from {output.low:g}"
    high = "" if output.high is None else f" to {output.high:g}"
    return f"its range is{low}{high} {unit}".rstrip()


def _why_not(do: Callable[[], object]) -> str:
    try:
        do()
    except RefusedError as error:
        return str(error)
    return ""
