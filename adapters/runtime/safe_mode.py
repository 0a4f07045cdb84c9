"""Safe mode: what a daemon runs that ended out of order too often.

The plant's trips, interlocks and permissives, and one trip more, which holds every output at its
failsafe. No rule is there. Being a trip it acts at once, stands in every reason, alarm and
recording, and no override passes it. The operator's rules run again on `thermiq resume`, on
`thermiq reload`, or by themselves after an hour without an end.
"""

import hashlib
import logging
from dataclasses import dataclass, replace
from typing import Protocol

from adapters.runtime.journal import Kind, Tell
from adapters.runtime.refusal import Refusal, RefusedError
from adapters.runtime.starts import CLEAN_S, UNCLEAN_MAX, WITHIN_S, StartBook
from engine.control.program import Program, compile_program
from engine.control.scan import Scan
from engine.language.expression import Boolean
from engine.language.position import NOWHERE
from engine.language.rulebook import Latch, Rulebook, Trip
from engine.language.types import BoolType

TRIP = "safe_mode"
WHY = (
    f"The controller ended out of order {UNCLEAN_MAX} times in {WITHIN_S / 60:g} min: everything "
    "stays at its failsafe until somebody has looked (`thermiq resume`) or an hour has passed"
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules that can run, and their digest."""

    program: Program
    digest: str


def safe_rules(rules: Rules) -> Rules:
    """Return what runs in place of `rules`; it is for the same plant."""
    return Rules(
        compile_program(_safe(rules.program.rulebook)),
        hashlib.sha256(f"{TRIP} {rules.digest}".encode()).hexdigest(),
    )


def _safe(book: Rulebook) -> Rulebook:
    name, taken = TRIP, {each.id for each in book.trips} | {each.id for each in book.interlocks}
    while name in taken:
        name += "_"
    every = tuple((output.name, output.failsafe) for output in book.plant.outputs)
    held = Trip(name, Boolean(True, NOWHERE, BoolType()), Latch.NO, every, WHY)
    return replace(book, rules=(), trips=(*book.trips, held))


class Running(Protocol):
    """The daemon, as far as its rules are concerned."""

    digest: str

    @property
    def program(self) -> Program:
        """The rules that run."""
        ...

    def activate(self, program: Program, digest: str) -> tuple[str, ...]:
        """Go on under other rules."""
        ...


class SafeMode:
    """Watches over the way back. `rules` are the operator's, which wait."""

    def __init__(
        self, running: Running, rules: Rules, book: StartBook, now_s: float, tell: Tell
    ) -> None:
        """Begin at monotonic `now_s`; `running` runs `safe_rules` already."""
        self.rules = rules
        self._running = running
        self._safe = running.program
        self._book = book
        self._until_s = now_s + CLEAN_S
        self._tell = tell
        self.is_over = False
        log.error("safe mode: %s", WHY)
        tell(Kind.START, TRIP, WHY, "")

    def after(self, scan: Scan) -> None:
        """Hear of a complete scan; lets the rules run when their time has come."""
        if self.is_over:
            return
        if self._running.program is not self._safe:
            self._end("other rules were let run", "")
        elif scan.trace.moment.monotonic_s >= self._until_s:
            self._running.activate(self.rules.program, self.rules.digest)
            self._end("an hour without an end out of order", "thermiq")

    def waiting(self) -> tuple[Program, str] | None:
        """Return the operator's rules while they wait, with their digest."""
        return None if self.is_over else (self.rules.program, self.rules.digest)

    def resume(self, by: str) -> None:
        """Let the operator's rules run from the next scan on. Raises RefusedError."""
        if self.is_over or self._running.program is not self._safe:
            raise RefusedError(Refusal.NOT_NOW, "there is no safe mode: the rules run")
        self._running.activate(self.rules.program, self.rules.digest)
        self._end("a person let the rules run", by)

    def _end(self, why: str, by: str) -> None:
        self.is_over = True
        self._book.forgive()
        log.warning("safe mode is over: %s", why)
        self._tell(Kind.RULES, TRIP, f"over: {why}", by)
